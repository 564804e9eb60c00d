const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/** Two words of 32 bits: what the two functions below leave behind. Read it before the next call. */
export const hashed = new Uint32Array(2);

/** Hash of a text by its UTF-16 code units, lone surrogates included: two lanes that mix in the manner of MurmurHash3. */
export function hashText(text: string): void {
  const { length } = text;
  let a = 0x9747b28c;
  let b = 0x2545f491;
  let i = 0;
  for (; i + 1 < length; i += 2) {
    let block = text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16);
    b = Math.imul(b ^ block, 0x85ebca77);
    b = (b << 16) | (b >>> 16);
    block = Math.imul(block, 0xcc9e2d51);
    block = Math.imul((block << 15) | (block >>> 17), 0x1b873593);
    a ^= block;
    a = (Math.imul((a << 13) | (a >>> 19), 5) + 0xe6546b64) | 0;
  }
  if (i < length) {
    const block = text.charCodeAt(i);
    b = Math.imul(b ^ block, 0x85ebca77);
    a ^= Math.imul(block, 0xcc9e2d51);
  }
  finish(a ^ length, b ^ length);
}

/** The same of a text that lies in `bytes` as ASCII, where a byte is a code unit; false where one is not. */
export function hashAscii(bytes: Uint8Array, from: number, to: number): boolean {
  let a = 0x9747b28c;
  let b = 0x2545f491;
  let seen = 0;
  let i = from;
  for (; i + 1 < to; i += 2) {
    let block = (bytes[i] as number) | ((bytes[i + 1] as number) << 16);
    seen |= block;
    b = Math.imul(b ^ block, 0x85ebca77);
    b = (b << 16) | (b >>> 16);
    block = Math.imul(block, 0xcc9e2d51);
    block = Math.imul((block << 15) | (block >>> 17), 0x1b873593);
    a ^= block;
    a = (Math.imul((a << 13) | (a >>> 19), 5) + 0xe6546b64) | 0;
  }
  if (i < to) {
    const block = bytes[i] as number;
    seen |= block;
    b = Math.imul(b ^ block, 0x85ebca77);
    a ^= Math.imul(block, 0xcc9e2d51);
  }
  finish(a ^ (to - from), b ^ (to - from));
  return (seen & 0x80_0080) === 0;
}

/** Hash of a number by its bits; the caller makes 0 of -0. */
export function hashNumber(value: number): void {
  double[0] = value;
  const low = words[0] as number;
  const high = words[1] as number;
  finish(Math.imul(low, 0xcc9e2d51) ^ high, Math.imul(high, 0x1b873593) ^ low);
}

function finish(a: number, b: number): void {
  const mixed = avalanche(a ^ 0x5bd1e995);
  hashed[0] = avalanche(mixed + b);
  hashed[1] = avalanche(Math.imul(b, 0x27d4eb2f) ^ mixed);
}

/** The last step of MurmurHash3: every bit of the word changes half of the others. */
function avalanche(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
