import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

/** The services that tell people something. */
const SENDERS = ['cloudwatch.amazonaws.com', 'budgets.amazonaws.com'];

/**
 * An encrypted topic that CloudWatch and Budgets of this account may send to. Its key must admit them too: with the
 * account's default key, their messages are dropped without a trace.
 */
export class AlarmTopic extends Construct {
  readonly topic: Topic;
  /** Subscriptions by address, for the trace. */
  readonly subscriptions: Construct[] = [];

  constructor(scope: Construct, id: string, emails: readonly string[]) {
    super(scope, id);
    const key = new Key(this, 'Key', {
      description: 'messages of alarms and budgets',
      enableKeyRotation: true,
      // Nothing that is kept is encrypted with it.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.topic = new Topic(this, 'Topic', { masterKey: key, enforceSSL: true });
    admitSenders(this.topic, key, Stack.of(this).account);
    for (const email of emails) {
      const subscription = this.topic.addSubscription(new EmailSubscription(email));
      this.subscriptions.push(subscription);
    }
  }
}

/**
 * Lets CloudWatch and Budgets of `account` send to a topic, and use the key that encrypts it. Tells what could not be changed
 * from here: the key of another stack, or one that AWS manages.
 */
export function admitSenders(topic: ITopic, key: IKey | undefined, account: string): 'admitted' | 'key-is-foreign' {
  const conditions = { StringEquals: { 'aws:SourceAccount': account } };
  const principals = SENDERS.map((service) => new ServicePrincipal(service));
  topic.addToResourcePolicy(
    new PolicyStatement({ actions: ['sns:Publish'], resources: [topic.topicArn], principals, conditions }),
  );
  const onKey = key?.addToResourcePolicy(
    new PolicyStatement({
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      resources: ['*'],
      principals,
      conditions,
    }),
  );
  return onKey === undefined || onKey.statementAdded ? 'admitted' : 'key-is-foreign';
}
