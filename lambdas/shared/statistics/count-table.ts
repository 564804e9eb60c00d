const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/** Counts of numbers in typed arrays (open addressing, at most half full): what a Map costs five times as much for. */
export class CountTable {
  public size = 0;
  private keys: Float64Array;
  /** 0: the place is free. */
  private counts: Float64Array;
  private mask: number;

  public constructor(
    private readonly of: 'doubles' | 'integers',
    capacity = 256,
  ) {
    this.keys = new Float64Array(capacity);
    this.counts = new Float64Array(capacity);
    this.mask = capacity - 1;
  }

  /** `key` is finite and not -0, `count` above 0. */
  public add(key: number, count: number): void {
    const { mask, keys, counts } = this;
    let mixed = key | 0;
    if (this.of === 'doubles') {
      double[0] = key;
      mixed = (words[0] as number) ^ Math.imul(words[1] as number, 0x85ebca6b);
    }
    mixed = Math.imul(mixed, 0x9e3779b1);
    // The upper bits of a product depend on all bits of its factors.
    let place = (mixed ^ (mixed >>> 15)) & mask;
    for (;;) {
      const found = counts[place] as number;
      if (found === 0) break;
      if (keys[place] === key) {
        counts[place] = found + count;
        return;
      }
      place = (place + 1) & mask;
    }
    keys[place] = key;
    counts[place] = count;
    this.size++;
    if (this.size * 2 > mask) this.grow();
  }

  public forEach(visit: (key: number, count: number) => void): void {
    for (let i = 0; i <= this.mask; i++) {
      const count = this.counts[i] as number;
      if (count !== 0) visit(this.keys[i] as number, count);
    }
  }

  /** Ascending by key. */
  public sorted(): [number, number][] {
    const entries: [number, number][] = [];
    this.forEach((key, count) => {
      entries.push([key, count]);
    });
    return entries.sort(([a], [b]) => a - b);
  }

  private grow(): void {
    const wider = new CountTable(this.of, 2 * (this.mask + 1));
    this.forEach((key, count) => {
      wider.add(key, count);
    });
    this.keys = wider.keys;
    this.counts = wider.counts;
    this.mask = wider.mask;
  }
}
