import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
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
    const { account } = Stack.of(this);
    const ofThisAccount = { StringEquals: { 'aws:SourceAccount': account } };
    const senders = SENDERS.map((service) => new ServicePrincipal(service));

    const key = new Key(this, 'Key', {
      description: 'messages of alarms and budgets',
      enableKeyRotation: true,
      // Nothing that is kept is encrypted with it.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    key.addToResourcePolicy(
      new PolicyStatement({
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        principals: senders,
        conditions: ofThisAccount,
      }),
    );
    this.topic = new Topic(this, 'Topic', { masterKey: key, enforceSSL: true });
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        principals: senders,
        conditions: ofThisAccount,
      }),
    );
    for (const email of emails) {
      const subscription = this.topic.addSubscription(new EmailSubscription(email));
      this.subscriptions.push(subscription);
    }
  }
}
