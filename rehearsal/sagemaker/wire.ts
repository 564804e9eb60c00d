/** A shape of the API as it is written in JSON: times are seconds since the epoch. */
export type Wire<T> = T extends Date
  ? number
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [Key in keyof T]: Wire<T[Key]> }
      : T;

export function epochSeconds(at = Date.now()): number {
  return at / 1000;
}
