/** Reads a text that lies within others, as cells do. */
export const within =
  (read: (bytes: Buffer, from: number, to: number) => number) =>
  (text: string): number =>
    read(Buffer.from(`9${text}9`), 1, 1 + Buffer.byteLength(text));
