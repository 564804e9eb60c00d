import { Duration } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { stages } from '../../bin/stages';
import { clausesOf } from '../../lib/contract/check-contract';
import { CLAUSE } from '../../lib/core/clause';
import type { TraceLine } from '../../lib/core/trace';
import { AlarmRoute, Criterion, OnCall, type ProductionContract, StageProfile } from '../../lib/index';
import {
  contractOf,
  messageOf,
  modelWith,
  resourcesOf,
  type SynthesizedStage,
  synthesizedStages,
  templateJson,
  templatesOf,
} from '../support';

const owner = { team: 'mail-platform', email: 'mail@example.com' };
/** Everything that is optional left out. */
const bare = contractOf({ owner: undefined, success: undefined, monthlyBudgetUsd: undefined });

function traceOf({ templates }: Pick<SynthesizedStage, 'templates'>): TraceLine[] {
  const { Metadata } = templates.operate.toJSON() as { Metadata: { 'slipway:contract': TraceLine[] } };
  return Metadata['slipway:contract'];
}

describe('the clauses of a contract', () => {
  it('are what it states, and purpose is none', () => {
    const contract = contractOf({
      timeout: Duration.seconds(2),
      requestsPerMonth: 1000,
      success: [Criterion.atLeast('f1', 0.9), Criterion.atLeast('recall', 0.9)],
      financeEmails: ['finance@example.com'],
      positiveLabel: 'spam',
    });
    expect(clausesOf(contract)).toEqual([
      'owner',
      'owner.onCall',
      'latencyP95',
      'timeout',
      'availability',
      'peakRequestsPerSecond',
      'requestsPerMonth',
      'success: f1',
      'success: recall',
      'monthlyBudgetUsd',
      'financeEmails',
      'dataClass',
      'allowedRegions',
    ]);
  });

  it('leave out what it does not state', () => {
    expect(clausesOf(bare)).toEqual([
      'latencyP95',
      'timeout',
      'availability',
      'peakRequestsPerSecond',
      'dataClass',
      'allowedRegions',
    ]);
  });
});

describe('the trace', () => {
  it.each(stages.map(({ id, contract }) => [id, contract] as const))('of %s has every clause', (id, contract) => {
    const stage = synthesizedStages().find(({ name }) => name === id);
    if (stage === undefined) throw new Error(`no stage ${id}`);
    const enforced = new Set(traceOf(stage).map(({ clause }) => clause));
    expect([...enforced].sort()).toEqual([...clausesOf(contract)].sort());
  });

  it.each(synthesizedStages().map((stage) => [stage.name, stage] as const))(
    'of %s names resources that are in its templates, with their types',
    (_, stage) => {
      const stacks = new Map(
        [stage.model.stateStack, stage.model.serveStack, stage.model.operateStack].map((stack, index) => [
          stack.stackName,
          templateJson(Object.values(stage.templates)[index]),
        ]),
      );
      const lines = traceOf(stage).filter(({ type }) => type !== 'synthesis check');
      expect(lines.length).toBeGreaterThan(10);
      for (const { stack, logicalId, type, how, clause } of lines) {
        expect(stacks.get(stack)?.Resources[logicalId]?.Type, `${clause} in ${stack}`).toBe(type);
        expect(how, clause).not.toBe('');
      }
    },
  );

  it('has the allowed regions as a check of synthesis', () => {
    const line = traceOf({ templates: templatesOf(modelWith()) }).find(
      ({ clause }) => clause === CLAUSE.allowedRegions,
    );
    expect(line).toMatchObject({ type: 'synthesis check', how: 'synthesis refuses a region other than eu-west-1' });
  });
});

describe('a clause that nothing enforces', () => {
  const unenforced = (clause: string) =>
    `clause "${clause}" of the contract is enforced by nothing; add what enforces it, or take the clause back`;

  function synthesisOf(contract: ProductionContract, alarmRoute = AlarmRoute.none()): string {
    return messageOf(() => templatesOf(modelWith({ contract, alarmRoute })));
  }

  it('fails synthesis by name: an owner and an on-call whom no route and no budget reaches', () => {
    const message = synthesisOf(contractOf({ monthlyBudgetUsd: undefined }));
    expect(message).toContain(unenforced('owner'));
    expect(message).toContain(unenforced('owner.onCall'));
    expect(message).not.toContain('latencyP95');
  });

  it('fails synthesis by name: an on-call, where the route is a topic that nobody subscribes to', () => {
    const message = synthesisOf(contractOf(), AlarmRoute.toOwnTopic());
    expect(message).toContain(unenforced('owner.onCall'));
    expect(message).not.toContain(unenforced('owner'));
  });

  it('is not there where the contract names nobody', () => {
    expect(() => templatesOf(modelWith({ contract: bare, alarmRoute: AlarmRoute.none() }))).not.toThrow();
  });
});

describe('the owner and the on-call are enforced', () => {
  it.each([
    ['by the subscription of a mailbox', { ...owner, onCall: OnCall.email('n@example.com') }, 'AWS::SNS::Subscription'],
    ['by every alarm that opens an OpsItem', { ...owner, onCall: OnCall.opsCenter() }, 'AWS::CloudWatch::Alarm'],
    ['by the subscription of the owner while nobody is on call', owner, 'AWS::SNS::Subscription'],
  ])('%s', (_, contractOwner, type) => {
    const templates = templatesOf(modelWith({ contract: contractOf({ owner: contractOwner }) }));
    const lines = traceOf({ templates }).filter(({ clause }) => clause === CLAUSE.owner);
    expect(lines.map((line) => line.type)).toContain(type);
  });

  it('by the budget, where alarms go elsewhere than to the topic of the stage', () => {
    for (const onCall of [OnCall.opsCenter(), OnCall.topic('arn:aws:sns:eu-west-1:123456789012:night')]) {
      const templates = templatesOf(modelWith({ contract: contractOf({ owner: { ...owner, onCall } }) }));
      const lines = traceOf({ templates }).filter(({ clause }) => clause === CLAUSE.owner);
      expect(lines.map((line) => line.type)).toContain('AWS::Budgets::Budget');
      templates.operate.hasResourceProperties('AWS::Budgets::Budget', {
        NotificationsWithSubscribers: Match.arrayWith([
          Match.objectLike({ Subscribers: Match.arrayWith([{ SubscriptionType: 'EMAIL', Address: owner.email }]) }),
        ]),
      });
    }
  });

  it('by subscriptions of the owner and of the person on call, once each', () => {
    const subscribed = (onCall: OnCall) => {
      const templates = templatesOf(modelWith({ contract: contractOf({ owner: { ...owner, onCall } }) }));
      return resourcesOf(templates.operate, 'AWS::SNS::Subscription').map(([, { Properties }]) => Properties?.Endpoint);
    };
    expect(subscribed(OnCall.email('n@example.com')).sort()).toEqual(['n@example.com', owner.email].sort());
    expect(subscribed(OnCall.email(owner.email))).toEqual([owner.email]);
  });

  it('by a topic that exists', () => {
    const onCall = OnCall.topic('arn:aws:sns:eu-west-1:123456789012:night');
    const templates = templatesOf(modelWith({ contract: contractOf({ owner: { ...owner, onCall } }) }));
    const paths = traceOf({ templates }).filter(({ clause }) => clause === CLAUSE.onCall);
    expect(paths).toMatchObject([{ path: 'pilot/operate/Monitor/OnCallTopic' }]);
  });
});

describe('a success criterion', () => {
  it('fails on a metric that feedback cannot measure', () => {
    const contract = contractOf({ success: [Criterion.atLeast('rmse', 0.5)] });
    expect(messageOf(() => modelWith({ contract, profile: StageProfile.PRODUCTION, id: 'production' }))).toBe(
      'ConfigError: production: success[0] is on "rmse", expected accuracy, precision, recall, f1; only these can be measured from feedback',
    );
  });

  it('that is stated twice is enforced by an alarm each', () => {
    const contract = contractOf({ success: [Criterion.atLeast('f1', 0.9), Criterion.atLeast('accuracy', 0.9)] });
    const lines = traceOf({ templates: templatesOf(modelWith({ contract })) });
    expect(lines.filter(({ clause }) => clause.startsWith('success')).map(({ path }) => path)).toEqual([
      'pilot/operate/Monitor/success-f1',
      'pilot/operate/Monitor/success-accuracy',
    ]);
  });
});
