import { Lazy, Stack, Stage, Tags } from 'aws-cdk-lib';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { TAG } from '../protocol/tags';
import { EndpointChecks } from './check/endpoint-checks';
import { checkProductionModel } from './check-production-model';
import type { ProductionContract } from './contract/api';
import { clausesOf, timeoutOf } from './contract/check-contract';
import { adoptBucketEmptier } from './core/bucket-emptier';
import { CLAUSE } from './core/clause';
import { deploymentName } from './core/deployment-name';
import type { FunctionSettings } from './core/handler-function';
import { stageKey } from './core/stage-key';
import { output, publishLink, readLink, STATE_LINK } from './core/state-links';
import { Trace } from './core/trace';
import { StageBudget } from './cost/stage-budget';
import type { DataPipeline } from './data/data-pipeline';
import type { IBoundEndpoint } from './endpoint/api';
import type { EndpointController } from './endpoint/endpoint-controller';
import { EndpointParameters } from './endpoint/endpoint-parameters';
import { GuardPolicy } from './guard/api';
import { ModelRegistry } from './lifecycle/model-registry';
import { AlarmRoute } from './monitor/alarm-route';
import type { IAlarmRoute } from './monitor/api';
import { ModelDashboard } from './monitor/model-dashboard';
import { Monitor } from './monitor/monitor';
import { keepDatasets, operateData } from './production-data';
import { operateEndpoint, stageEndpoint } from './production-endpoint';
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
  /** The endpoint, which has one writer: its controller. Undefined for backends without an endpoint of their own. */
  readonly endpointStack?: Stack;
  /** The API and its functions: replaceable. */
  readonly serveStack: Stack;
  /** Alarms, dashboard, budget: replaceable. */
  readonly operateStack: Stack;
  /** The API: its URL, `grantInvoke`, its metrics. */
  readonly api: PredictionApi;
  /** Takes further alarms. */
  readonly monitor: Monitor;
  /** Changes the endpoint; undefined for backends without an endpoint of their own. */
  readonly controller?: EndpointController;
  /** Makes dataset versions; undefined where the stage has no data of its own. */
  readonly data?: DataPipeline;
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
    EndpointChecks._addTo(this);
    this.deployment = deploymentName(props.model, id);
    this.trace = Trace.begin(this);
    this.trace.checkedAtSynthesis(
      CLAUSE.allowedRegions,
      `synthesis refuses a region other than ${props.contract.allowedRegions.join(', ')}`,
    );

    const ownsEndpoint = props.backend.capabilities.ownsEndpoint === true;
    this.stateStack = this.stack('state', 'what must survive', props.profile.terminationProtection);
    this.endpointStack = ownsEndpoint ? this.stack('endpoint', 'the endpoint of the model') : undefined;
    this.serveStack = this.stack('serve', 'the API in front of the model');
    this.operateStack = this.stack('operate', 'alarms, dashboard and budget');
    this.endpointStack?.addStackDependency(this.stateStack, 'reads its SSM parameters');
    this.serveStack.addStackDependency(this.endpointStack ?? this.stateStack, 'reads SSM parameters of the state');
    this.operateStack.addStackDependency(this.serveStack, 'watches what is deployed there');

    const kept = this.keepState();
    this.registry = kept.registry;
    this.log = kept.log;
    const endpoint = this.endpointStack === undefined ? undefined : this.host(this.endpointStack);
    this.api = this.serve();
    this.monitor = this.watch();
    this.data = this.makeData();
    this.dashboard();
    this.controller = endpoint === undefined ? undefined : this.control(endpoint);
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
    keepDatasets(this.stateStack, this.props, this.deployment, key);
    output(this.stateStack, 'ModelName', model, 'name of the model in the registry');
    output(this.stateStack, 'RegistryTableName', registry.table.tableName, 'model versions and pointers');
    output(this.stateStack, 'ArtifactBucketName', registry.artifactBucket.bucketName, 'artefacts of model versions');
    output(this.stateStack, 'RecordsTableName', log.table.tableName, 'prediction records');
    output(this.stateStack, 'PayloadBucketName', log.payloadBucket.bucketName, 'payloads of prediction records');
    const functionSettings = this.functionSettings(key);
    adoptBucketEmptier(this.stateStack, functionSettings, this.stageTags);
    if (this.endpointStack !== undefined) {
      new EndpointParameters(this.stateStack, 'EndpointParameters', {
        deployment: this.deployment,
        removalPolicy: profile.removalPolicy,
        functionSettings,
      })._publish(this.deployment);
    }
    return { registry, log };
  }

  private host(stack: Stack): IBoundEndpoint {
    const encryptionKey = this.linkedKey(stack);
    // A link that nothing uses is a parameter that nothing uses.
    const exchanges = this.props.backend.capabilities.answersLater === true;
    return stageEndpoint(stack, this.props, {
      deployment: this.deployment,
      registry: ModelRegistry._fromLinks(stack, 'ModelRegistry', this.deployment),
      encryptionKey,
      payloadBucket: exchanges ? this.linkedPayloads(stack, encryptionKey) : undefined,
      functionSettings: this.functionSettings(encryptionKey),
    });
  }

  private control(endpoint: IBoundEndpoint): EndpointController {
    const stack = this.operateStack;
    const encryptionKey = this.linkedKey(stack);
    return operateEndpoint(stack, this.props, {
      deployment: this.deployment,
      endpoint,
      registry: ModelRegistry._fromLinks(stack, 'ModelRegistry', this.deployment),
      monitor: this.monitor,
      encryptionKey,
      functionSettings: this.functionSettings(encryptionKey),
    });
  }

  private linkedPayloads(stack: Stack, encryptionKey: IKey): IBucket {
    const bucketArn = readLink(stack, this.deployment, STATE_LINK.payloadBucket);
    return Bucket.fromBucketAttributes(stack, 'Payloads', { bucketArn, encryptionKey });
  }

  /** The stage's key, as stacks other than the one of state find it. */
  private linkedKey(stack: Stack): IKey {
    const known = stack.node.tryFindChild('Key');
    if (known !== undefined) return known as unknown as IKey;
    return Key.fromKeyArn(stack, 'Key', readLink(stack, this.deployment, STATE_LINK.key));
  }

  private functionSettings(encryptionKey: IKey): FunctionSettings {
    const { logRetention, removalPolicy, logLevel } = this.props.profile;
    return { logRetention, logRemovalPolicy: removalPolicy, logLevel, encryptionKey };
  }

  private serve(): PredictionApi {
    const { profile, contract, backend, model, guard, access, network } = this.props;
    const stack = this.serveStack;
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
      waitTime: this.props.waitTime,
      functionSettings: { ...network, ...this.functionSettings(this.linkedKey(stack)) },
    });
    output(stack, 'ApiUrl', api.url, 'where predictions are asked for');
    return api;
  }

  private watch(): Monitor {
    const { profile, contract, runbook } = this.props;
    const { api } = this;
    const monitor = new Monitor(this.operateStack, 'Monitor', {
      deployment: this.deployment,
      route: this.props.alarmRoute ?? routeOf(contract),
      severityCeiling: profile.severityCeiling,
      runbook,
    });
    const { consoleLink, front } = api.backend;
    monitor.watchModel({ api, contract, profile, backendLink: consoleLink, front });
    return monitor;
  }

  private makeData(): DataPipeline | undefined {
    // A link that nothing uses is a parameter that nothing uses.
    if (this.props.data === undefined) return undefined;
    return operateData(this.operateStack, this.props, {
      deployment: this.deployment,
      monitor: this.monitor,
      functionSettings: this.functionSettings(this.linkedKey(this.operateStack)),
    });
  }

  private dashboard(): void {
    const { contract, guard } = this.props;
    const { api, monitor, data } = this;
    new ModelDashboard(this.operateStack, 'Dashboard', {
      api,
      contract,
      monitor,
      front: api.backend.front,
      data,
      guardRules: (guard ?? GuardPolicy.standard()).ruleNames,
    });
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
