import { Duration, Lazy, RemovalPolicy, Token } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { describe, expect, it } from 'vitest';
import {
  DataClass,
  GuardMode,
  GuardPolicy,
  Rollout,
  Severity,
  StageProfile,
  type StageProfileProps,
} from '../../lib/index';
import { annotations, contractOf, messageOf, modelWith, templatesOf } from '../support';

const custom = (changes: StageProfileProps, name = 'load-test') =>
  StageProfile.custom(name, StageProfile.STAGING, changes);

describe('a profile of one’s own', () => {
  it('is its base with the changes', () => {
    const profile = custom({ throttleHeadroom: 4, removalPolicy: RemovalPolicy.RETAIN });
    expect(profile).toMatchObject({ name: 'load-test', throttleHeadroom: 4, removalPolicy: RemovalPolicy.RETAIN });
    expect(profile).toMatchObject({
      minimumInstances: StageProfile.STAGING.minimumInstances,
      recordRetention: StageProfile.STAGING.recordRetention,
      severityCeiling: Severity.HIGH,
    });
  });

  it('takes an undefined change as no change, and zero and false as what they are', () => {
    const profile = custom({ minimumInstances: 0, pointInTimeRecovery: false, budgetShare: undefined });
    expect(profile).toMatchObject({ minimumInstances: 0, pointInTimeRecovery: false, budgetShare: 0.3 });
  });

  it('says how a new version takes over, and its base as it did', () => {
    expect(String(custom({ rollout: Rollout.rolling() }).rollout)).toBe('rolling 25 %, watched for 10 minutes');
    expect(custom({}).rollout).toBe(StageProfile.STAGING.rollout);
  });

  it('can be the base of another', () => {
    expect(StageProfile.custom('b', custom({ logLevel: 'WARN' }), { budgetShare: 0.5 })).toMatchObject({
      logLevel: 'WARN',
      budgetShare: 0.5,
    });
  });

  it('leaves its base as it was', () => {
    custom({ throttleHeadroom: 9 });
    expect(StageProfile.STAGING.throttleHeadroom).toBe(2);
  });

  it.each<[StageProfileProps, string]>([
    [{ minimumInstances: -1 }, 'minimumInstances is -1, expected a whole number from 0 to 1000; use 0 for none'],
    [{ minimumInstances: 1.5 }, 'minimumInstances is 1.5, expected a whole number'],
    [{ provisionedConcurrency: Number.NaN }, 'provisionedConcurrency is NaN, expected a whole number from 0 to 1000'],
    [
      { throttleHeadroom: 0.9 },
      'throttleHeadroom is 0.9, expected a number from 1 to 100; below 1 the API would refuse',
    ],
    [{ throttleHeadroom: Infinity }, 'throttleHeadroom is Infinity, expected a number from 1 to 100'],
    [{ recordRetention: Duration.hours(23) }, 'recordRetention is 82800000 ms, expected 86400000 to 315619200000 ms'],
    [{ recordRetention: Duration.hours(36) }, 'recordRetention is 129600000 ms, expected whole days; round it'],
    [{ expiresAfter: Duration.hours(36) }, 'expiresAfter is 129600000 ms, expected whole days; round it'],
    [{ stopWhenIdleFor: Duration.days(15) }, 'stopWhenIdleFor is 1296000000 ms, expected 0 to 1209600000 ms'],
    [{ budgetShare: 0 }, 'budgetShare is 0, expected a number from 0.001 to 1'],
    [{ budgetShare: 1.1 }, 'budgetShare is 1.1, expected a number from 0.001 to 1'],
    [{ logLevel: 'debug' }, 'logLevel is "debug", expected DEBUG, INFO, WARN or ERROR; use one of them, in capitals'],
    [
      { removalPolicy: RemovalPolicy.SNAPSHOT },
      'removalPolicy is "snapshot", expected RemovalPolicy.RETAIN or RemovalPolicy.DESTROY',
    ],
  ])('fails with %j', (changes, fault) => {
    const message = messageOf(() => custom(changes));
    expect(message).toContain('ConfigError: StageProfile "load-test": ');
    expect(message).toContain(fault);
  });

  it.each([
    [{ recordRetentoin: 1 }, '"recordRetentoin" is no member of a profile, expected one of demandsWholeContract,'],
    [{ logRetention: 13 }, 'logRetention is 13, expected a member of RetentionDays'],
    [{ logRetention: 'a week' }, 'logRetention is "a week", expected a member of RetentionDays'],
    [{ severityCeiling: 'high' }, 'severityCeiling is "high", expected a Severity'],
    [{ severityCeiling: null }, 'severityCeiling is null, expected a Severity'],
    [{ terminationProtection: 'yes' }, 'terminationProtection is "yes", expected true or false'],
    [{ demandsWholeContract: 'no' }, 'demandsWholeContract is "no", expected true or false'],
  ])('fails with %j, which only plain JavaScript can give', (changes, fault) => {
    expect(messageOf(() => custom(changes as unknown as StageProfileProps))).toContain(fault);
  });

  it('fails without a name, a base or changes', () => {
    const make = (...args: unknown[]) => messageOf(() => Reflect.apply(StageProfile.custom, StageProfile, args));
    expect(make(undefined, StageProfile.PILOT, {})).toContain('the name is missing, expected lower case letters');
    for (const args of [
      ['x', undefined, {}],
      ['x', StageProfile.PILOT, undefined],
      ['x', 'pilot', {}],
    ]) {
      expect(make(...args)).toMatch(/^ConfigError: .*expected a profile and an object/);
    }
  });

  it.each<(token: number) => StageProfileProps>([
    (token) => ({ minimumInstances: token }),
    (token) => ({ provisionedConcurrency: token }),
    (token) => ({ throttleHeadroom: token }),
    (token) => ({ budgetShare: token }),
    (token) => ({ recordRetention: Duration.days(token) }),
  ])('fails with a number that only the deployment knows: %s', (changes) => {
    const token = Token.asNumber(Lazy.any({ produce: () => 1 }));
    expect(messageOf(() => custom(changes(token)))).toContain('is known only when it is deployed');
  });

  it('fails with all of its faults together, and with a name that cannot be one', () => {
    const message = messageOf(() => custom({ budgetShare: 2, throttleHeadroom: 0 }, 'Load Test'));
    expect(message).toContain('the name is "Load Test", expected lower case letters');
    expect(message).toContain('budgetShare is 2');
    expect(message).toContain('throttleHeadroom is 0');
  });
});

describe('what a profile changes', () => {
  it('is deployed', () => {
    const profile = custom({
      logRetention: RetentionDays.ONE_DAY,
      provisionedConcurrency: 7,
      throttleHeadroom: 3,
      budgetShare: 0.25,
      logLevel: 'ERROR',
      silenceIsAnAlarm: true,
      terminationProtection: true,
      severityCeiling: Severity.LOW,
    });
    const model = modelWith({ profile });
    const { serve, operate } = templatesOf(model);
    expect(model.stateStack.terminationProtection).toBe(true);
    expect(model.serveStack.terminationProtection).toBe(false);
    serve.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 1 });
    serve.hasResourceProperties('AWS::Lambda::Alias', {
      ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 7 },
    });
    serve.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'spam-filter-pilot-predict',
      Environment: { Variables: { SLIPWAY_LOG_LEVEL: 'ERROR' } },
    });
    serve.hasResourceProperties('AWS::ApiGateway::Stage', {
      MethodSettings: [{ ThrottlingRateLimit: 120, ThrottlingBurstLimit: 240 }],
    });
    operate.hasResourceProperties('AWS::Budgets::Budget', { Budget: { BudgetLimit: { Amount: 100 } } });
    operate.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmName: 'spam-filter-pilot-silence' });
  });
});

describe('a contract that lacks what makes it whole', () => {
  const lacking = contractOf({ owner: undefined, monthlyBudgetUsd: undefined, success: [] });
  const members = ['owner', 'owner.onCall', 'monthlyBudgetUsd', 'success'];

  it('fails in production, by member', () => {
    const message = messageOf(() =>
      modelWith({ id: 'production', profile: StageProfile.PRODUCTION, contract: lacking }),
    );
    for (const member of members) expect(message).toContain(`\n  - ${member} is missing; `);
  });

  it.each(members)('fails in production for want of %s alone', (member) => {
    const changes = {
      owner: { owner: undefined },
      'owner.onCall': { owner: { team: 't', email: 't@example.com' } },
      monthlyBudgetUsd: { monthlyBudgetUsd: undefined },
      success: { success: undefined },
    }[member];
    const contract = contractOf(changes);
    const message = messageOf(() => modelWith({ id: 'production', profile: StageProfile.PRODUCTION, contract }));
    expect(message).toContain(`${member} is missing; `);
  });

  it('is deployed as a pilot, which is told what production will refuse', () => {
    const pilot = modelWith({ contract: lacking });
    expect(() => templatesOf(pilot)).not.toThrow();
    const advice = annotations(pilot, 'aws:cdk:warning');
    for (const member of members) {
      expect(advice).toContainEqual(
        expect.stringMatching(
          new RegExp(
            `^${member} is missing; .*; production will refuse without it .*slipway:incompleteContract:${member}`,
          ),
        ),
      );
    }
  });

  it('is no advice where nothing lacks', () => {
    const guard = GuardPolicy.standard().maskPersonalData();
    expect(annotations(modelWith({ guard }), 'aws:cdk:warning')).toEqual([]);
  });

  it('is advised on personal data that reach the model, and only on those', () => {
    const warnings = (dataClass: DataClass, guard: GuardPolicy) =>
      annotations(modelWith({ contract: contractOf({ dataClass }), guard }), 'aws:cdk:warning');
    const advice = [expect.stringContaining('no rule of the guard masks or blocks personal data')];
    const standard = GuardPolicy.standard();
    expect(warnings(DataClass.PERSONAL, standard)).toEqual(advice);
    expect(warnings(DataClass.PERSONAL, standard.maskPersonalData({ mode: GuardMode.OBSERVE }))).toEqual(advice);
    expect(warnings(DataClass.PERSONAL, standard.blockPersonalData())).toEqual([]);
    expect(warnings(DataClass.INTERNAL, standard)).toEqual([]);
  });

  it('is demanded by the profile’s property, whatever its name', () => {
    const lenient = StageProfile.custom('production', StageProfile.PRODUCTION, { demandsWholeContract: false });
    const strict = StageProfile.custom('pilot', StageProfile.PILOT, { demandsWholeContract: true });
    expect(() => modelWith({ id: 'production', profile: lenient, contract: lacking })).not.toThrow();
    expect(messageOf(() => modelWith({ profile: strict, contract: lacking }))).toContain('success is missing');
  });
});
