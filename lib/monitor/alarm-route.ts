import { Annotations, ArnFormat, Stack, Token } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { OpsItemCategory, OpsItemSeverity, SnsAction, SsmAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct, IConstruct } from 'constructs';
import { checkDistinct, checkEmail, faultsOf } from '../core/checks';
import { ConfigError } from '../core/config-error';
import { AlarmTopic, admitSenders } from './alarm-topic';
import type { IAlarmRoute, Severity } from './api';

/** Properties of a route to a topic of the stage's own. */
export interface TopicRouteProps {
  /**
   * Mailboxes that subscribe to the topic; each must confirm the mail that it gets.
   * @default none
   */
  readonly emails?: string[];
}

/** Who is told about alarms. A factory. */
export class AlarmRoute {
  /** An encrypted topic of the stage's own, which CloudWatch and Budgets may send to. */
  static toOwnTopic(props: TopicRouteProps = {}): IAlarmRoute {
    const emails: readonly unknown[] = props.emails ?? [];
    const faults = faultsOf(
      ...emails.map((email, index) => checkEmail(`emails[${index}]`, email, { required: true })),
      checkDistinct('emails', emails),
    );
    if (faults.length > 0) throw new ConfigError('AlarmRoute.toOwnTopic', faults);
    return new OwnTopicRoute(props.emails ?? []);
  }

  /**
   * A topic that exists. One made in the same app is given the permissions that it needs; of an imported one the policy
   * cannot be changed from here, and an advice says what it must admit.
   */
  static toTopic(topic: ITopic): IAlarmRoute {
    return new TopicRoute(() => topic);
  }

  /** A topic that exists, by ARN. */
  static toTopicArn(topicArn: string): IAlarmRoute {
    return new TopicRoute((scope) => {
      const id = 'OnCallTopic';
      const existing = scope.node.tryFindChild(id);
      return existing === undefined ? Topic.fromTopicArn(scope, id, topicArn) : (existing as unknown as ITopic);
    });
  }

  /** OpsItems in Systems Manager OpsCenter, with the alarm's severity. */
  static toOpsCenter(): IAlarmRoute {
    return new OpsCenterRoute();
  }

  /** Nobody: alarms have states and no actions. */
  static none(): IAlarmRoute {
    return new NoRoute();
  }

  private constructor() {}
}

class OwnTopicRoute implements IAlarmRoute {
  constructor(private readonly emails: readonly string[]) {}

  actionsFor(scope: Construct): IAlarmAction[] {
    return [new SnsAction(this.alarmTopic(scope).topic)];
  }

  topicFor(scope: Construct): ITopic {
    return this.alarmTopic(scope).topic;
  }

  reachedBy(scope: Construct): IConstruct[] {
    // A topic that nobody subscribes to reaches nobody.
    return this.alarmTopic(scope).subscriptions;
  }

  /** One topic a scope, made when it is first needed. */
  private alarmTopic(scope: Construct): AlarmTopic {
    const existing = scope.node.tryFindChild('AlarmTopic');
    return existing instanceof AlarmTopic ? existing : new AlarmTopic(scope, 'AlarmTopic', this.emails);
  }
}

class TopicRoute implements IAlarmRoute {
  private readonly admitted = new Set<ITopic>();

  constructor(private readonly find: (scope: Construct) => ITopic) {}

  actionsFor(scope: Construct): IAlarmAction[] {
    return [new SnsAction(this.checked(scope))];
  }

  topicFor(scope: Construct): ITopic {
    return this.checked(scope);
  }

  reachedBy(scope: Construct): IConstruct[] {
    return [this.checked(scope)];
  }

  private checked(scope: Construct): ITopic {
    const topic = this.find(scope);
    checkTopicRegion(scope, topic);
    if (topic instanceof Topic) {
      if (this.admitted.has(topic)) return topic;
      this.admitted.add(topic);
      if (admitSenders(topic, topic.masterKey, Stack.of(scope).account) === 'key-is-foreign') {
        Annotations.of(scope).addWarningV2(
          'slipway:foreignTopicKey',
          'the key of the alarm topic cannot be changed from here: it must let cloudwatch.amazonaws.com and budgets.amazonaws.com use kms:Decrypt and kms:GenerateDataKey*, or their messages are dropped without a trace; a key that AWS manages cannot',
        );
      }
    } else {
      Annotations.of(scope).addWarningV2(
        'slipway:importedTopic',
        'the policy of an imported topic cannot be changed from here: it must let cloudwatch.amazonaws.com and budgets.amazonaws.com publish, and its key must let both use kms:Decrypt and kms:GenerateDataKey*',
      );
    }
    return topic;
  }
}

/** An alarm can only send to a topic of its own region. */
function checkTopicRegion(scope: Construct, topic: ITopic): void {
  const stack = Stack.of(scope);
  const region = Token.isUnresolved(topic.topicArn)
    ? topic.env.region
    : stack.splitArn(topic.topicArn, ArnFormat.NO_RESOURCE_NAME).region;
  if (region === undefined || Token.isUnresolved(region) || Token.isUnresolved(stack.region)) return;
  if (region !== stack.region) {
    throw new ConfigError(
      scope,
      `the alarm topic is in "${region}", expected "${stack.region}"; an alarm can only send to a topic of its own region`,
    );
  }
}

class OpsCenterRoute implements IAlarmRoute {
  actionsFor(_scope: Construct, severity: Severity): IAlarmAction[] {
    return [new SsmAction(OPS_SEVERITY[severity.rank - 1] ?? OpsItemSeverity.LOW, OpsItemCategory.AVAILABILITY)];
  }

  topicFor(): undefined {
    return undefined;
  }

  reachedBy(): IConstruct[] {
    return [];
  }
}

const OPS_SEVERITY = [OpsItemSeverity.CRITICAL, OpsItemSeverity.HIGH, OpsItemSeverity.MEDIUM, OpsItemSeverity.LOW];

class NoRoute implements IAlarmRoute {
  actionsFor(): IAlarmAction[] {
    return [];
  }

  topicFor(): undefined {
    return undefined;
  }

  reachedBy(): IConstruct[] {
    return [];
  }
}
