import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { preflightCommand } from '../../../cli/preflight';
import { endpointQuota } from '../../../cli/preflight/quota-check';
import { TAG } from '../../../protocol/tags';
import { fencesOf, filesBelow, ROOT, readDocument } from '../../docs/documents';
import { FakeCostTags } from '../finance/fake-cost-tags';
import { run } from '../stages';
import { configsOf, FakeAccount, hosted, targetOf } from './fake-account';
import { endpoint, GPU, stageOf, target, templateOf, variant, without } from './templates';

const document = readDocument('docs/preflight.md');
const NAME = 'spam-filter-production';

/** The stage and the account of the document's example. */
async function example() {
  const pools = [
    { InstanceType: GPU, Priority: 1 },
    { InstanceType: 'ml.g6.xlarge', Priority: 2 },
  ];
  const template = templateOf(
    endpoint([without(variant({ InstancePools: pools }), 'InstanceType')], {
      name: NAME,
      deploymentConfig: { BlueGreenUpdatePolicy: { TrafficRoutingConfiguration: { Type: 'CANARY' } } },
    }),
    target(4, { ResourceId: `endpoint/${NAME}/variant/AllTraffic` }),
  );
  const assembly = { directory: '', stages: [stageOf([template], { name: 'production' })] };
  const account = new FakeAccount({
    applied: { [endpointQuota(GPU)]: 4 },
    defaults: { [endpointQuota('ml.g6.xlarge')]: 8 },
    endpoints: [hosted(NAME, 2), hosted('translator', 1)],
    configs: configsOf(NAME, 'translator'),
    targets: [targetOf(NAME)],
    code: 'L-1928E07B',
  });
  return run(
    (output) =>
      preflightCommand({
        output,
        assembly: async () => assembly,
        account: async () => account,
        costTags: async () => new FakeCostTags({ [TAG.deployment]: 'inactive' }),
      }),
    'production',
  );
}

describe('docs/preflight.md', () => {
  it('shows what the command prints, with its last line and its code', async () => {
    const { code, out, err } = await example();
    const [shown] = fencesOf(document).filter(({ code: text }) =>
      text.startsWith('$ npx slipway preflight production'),
    );
    expect(shown?.code).toBe(`$ npx slipway preflight production\n${out}${err}`);
    expect(code).toBe(1);
  });

  it('lists the permissions that the command needs, and no others', () => {
    const sources = [...filesBelow('cli/preflight/io'), 'cli/finance/io/cost-explorer.ts'];
    const named = sources.flatMap((path) => [
      ...readFileSync(join(ROOT, path), 'utf8').matchAll(
        /'((?:servicequotas|sagemaker|application-autoscaling|ce):\w+)'/g,
      ),
    ]);
    const needed = named.map(([, action]) => action).filter((action) => !action?.startsWith('ce:Update'));
    const [policy] = fencesOf(document).filter(({ language }) => language === 'json');
    const { Action, ...rest } = JSON.parse(policy?.code ?? '{}');
    expect(Action).toEqual([...new Set(needed)].sort());
    expect(rest).toEqual({ Effect: 'Allow', Resource: '*' });
  });
});
