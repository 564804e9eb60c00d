import { describe, expect, it } from 'vitest';
import { advice, NoCredentials, obstacle, setUpCostTags } from '../../../cli/finance/cost-tags';
import { TAG } from '../../../protocol/tags';
import { FakeCostTags } from './fake-cost-tags';

const ALL = Object.values(TAG);
const statusOf = ({ tags }: Awaited<ReturnType<typeof setUpCostTags>>) =>
  Object.fromEntries(tags.map(({ key, status }) => [key, status]));

describe('setting up cost-allocation tags', () => {
  it('without being told to activate changes nothing and says what it would do', async () => {
    const costTags = new FakeCostTags({ [TAG.deployment]: 'inactive', [TAG.model]: 'active', [TAG.owner]: 'inactive' });
    const report = await setUpCostTags(costTags, { activate: false });
    expect(costTags.activations).toEqual([]);
    expect(statusOf(report)).toEqual({
      [TAG.deployment]: 'inactive',
      [TAG.model]: 'active',
      [TAG.stage]: 'not seen',
      [TAG.owner]: 'inactive',
      [TAG.costCentre]: 'not seen',
    });
    const lines = advice(report, 'pilot').join('\n');
    expect(lines).toContain('"npx slipway finance setup pilot --yes" would activate slipway:deployment, slipway:owner');
    expect(lines).toContain('asked once, for 0.01 USD');
  });

  it('activates what is inactive, and nothing else', async () => {
    const costTags = new FakeCostTags({ [TAG.deployment]: 'inactive', [TAG.model]: 'active', [TAG.owner]: 'inactive' });
    const report = await setUpCostTags(costTags, { activate: true });
    expect(costTags.activations).toEqual([[TAG.deployment, TAG.owner]]);
    expect(report.tags.filter(({ activated }) => activated).map(({ key }) => key)).toEqual([TAG.deployment, TAG.owner]);
    expect(statusOf(report)).toMatchObject({ [TAG.deployment]: 'active', [TAG.owner]: 'active' });
    expect(obstacle(report)).toBeUndefined();
    const lines = advice(report, 'pilot').join('\n');
    expect(lines).toContain('activated slipway:deployment, slipway:owner');
    expect(lines).toContain('asked 2 times, for 0.02 USD');
    expect(lines).not.toContain('dry run');
  });

  it('asks once and activates nothing when all are active', async () => {
    const costTags = new FakeCostTags(Object.fromEntries(ALL.map((key) => [key, 'active'])));
    const report = await setUpCostTags(costTags, { activate: true });
    expect({ requests: report.requests, activations: costTags.activations }).toEqual({ requests: 1, activations: [] });
    expect(obstacle(report)).toBeUndefined();
  });

  it('reports each tag that was refused, and what was not refused as active', async () => {
    const costTags = new FakeCostTags({ [TAG.deployment]: 'inactive', [TAG.owner]: 'inactive' });
    costTags.refusals.set(TAG.deployment, 'InternalException: try later');
    const report = await setUpCostTags(costTags, { activate: true });
    expect(report.tags.find(({ key }) => key === TAG.deployment)).toMatchObject({
      status: 'inactive',
      activated: false,
      error: 'InternalException: try later',
    });
    expect(statusOf(report)[TAG.owner]).toBe('active');
    expect(obstacle(report)).toBe('could not activate slipway:deployment (InternalException: try later)');
    expect(advice(report, 'pilot').join('\n')).not.toContain('dry run');
  });

  it('cannot activate what billing has not seen, and says when it can', async () => {
    const costTags = new FakeCostTags({});
    const report = await setUpCostTags(costTags, { activate: true });
    expect(costTags.activations).toEqual([]);
    expect(obstacle(report)).toMatch(/^slipway:deployment cannot be activated yet: .*wait up to 24 hours/);
  });

  it('needs only the tag that the budget counts by', async () => {
    const report = await setUpCostTags(new FakeCostTags({ [TAG.deployment]: 'active' }), { activate: true });
    expect(report.tags.filter(({ needed }) => needed).map(({ key }) => key)).toEqual([TAG.deployment]);
    expect(obstacle(report)).toBeUndefined();
  });

  it('without credentials knows the tags and not their status', async () => {
    const costTags = new FakeCostTags({}, new NoCredentials());
    const report = await setUpCostTags(costTags, { activate: true });
    expect(report.tags.map(({ key, status }) => [key, status])).toEqual(ALL.map((key) => [key, 'unknown']));
    expect(report.requests).toBe(0);
    expect(obstacle(report)).toContain('there are no AWS credentials');
    expect(advice(report, 'pilot').join('\n')).toContain('the status is unknown');
  });

  it('fails when Cost Explorer fails', async () => {
    const costTags = new FakeCostTags({}, new Error('no route'));
    await expect(setUpCostTags(costTags, { activate: false })).rejects.toThrow('no route');
  });
});
