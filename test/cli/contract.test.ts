import { Stack, Stage } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { contractCommand, enforcedClauses } from '../../cli/contract';
import { type Assembly, stageNamed } from '../../cli/synth';
import { StageProfile } from '../../lib/index';
import { type EndpointKind, endpointStages } from '../endpoint-stages';
import { contractOf, modelWith } from '../support';
import { assemblyOf, run } from './stages';

const assembly = assemblyOf((app) => {
  modelWith({ profile: StageProfile.PILOT, contract: contractOf({ financeEmails: ['finance@example.com'] }) }, app);
  new Stack(new Stage(app, 'plain'), 'state');
});

const contract = (...args: string[]) =>
  run((output) => contractCommand({ output, assembly: async () => assembly }), ...args);

/** A stage with this in the place of its contract's trace. */
function withTrace(trace: unknown): Assembly {
  const { directory, stages } = assembly;
  const changed = stages.map((stage) => ({
    ...stage,
    stacks: stage.stacks.map((stack) => ({ ...stack, template: { Metadata: { 'slipway:contract': trace } } })),
  }));
  return { directory, stages: changed };
}

describe('the clauses of a stage', () => {
  it('are each named once with all that enforces them, as it is in the templates', () => {
    const pilot = stageNamed(assembly, 'pilot');
    const clauses = enforcedClauses(pilot);
    const names = clauses.map(({ clause }) => clause);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(['owner', 'latencyP95', 'success: f1', 'monthlyBudgetUsd']));
    expect(clauses.find(({ clause }) => clause === 'availability')?.enforcers.length).toBeGreaterThan(1);
    for (const { type, path, stack, logicalId } of clauses.flatMap(({ enforcers }) => enforcers)) {
      if (type === 'synthesis check') continue;
      const resources = pilot.stacks.find(({ stackName }) => stackName === stack)?.template.Resources;
      expect(resources?.[logicalId]?.Type).toBe(type);
      expect(path).toMatch(/^(state|serve|operate)\//);
    }
  });

  it('are printed as a table that fits 120 columns', async () => {
    const { code, out, err } = await contract('pilot');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
    expect(out.match(/│ availability /g)).toHaveLength(1);
    expect(out).toMatch(/│ monthlyBudgetUsd +│ AWS::Budgets::Budget +│ tells at 50, 80 and 100 %/);
    expect(out).toContain('│   operate/Budget/Budget ');
  });

  it('are the same as JSON', async () => {
    const { code, out } = await contract('pilot', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ stage: 'pilot', clauses: enforcedClauses(stageNamed(assembly, 'pilot')) });
  });
});

describe('what the endpoint of a stage enforces', () => {
  const { stages } = assemblyOf((app) => endpointStages(app));

  /** Paths below the endpoint, and how, by clause. */
  function enforcedBy(kind: EndpointKind): Record<string, string[]> {
    const clauses = enforcedClauses(stageNamed({ directory: '', stages }, kind)).map(({ clause, enforcers }) => {
      const own = enforcers.filter(({ path }) => path.startsWith('endpoint/'));
      return [clause, own.map(({ path, how }) => `${path.replace('endpoint/Endpoint/', '')}: ${how}`)] as const;
    });
    return Object.fromEntries(clauses.filter(([, own]) => own.length > 0));
  }

  const rolledBack = (id: string) => `${id}: rolls a version back that misses it, while it takes over`;

  it.each<[EndpointKind, { availability: string[]; latencyP95?: string[]; peakRequestsPerSecond?: string[] }]>([
    [
      'real-time',
      {
        availability: [rolledBack('rollback-errors'), rolledBack('rollback-model-errors')],
        latencyP95: [rolledBack('rollback-latency')],
        peakRequestsPerSecond: ['Scaling/Target: scales from 1 to 4 with the load'],
      },
    ],
    ['serverless', { availability: [rolledBack('rollback-errors')], latencyP95: [rolledBack('rollback-latency')] }],
    [
      'sleeping',
      {
        availability: [rolledBack('rollback-errors'), rolledBack('rollback-model-errors')],
        latencyP95: [rolledBack('rollback-latency')],
        peakRequestsPerSecond: ['Scaling/Target: scales from 0 to 1 with the load'],
      },
    ],
    [
      'asynchronous',
      {
        availability: [rolledBack('rollback-errors')],
        peakRequestsPerSecond: ['Scaling/Target: scales from 0 to 2 with the load'],
      },
    ],
  ])('is what a %s one has alarms and scaling for', (kind, clauses) => {
    expect(enforcedBy(kind)).toEqual(clauses);
  });
});

describe('slipway contract', () => {
  it.each([
    ['a stage that the project does not have', 'prod', 'there is no stage "prod"; this project has pilot, plain'],
    ['a stage without a contract', 'plain', 'stage "plain" has no contract'],
  ])('fails for %s with one line and code 2', async (_, stage, message) => {
    const { code, out, err } = await contract(stage);
    expect({ code, out, lines: err.split('\n').length }).toEqual({ code: 2, out: '', lines: 2 });
    expect(err).toContain(`slipway: ${message}`);
  });

  it.each([['no list'], [[{ clause: 'owner' }]], [[null]]])(
    'fails for a trace of another version: %j',
    async (trace) => {
      const { code, err } = await run(
        (output) => contractCommand({ output, assembly: async () => withTrace(trace) }),
        'pilot',
      );
      expect(code).toBe(2);
      expect(err).toContain('is not as this version of slipway writes it');
    },
  );
});
