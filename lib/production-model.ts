import { Lazy, Stack, Stage, Tags } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { TAG } from '../protocol/tags';
import { checkProductionModel } from './check-production-model';
import type { ProductionContract } from './contract/api';
import { clausesOf, timeoutOf } from './contract/check-contract';
import { adoptBucketEmptier } from './core/bucket-emptier';
import { CLAUSE } from './core/clause';
import { deploymentName } from './core/deployment-name';
import { stageKey } from './core/stage-key';
import { output, publishLink, readLink, STATE_LINK } from './core/state-links';
import { Trace } from './core/trace';
import { StageBudget } from './cost/stage-budget';
import { GuardPolicy } from './guard/api';
import { ModelRegistry } from './lifecycle/model-registry';
import { AlarmRoute } from './monitor/alarm-route';
import type { IAlarmRoute } from './monitor/api';
import { ModelDashboard } from './monitor/model-dashboard';
import { Monitor } from './monitor/monitor';
import type { ProductionModelProps } from './production-model-props';
import { PredictionApi } from './serve/prediction-api';
import { PredictionLog } from './serve/prediction-log';

/**
 * A model in one stage, with everything that its contract demands: state, serving, watching, budget. A CDK stage of three
 * stacks, deployed with `cdk deploy '<stage>/*'`.
 *
 * @example
 * new ProductionModel(app, 'pilot', { env: { region: 'eu-west-1' }, model: 'spam-filter', contract,
 *   profile: StageProfile.PILOT, backend: ModelBackend.lambda({ code: ModelCode.node('model') }) });
 */
export class ProductionModel extends Stage {
  /** `<model>-<stage>`. */
  readonly deployment: string;
  /** Tables, buckets, key: what must survive. */
  readonly stateStack: Stack;
  /** The API and its functions: replaceable. */
  readonly serveStack: Stack;
  /** Alarms, dashboard, budget: replaceable. */
  readonly operateStack: Stack;
  /** The API: its URL, `grantInvoke`, its metrics. */
  readonly api: PredictionApi;
  /** Takes further alarms. */
  readonly monitor: Monitor;
  /** Model versions and the pointers to what serves. */
  readonly registry: ModelRegistry;
  /** Prediction records. */
  readonly log: PredictionLog;

  private readonly trace: Trace;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ProductionModelProps,
  ) {
    super(scope, id, { env: props.env });
    checkProductionModel(this, props);
    this.deployment = deploymentName(props.model, id);
    this.trace = Trace.begin(this);
    this.trace.checkedAtSynthesis(
      CLAUSE.allowedRegions,
      `synthesis refuses a region other than ${props.contract.allowedRegions.join(', ')}`,
    );

    this.stateStack = this.stack('state', 'what must survive', props.profile.terminationProtection);
    this.serveStack = this.stack('serve', 'the API in front of the model');
    this.operateStack = this.stack('operate', 'alarms, dashboard and budget');
    this.serveStack.addStackDependency(this.stateStack, 'reads its SSM parameters');
    this.operateStack.addStackDependency(this.serveStack, 'watches what is deployed there');

    const kept = this.keepState();
    this.registry = kept.registry;
    this.log = kept.log;
    this.api = this.serve();
    this.monitor = this.watch();
    this.budget();
    for (const [key, value] of Object.entries(this.stageTags)) Tags.of(this).add(key, value);
    this.node.addValidation({ validate: () => this.unenforcedClauses() });
    // The CLI reads the trace from the template, so that it speaks of what is deployed.
    this.operateStack.templateOptions.metadata = {
      'slipway:contract': Lazy.any({ produce: () => this.trace.resolve(clausesOf(props.contract)) }),
    };
  }

  private stack(id: string, what: string, terminationProtection = false): Stack {
    return new Stack(this, id, {
      stackName: `${this.deployment}-${id}`,
      description: `Slipway: ${this.deployment}, ${what}`,
      terminationProtection,
    });
  }

  private keepState(): { readonly registry: ModelRegistry; readonly log: PredictionLog } {
    const { profile, contract, model } = this.props;
    const key = stageKey(this.stateStack, 'Key', {
      deployment: this.deployment,
      removalPolicy: profile.removalPolicy,
      multiRegion: profile.multiRegionKeys,
    });
    publishLink(this.stateStack, this.deployment, STATE_LINK.key, key.keyArn);
    const kept = {
      encryptionKey: key,
      removalPolicy: profile.removalPolicy,
      pointInTimeRecovery: profile.pointInTimeRecovery,
    };
    const registry = new ModelRegistry(this.stateStack, 'ModelRegistry', kept);
    registry._publish(this.deployment);
    const log = new PredictionLog(this.stateStack, 'PredictionLog', { ...kept, retention: profile.recordRetention });
    log._publish(this.deployment);

    Trace.enforce(CLAUSE.dataClass, key, 'encrypts what is kept');
    Trace.enforce(
      CLAUSE.dataClass,
      log.table,
      'keeps records masked and scoped to their caller, and only as long as the profile says',
    );
    if (contract.dataClass.personal) {
      Trace.enforce(CLAUSE.dataClass, log.subjectSecret, 'keys the HMAC by which the records of one person are found');
    }
    output(this.stateStack, 'ModelName', model, 'name of the model in the registry');
    output(this.stateStack, 'RegistryTableName', registry.table.tableName, 'model versions and pointers');
    output(this.stateStack, 'ArtifactBucketName', registry.artifactBucket.bucketName, 'artefacts of model versions');
    output(this.stateStack, 'RecordsTableName', log.table.tableName, 'prediction records');
    output(this.stateStack, 'PayloadBucketName', log.payloadBucket.bucketName, 'payloads of prediction records');
    const logs = { encryptionKey: key, logRetention: profile.logRetention, logRemovalPolicy: profile.removalPolicy };
    adoptBucketEmptier(this.stateStack, logs, this.stageTags);
    return { registry, log };
  }

  private serve(): PredictionApi {
    const { profile, contract, backend, model, guard, access, network } = this.props;
    const stack = this.serveStack;
    const key = Key.fromKeyArn(stack, 'Key', readLink(stack, this.deployment, STATE_LINK.key));
    const api = new PredictionApi(stack, 'PredictionApi', {
      model,
      stageName: this.node.id,
      backend,
      registry: ModelRegistry._fromLinks(stack, 'ModelRegistry', this.deployment),
      log: PredictionLog._fromLinks(stack, 'PredictionLog', this.deployment, profile.recordRetention),
      timeout: timeoutOf(contract),
      peakRequestsPerSecond: contract.peakRequestsPerSecond,
      throttleHeadroom: profile.throttleHeadroom,
      guard,
      access,
      positiveLabel: contract.positiveLabel,
      provisionedConcurrency: profile.provisionedConcurrency,
      minimumInstances: profile.minimumInstances,
      functionSettings: {
        ...network,
        logRetention: profile.logRetention,
        logRemovalPolicy: profile.removalPolicy,
        logLevel: profile.logLevel,
        encryptionKey: key,
      },
    });
    output(stack, 'ApiUrl', api.url, 'where predictions are asked for');
    return api;
  }

  private watch(): Monitor {
    const { profile, contract, guard, runbook } = this.props;
    const { api } = this;
    const monitor = new Monitor(this.operateStack, 'Monitor', {
      deployment: this.deployment,
      route: this.props.alarmRoute ?? routeOf(contract),
      severityCeiling: profile.severityCeiling,
      runbook,
    });
    const { consoleLink, front } = api.backend;
    monitor.watchModel({ api, contract, profile, backendLink: consoleLink, front });
    new ModelDashboard(this.operateStack, 'Dashboard', {
      api,
      contract,
      monitor,
      front,
      guardRules: (guard ?? GuardPolicy.standard()).ruleNames,
    });
    return monitor;
  }

  private budget(): void {
    const { contract, profile } = this.props;
    const { monitor } = this;
    if (contract.monthlyBudgetUsd === undefined) return;
    const finance = contract.financeEmails ?? [];
    // The stage's own topic reaches the owner; any other route may not, and then the budget tells the owner itself.
    const owner = contract.owner === undefined || this.ownerIsSubscribed ? [] : [contract.owner.email];
    const emails = [...new Set([...finance, ...owner])];
    const budget = new StageBudget(this.operateStack, 'Budget', {
      deployment: this.deployment,
      monthlyLimitUsd: Number((contract.monthlyBudgetUsd * profile.budgetShare).toFixed(2)),
      topic: monitor.topic,
      emails,
    });
    if (owner.length > 0) Trace.enforce(CLAUSE.owner, budget, 'its alerts reach the mailbox of the owner');
  }

  private get stageTags(): Readonly<Record<string, string>> {
    const { contract, model } = this.props;
    const team = contract.owner?.team ?? 'nobody';
    return {
      [TAG.deployment]: this.deployment,
      [TAG.model]: model,
      [TAG.stage]: this.node.id,
      [TAG.owner]: team,
      [TAG.costCentre]: contract.owner?.costCentre ?? team,
    };
  }

  /** Whether alarms go to the stage's own topic, to which the owner is subscribed. */
  private get ownerIsSubscribed(): boolean {
    const { alarmRoute, contract } = this.props;
    const channel = contract.owner?.onCall?.channel ?? 'email';
    return alarmRoute === undefined && channel === 'email';
  }

  private unenforcedClauses(): string[] {
    return this.trace
      .unenforced(clausesOf(this.props.contract))
      .map(
        (clause) =>
          `clause "${clause}" of the contract is enforced by nothing; add what enforces it, or take the clause back`,
      );
  }
}

/** The route that the contract's owner asks for. */
function routeOf(contract: ProductionContract): IAlarmRoute {
  const onCall = contract.owner?.onCall;
  if (onCall?.channel === 'topic') return AlarmRoute.toTopicArn(onCall.target);
  if (onCall?.channel === 'ops-center') return AlarmRoute.toOpsCenter();
  const emails = [onCall?.target, contract.owner?.email].filter((address) => address !== undefined);
  return AlarmRoute.toOwnTopic({ emails: [...new Set(emails)] });
}
