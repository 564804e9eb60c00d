import type { DataPipelineConfig, RowFault, ShardTask } from '../../protocol/dataset';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { CELL } from '../shared/dataset/read/cells';
import { MAX_BLOCK_BYTES, RowBlockWriter } from '../shared/dataset/row-block';
import { RowHasher } from '../shared/dataset/row-hashes';
import type { RowBlock, ShardResult } from '../shared/dataset/shard-result';
import { ProfileBuilder } from '../shared/statistics/profile';
import { LineWriter } from './line-writer';
import { QUARANTINE_FILE_BYTES, QuarantineWriter } from './quarantine-writer';
import type { RowCheck } from './row-check';
import type { RowTaker, ShardRows, SourceBytes } from './shard-rows';
import { ShardTally } from './shard-tally';

/** Something to be put into the dataset bucket. */
export interface Upload {
  readonly key: string;
  readonly bytes: Buffer;
}

/** Keeps what comes of a shard, until a block or a file is full. It takes nothing more before that is taken away. */
export class ShardKeeper implements RowTaker {
  /** Whose rows these are; set before the first. */
  rows: Pick<ShardRows, 'columns'> = { columns: undefined };
  private readonly tally = new ShardTally();
  private readonly profile: ProfileBuilder;
  private readonly lines: LineWriter;
  private readonly hasher: RowHasher;
  private readonly writer: RowBlockWriter;
  private readonly quarantine: QuarantineWriter;
  private readonly blocks: RowBlock[] = [];
  private readonly quarantineFiles: string[] = [];
  private readonly shard: number;
  /** Column of the newest event, or -1. */
  private readonly freshness: number;
  /** Later events have a wrong time. */
  private readonly notAfter: number;
  private newest = Number.NEGATIVE_INFINITY;
  private uploads: Upload[] = [];

  constructor(
    private readonly task: ShardTask,
    { schema, holdOut, partitions }: DataPipelineConfig,
    private readonly blockBytes = MAX_BLOCK_BYTES,
    private readonly quarantineBytes = QUARANTINE_FILE_BYTES,
  ) {
    this.profile = ProfileBuilder.of(schema.columns);
    this.lines = new LineWriter(schema.columns);
    this.hasher = new RowHasher(schema, holdOut);
    this.writer = new RowBlockWriter(partitions);
    this.quarantine = new QuarantineWriter(task);
    this.shard = Number(task.shard);
    this.notAfter = task.notAfter === undefined ? Number.POSITIVE_INFINITY : Date.parse(task.notAfter);
    this.freshness = schema.columns.findIndex(({ name }) => name === schema.freshness?.column);
  }

  get full(): boolean {
    return this.uploads.length > 0;
  }

  accept(row: number, check: RowCheck, { bytes, from, to, offset }: SourceBytes): void {
    this.tally.accept();
    check.addTo(this.profile);
    if (this.freshness !== -1 && check.kinds[this.freshness] !== CELL.none) {
      const event = check.values[this.freshness] as number;
      if (event > this.newest && event <= this.notAfter) this.newest = event;
    }
    const { lines, hasher, writer } = this;
    lines.write(check);
    hasher.ofLine(lines.bytes, 0, lines.length, lines.starts, lines.ends);
    const line = lines.bytes.subarray(0, lines.length);
    const raw = bytes.subarray(from, to);
    if (writer.size + RowBlockWriter.bytesOf({ line, raw }) > this.blockBytes) this.finishBlock();
    writer.add({ hashes: hasher.last, shard: this.shard, row, offset, line, raw });
  }

  reject(row: number, faults: readonly RowFault[], source: SourceBytes, piece?: number): void {
    this.tally.reject(row, faults, piece);
    this.quarantine.add({ row, faults, source, piece, header: this.rows.columns });
    if (this.quarantine.size >= this.quarantineBytes) this.finishQuarantine();
  }

  /** What is to be put into the bucket now. */
  takeUploads(): readonly Upload[] {
    const { uploads } = this;
    this.uploads = [];
    return uploads;
  }

  /** No more rows come: what is left becomes the last block and the last file. */
  finish(): void {
    if (this.writer.rows > 0) this.finishBlock();
    if (this.quarantine.size > 0) this.finishQuarantine();
  }

  result(): ShardResult {
    const { columns = [] } = this.rows;
    return {
      ...this.tally.result(this.task),
      ...(columns.length > 0 ? { header: columns } : {}),
      profile: this.profile.toProfile(),
      blocks: this.blocks,
      quarantineFiles: this.quarantineFiles,
      ...(Number.isFinite(this.newest) ? { newestEvent: new Date(this.newest).toISOString() } : {}),
    };
  }

  private finishBlock(): void {
    if (this.writer.rows === 0) return;
    const { run, shard } = this.task;
    const { bytes, ...block } = this.writer.finish();
    const key = DATASET_OBJECTS.rowBlock(run, shard, this.blocks.length);
    this.blocks.push({ key, ...block });
    this.uploads.push({ key, bytes });
  }

  private finishQuarantine(): void {
    const { run, shard } = this.task;
    const files = this.quarantineFiles.length;
    const key =
      files === 0
        ? DATASET_OBJECTS.quarantineFile(run, shard)
        : DATASET_OBJECTS.furtherQuarantineFile(run, shard, files);
    this.quarantineFiles.push(key);
    this.uploads.push({ key, bytes: this.quarantine.finish() });
  }
}
