import { CfnResource, Stack, Stage } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { diffCommand } from '../../cli/diff';
import { diffStages } from '../../cli/stage-diff/stage-diff';
import { stageNamed } from '../../cli/synth';
import { StageProfile } from '../../lib/index';
import { modelWith } from '../support';
import { assemblyOf, run } from './stages';

const LONG = 'the same long beginning of a text, '.repeat(6);

const assembly = assemblyOf((app) => {
  modelWith({ id: 'pilot', profile: StageProfile.PILOT }, app);
  modelWith({ id: 'trial', profile: StageProfile.PILOT }, app);
  modelWith({ id: 'production', profile: StageProfile.PRODUCTION }, app);
  for (const [stage, end] of [
    ['left', 'LEFT'],
    ['right', 'RIGHT'],
  ] as const) {
    const stack = new Stack(new Stage(app, stage), 'serve');
    new CfnResource(stack, 'Thing', { type: 'Test::Thing', properties: { Text: `${LONG}${end}`, Blank: ` ${end}` } });
  }
});

const diff = (...args: string[]) => run((output) => diffCommand({ output, assembly: async () => assembly }), ...args);

describe('slipway diff', () => {
  it('prints what a profile changes by domain, and how much', async () => {
    const { code, out, err } = await diff('pilot', 'production');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^from pilot to production: /);
    expect(out).toContain('\nstage\n');
    expect(out).toContain('  ~ stack state\n      terminationProtection: false → true\n');
    expect(out).toContain('\n  + operate/Monitor/silence  AWS::CloudWatch::Alarm\n');
    expect(out).toContain('\n      DeletionPolicy: Delete → Retain\n');
    expect(out).toContain('\n      Properties.Budget.BudgetLimit.Amount: 40 → 400\n');
    expect(out).toMatch(/│ cost +│ 0 +│ 0 +│ 1 +│ 1 +│/);
    const { domains } = diffStages(stageNamed(assembly, 'pilot'), stageNamed(assembly, 'production'));
    const changed = domains.flatMap((domain) => domain.changed);
    const properties = changed.flatMap(({ changes }) => changes).length;
    expect(out).toMatch(new RegExp(`│ total +│ 1 +│ 5 +│ ${changed.length} +│ ${properties} +│`));
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  });

  it('cuts long values to the place where they differ, and quotes white space', async () => {
    const { out } = await diff('left', 'right');
    expect(out).toMatch(/Properties\.Text: ….{0,10}LEFT → ….{0,10}RIGHT\n/);
    expect(out).toContain('Properties.Blank: " LEFT" → " RIGHT"\n');
  });

  it('prints the same as JSON, uncut', async () => {
    const { code, out } = await diff('left', 'right', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      from: 'left',
      to: 'right',
      domains: [{ changed: [{ path: 'Thing', changes: [{ to: `${LONG}RIGHT` }, { to: ' RIGHT' }] }] }],
    });
  });

  it('says so when nothing differs', async () => {
    expect(await diff('pilot', 'trial')).toEqual({
      code: 0,
      out: 'pilot and trial do not differ but in their names\n',
      err: '',
    });
  });

  it.each([
    ['an unknown stage', ['pilot', 'prod'], 'there is no stage "prod"'],
    ['one stage alone', ['pilot'], "missing required argument 'to'"],
  ])('fails for %s with one line and code 2', async (_, args, message) => {
    const { code, out, err } = await diff(...args);
    expect({ code, out, lines: err.split('\n').length }).toEqual({ code: 2, out: '', lines: 2 });
    expect(err).toContain(message);
  });
});
