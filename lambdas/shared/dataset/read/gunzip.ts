import { createGunzip } from 'node:zlib';

/** Bytes that are given to zlib at once. */
const SLICE = 64 * 1024;
/** Of a stream that is cut off, bytes at its end that are given one by one: the header of a block, which yields nothing, is shorter. */
const SLOW_END = 1024;

const GZIP_DAMAGE = {
  truncated: 'a whole gzip stream, which is not cut off',
  corrupt: 'a gzip stream without damage, and nothing behind it',
} as const;

/** Where a compressed object stops being one. */
export interface GzipDamage {
  readonly expected: string;
  /** First byte of the object, as it lies there, of which nothing has come out. */
  readonly offset: number;
}

/** Takes decompressed bytes, one chunk after another. */
export type Take = (chunk: Buffer) => Promise<void>;

/**
 * Decompresses gzip, of several members too, in memory that does not grow. All that comes out before a damage is handed on. zlib
 * drops what the very call had made that meets the damage, and does not tell the byte; so a damaged object is read once more, the
 * part around the damage byte by byte.
 */
export async function gunzip(open: () => AsyncIterable<Uint8Array>, take: Take): Promise<GzipDamage | undefined> {
  const first = new Attempt(0, Number.POSITIVE_INFINITY, take);
  const damage = await first.run(open());
  if (damage === undefined || damage.found) return damage;
  const again = await new Attempt(first.taken, damage.offset, take).run(open());
  if (again === undefined) throw new Error('an object was damaged when it was read first, and was not the second time');
  return again;
}

interface Found extends GzipDamage {
  /** Whether `offset` is the very byte; otherwise it is one before, from which to look closely. */
  readonly found: boolean;
}

class Attempt {
  /** Decompressed bytes, those that were known included. */
  taken = 0;
  private readonly zlib = createGunzip();
  private fed = 0;
  /** Byte behind the last of which something came out. */
  private fruitful = 0;
  private failure: Error | undefined;
  private ended = false;
  private wake = () => {};

  /** `known`: decompressed bytes that were handed on before. `slowFrom`: byte of the object from which each is given alone. */
  constructor(
    private readonly known: number,
    private readonly slowFrom: number,
    private readonly take: Take,
  ) {
    this.zlib.on('readable', () => this.wake());
    this.zlib.on('end', () => {
      this.ended = true;
      this.wake();
    });
    this.zlib.on('error', (error) => {
      this.failure = error;
      this.wake();
    });
  }

  async run(source: AsyncIterable<Uint8Array>): Promise<Found | undefined> {
    try {
      for await (const chunk of source) {
        let at = 0;
        while (at < chunk.length && this.failure === undefined && !this.ended) {
          const to = this.fed >= this.slowFrom ? at + 1 : Math.min(at + SLICE, at + this.slowFrom - this.fed);
          const slice = chunk.subarray(at, to);
          await this.give((done) => this.zlib.write(slice, done));
          this.fed += slice.length;
          at += slice.length;
          // It takes all that it is given, unless its stream has ended.
          if (this.failure === undefined && this.unread() > 0) this.ended = true;
        }
        if (this.failure !== undefined) return this.corrupt();
        // What zlib took no more: behind the end of a stream it knows only another one, and zeros, with which tapes are filled.
        if (this.ended && chunk.subarray(Math.max(0, at - this.unread())).some((byte) => byte !== 0))
          return this.behind();
        if (this.ended) this.fed += chunk.length - at;
      }
      if (this.fed === 0 || this.ended) return undefined;
      // Done is not enough: whether the stream is whole is said after that.
      await this.give(() => this.zlib.end());
      return this.failure === undefined ? undefined : this.truncated();
    } finally {
      this.zlib.destroy();
    }
  }

  /** Bytes that were given and not taken. */
  private unread(): number {
    return this.fed - this.zlib.bytesWritten;
  }

  private behind(): Found {
    return { expected: GZIP_DAMAGE.corrupt, offset: this.zlib.bytesWritten, found: true };
  }

  private corrupt(): Found {
    const { found, fruitful } = this.closely();
    return { expected: GZIP_DAMAGE.corrupt, offset: found ? fruitful : this.zlib.bytesWritten, found };
  }

  private truncated(): Found {
    const { found, fruitful } = this.closely();
    return { expected: GZIP_DAMAGE.truncated, offset: found ? fruitful : Math.max(0, this.fed - SLOW_END), found };
  }

  /** Where nothing at all came out, all of the object is damage. */
  private closely(): { found: boolean; fruitful: number } {
    const found = this.slowFrom !== Number.POSITIVE_INFINITY;
    return { found, fruitful: this.taken === 0 ? 0 : Math.max(this.fruitful, this.slowFrom) };
  }

  /** Gives zlib something to do and hands on what comes out, until it is done or fails. */
  private async give(work: (done: () => void) => void): Promise<void> {
    const before = this.taken;
    let done = false;
    let signal = this.signal();
    work(() => {
      done = true;
      this.wake();
    });
    for (;;) {
      await signal;
      signal = this.signal();
      await this.drain();
      if (done || this.failure !== undefined || this.ended) break;
    }
    if (this.taken > before) this.fruitful = this.fed + 1;
  }

  private async drain(): Promise<void> {
    for (let chunk: Buffer | null = this.zlib.read(); chunk !== null; chunk = this.zlib.read()) {
      const known = Math.max(0, Math.min(chunk.length, this.known - this.taken));
      this.taken += chunk.length;
      if (known < chunk.length) await this.take(chunk.subarray(known));
    }
  }

  private signal(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }
}
