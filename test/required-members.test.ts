import { Duration, Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import {
  AlarmRoute,
  type IModelBackend,
  ModelBackend,
  ModelCode,
  ModelRegistry,
  Monitor,
  PredictionApi,
  PredictionLog,
  ProductionModel,
  StageBudget,
  StageProfile,
} from '../lib/index';
import { contractOf, MODEL_FOLDER, messageOf, newApp, REGION, standalone } from './support';

type Props = Readonly<Record<string, unknown>>;
type Make = new (scope: Stack, id: string, props: never) => unknown;

const parts = standalone();
const backend = ModelBackend.lambda({ code: ModelCode.node(MODEL_FOLDER) });

/** Each construct with the least that it takes. */
const CONSTRUCTS: readonly (readonly [name: string, make: Make, props: Props])[] = [
  [
    'ProductionModel',
    ProductionModel as unknown as Make,
    { env: REGION, model: 'm', contract: contractOf(), profile: StageProfile.PILOT, backend },
  ],
  [
    'PredictionApi',
    PredictionApi,
    {
      model: 'm',
      stageName: 's',
      backend,
      registry: parts.registry,
      log: parts.log,
      timeout: Duration.seconds(2),
      peakRequestsPerSecond: 1,
    },
  ],
  ['ModelRegistry', ModelRegistry, { encryptionKey: parts.key }],
  ['PredictionLog', PredictionLog, { encryptionKey: parts.key }],
  ['Monitor', Monitor, { deployment: 'd', route: AlarmRoute.none() }],
  ['StageBudget', StageBudget, { deployment: 'd', monthlyLimitUsd: 1, emails: ['a@example.com'] }],
];

function made(make: Make, props: Props): string {
  const app = newApp();
  const scope = make === (ProductionModel as unknown as Make) ? app : new Stack(app, 'plain', { env: REGION });
  return messageOf(() => new make(scope as Stack, 'subject', props as never));
}

describe('a required member that plain JavaScript leaves out', () => {
  const cases = CONSTRUCTS.flatMap(([name, make, props]) =>
    Object.keys(props).map((member) => [name, member, make, props] as const),
  );

  it.each(cases)('of %s is named: %s', (_, member, make, { [member]: _left, ...rest }) => {
    const message = made(make, rest);
    expect(message).toMatch(/^ConfigError: (plain\/)?subject:/);
    const subject = member === 'env' ? 'env.region' : member === 'emails' ? 'nobody is told' : member;
    expect(message).toContain(subject);
    expect(message).toMatch(/missing|not stated|expected a topic or an e-mail/);
  });

  it.each(CONSTRUCTS)('is none where %s has all of them', (_, make, props) => {
    expect(() => made(make, props)).toThrow('it did not fail');
  });
});

describe('what is given instead of a choice', () => {
  it.each([
    ['guard', {}, 'guard is {}, expected a GuardPolicy'],
    ['access', 'iam', 'access is "iam", expected an ApiAccess'],
    ['backend', 'lambda', 'backend is "lambda", expected a model backend'],
  ])('%s of a PredictionApi as %j', (member, value, fault) => {
    const [, make, props] = CONSTRUCTS[1] ?? [];
    if (make === undefined) throw new Error('the table has no PredictionApi');
    expect(made(make, { ...props, [member]: value })).toContain(fault);
  });
});

describe('a stage', () => {
  it('is refused where another stage has its deployment, divided otherwise', () => {
    const app = newApp();
    const common = { env: REGION, contract: contractOf(), profile: StageProfile.PILOT, backend };
    new ProductionModel(app, 'pilot', { ...common, model: 'spam-filter' });
    const message = messageOf(() => new ProductionModel(app, 'filter-pilot', { ...common, model: 'spam' }));
    expect(message).toContain('"spam-filter-pilot" is what "pilot" is called too');
  });

  it('is refused with a guard that lets more pass than its backend takes', () => {
    const { stack, registry, log } = parts;
    const capabilities = { ...backend.capabilities, maxInput: { toBytes: () => 1024 } };
    const small = { ...backend, capabilities, bind: backend.bind.bind(backend) } as unknown as IModelBackend;
    const props = { model: 'm', stageName: 's', registry, log, timeout: Duration.seconds(2), peakRequestsPerSecond: 1 };
    expect(messageOf(() => new PredictionApi(stack, 'Small', { ...props, backend: small }))).toContain(
      'the guard lets inputs of 262144 bytes pass, the backend takes at most 1024; lower maxSize',
    );
  });

  it('tells of an allowed region that the CDK does not know', () => {
    const app = newApp();
    const contract = contractOf({ allowedRegions: ['eu-west-1', 'eu-wset-1'] });
    const model = new ProductionModel(app, 'pilot', {
      env: REGION,
      model: 'm',
      contract,
      profile: StageProfile.PILOT,
      backend,
    });
    const warnings = model.node.metadata.map(({ data }) => String(data));
    expect(warnings).toContainEqual(expect.stringContaining('allowedRegions has "eu-wset-1"'));
  });

  it('is refused with every fault at once: a name too long, a topic elsewhere, a budget of nothing', () => {
    const owner = { team: 't', email: 't@example.com', onCall: { channel: 'topic' } };
    const message = messageOf(
      () =>
        new ProductionModel(newApp(), 'pilot', {
          env: REGION,
          model: 'm'.repeat(60),
          contract: contractOf({ monthlyBudgetUsd: 0.05, owner: owner as never }),
          profile: StageProfile.PILOT,
          backend,
        }),
    );
    expect(message.match(/^ {2}- /gm)?.length).toBe(3);
  });
});

it('keys of another stack are taken', () => {
  const other = new Stack(newApp(), 'other', { env: REGION });
  expect(() => new ModelRegistry(parts.stack, 'Elsewhere', { encryptionKey: new Key(other, 'Key') })).not.toThrow();
});
