import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ChildGroup } from '../../rehearsal/process';
import { Cdk } from '../../rehearsal/stage/cdk';
import { scratchFolders } from './scratch';

const newFolder = scratchFolders();

/** A project whose CDK CLI notes what it is asked to do. */
function project() {
  const folder = newFolder();
  mkdirSync(join(folder, 'node_modules/aws-cdk/bin'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(
    join(folder, 'node_modules/aws-cdk/bin/cdk.js'),
    `require('node:fs').appendFileSync('calls', JSON.stringify(process.argv.slice(2)) + '\\n');`,
  );
  writeFileSync(join(folder, 'node_modules/aws-cdk/package.json'), '{"name":"aws-cdk"}');
  const assembly = join(folder, 'run/cdk.out');
  const options = { project: folder, endpoint: 'http://127.0.0.1:9', region: 'eu-west-1', home: folder, assembly };
  const calls = (): string[][] =>
    readFileSync(join(folder, 'calls'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  return { cdk: new Cdk(options, new ChildGroup()), assembly, calls };
}

describe('the CDK CLI', () => {
  it("is given the rehearsal's own assembly with every command, so that it synthesizes nothing", async () => {
    const { cdk, assembly, calls } = project();
    await cdk.bootstrap();
    await cdk.deploy('pilot');
    await cdk.destroy('pilot');
    expect(calls().map((args) => args[args.indexOf('--app') + 1])).toEqual([assembly, assembly, assembly, assembly]);
  });
});
