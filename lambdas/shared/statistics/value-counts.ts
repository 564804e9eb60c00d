/** Different values of a column that are counted one by one; with more, none is. */
export const MAX_VALUES = 1_000;
/** UTF-16 code units of all different texts of a column that are counted one by one. */
const MAX_TEXT_UNITS = 32_768;

/**
 * Counts of texts, as long as there are few. Whether there are too many depends on the set of texts alone, not on their
 * order; once there were, there always will have been.
 */
export class TextCounts {
  private readonly places = new Map<string, number>();
  private readonly counts = new Float64Array(MAX_VALUES);
  private units = 0;

  /** False where the text is one too many: it was not counted, and the counts are of no further use but to be read. */
  public add(text: string, count: number): boolean {
    const place = this.places.get(text);
    if (place !== undefined) {
      this.counts[place] = (this.counts[place] as number) + count;
      return true;
    }
    const next = this.places.size;
    if (next === MAX_VALUES || this.units + text.length > MAX_TEXT_UNITS) return false;
    this.units += text.length;
    // A copy: a part of a text keeps the whole chunk of the file in memory that it was cut from.
    this.places.set(Buffer.from(text, 'utf16le').toString('utf16le'), next);
    this.counts[next] = count;
    return true;
  }

  public forEach(visit: (text: string, count: number) => void): void {
    for (const [text, place] of this.places) visit(text, this.counts[place] as number);
  }

  /** Ascending by UTF-16 code units. */
  public sorted(): [string, number][] {
    const entries: [string, number][] = [];
    this.forEach((text, count) => {
      entries.push([text, count]);
    });
    return entries.sort(([a], [b]) => (a < b ? -1 : 1));
  }
}
