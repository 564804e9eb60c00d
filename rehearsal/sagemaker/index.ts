import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { DoubleServer } from './http/double-server';
import type { ProcessOptions } from './sagemaker-double';

/** The double as a process of its own. Its only argument is the file with its options; SIGTERM ends it and all its servers. */
async function main(): Promise<void> {
  const { ready, ...options }: ProcessOptions = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
  const server = await DoubleServer.start(options);
  process.once('SIGTERM', () => void server.stop());
  // Whoever waits for the file finds it whole.
  writeFileSync(`${ready}.new`, server.url);
  renameSync(`${ready}.new`, ready);
}

void main();
