import { Annotations, type Environment, Lazy, Stack, Stage, Tags } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { TAG } from '../protocol/tags';
import type { ProductionContract } from './contract/api';
import { checkContract, checkRegion, clausesOf, missingMembers, timeoutOf } from './contract/check-contract';
import { checkText, faultsOf } from './core/checks';
import { CLAUSE } from './core/clause';
import { ConfigError } from './core/config-error';
import { deploymentName, NAME_PATTERN } from './core/deployment-name';
import type { FunctionSettings } from './core/handler-function';
import { stageKey } from './core/stage-key';
import { output, publishLink, readLink, STATE_LINK } from './core/state-links';
import { Trace } from './core/trace';
import { StageBudget } from './cost/stage-budget';
import type { IModelBackend } from './endpoint/api';
import { GuardPolicy } from './guard/api';
import { ModelRegistry } from './lifecycle/model-registry';
import { AlarmRoute } from './monitor/alarm-route';
import type { IAlarmRoute } from './monitor/api';
import { watchModel } from './monitor/model-alarms';
import { ModelDashboard } from './monitor/model-dashboard';
import { Monitor } from './monitor/monitor';
import type { ApiAccess } from './serve/api-access';
import { PredictionApi } from './serve/prediction-api';
import { PredictionLog } from './serve/prediction-log';
import type { StageProfile } from './stage/api';

/** Properties of a `ProductionModel`. */
export interface ProductionModelProps {
  /** Where the stage is deployed; its region must be one that the contract allows. */
  readonly env: Environment;
  /** Name of the model: lower case letters, digits and single hyphens. */
  readonly model: string;
  /** What production demands of the model. */
  readonly contract: ProductionContract;
  /** What this stage differs by. */
  readonly profile: StageProfile;
  /** Where the model runs. */
  readonly backend: IModelBackend;
  /**
   * What may go to the model and come back.
   * @default GuardPolicy.standard()
   */
  readonly guard?: GuardPolicy;
  /**
   * Who may call.
   * @default ApiAccess.iam()
   */
  readonly access?: ApiAccess;
  /**
   * Who is told about alarms.
   * @default as the contract's `owner.onCall` says; without one, a topic of the stage's own that nobody subscribes to
   */
  readonly alarmRoute?: IAlarmRoute;
  /**
   * How functions reach the network.
   * @default functions run outside of any VPC
   */
  readonly network?: FunctionSettings;
}

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

  private readonly trace: Trace;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ProductionModelProps,
  ) {
    super(scope, id, { env: props.env });
    this.check(id);
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

    this.keepState();
    const api = this.serve();
    this.operate(api);
    this.tag();
    this.node.addValidation({ validate: () => this.unenforcedClauses() });
    // The CLI reads the trace from the template, so that it speaks of what is deployed.
    this.operateStack.templateOptions.metadata = {
      'slipway:contract': Lazy.any({ produce: () => this.trace.resolve() }),
    };
  }

  private check(id: string): void {
    const { contract, profile, model, env } = this.props;
    const nameRule = {
      pattern: NAME_PATTERN,
      expected: 'lower case letters, digits and single hyphens, beginning with a letter',
      fix: 'it becomes part of function names, tags and metric dimensions',
    };
    const faults = [
      ...faultsOf(checkText('the stage id', id, nameRule), checkText('model', model, nameRule)),
      ...checkContract(contract),
      ...checkRegion(contract, env?.region),
    ];
    const missing = missingMembers(contract);
    if (profile.demandsWholeContract) faults.push(...missing);
    if (faults.length > 0) throw new ConfigError(this, faults);
    for (const advice of missing) {
      Annotations.of(this).addWarningV2(
        `slipway:incompleteContract:${advice.split(' ', 1)[0]}`,
        `${advice}; production will refuse without it`,
      );
    }
  }

  private stack(id: string, what: string, terminationProtection = false): Stack {
    return new Stack(this, id, {
      stackName: `${this.deployment}-${id}`,
      description: `Slipway: ${this.deployment}, ${what}`,
      terminationProtection,
    });
  }

  private keepState(): void {
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

    const how = `encrypts what is kept, as ${contract.dataClass.name} data demands`;
    Trace.enforce(CLAUSE.dataClass, key, how);
    Trace.enforce(
      CLAUSE.dataClass,
      log.table,
      'keeps records masked and scoped to their caller, and only as long as the profile says',
    );
    output(this.stateStack, 'ModelName', model, 'name of the model in the registry');
    output(this.stateStack, 'RegistryTableName', registry.table.tableName, 'model versions and pointers');
    output(this.stateStack, 'ArtifactBucketName', registry.artifactBucket.bucketName, 'artefacts of model versions');
    output(this.stateStack, 'RecordsTableName', log.table.tableName, 'prediction records');
    output(this.stateStack, 'PayloadBucketName', log.payloadBucket.bucketName, 'payloads of prediction records');
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

  private operate(api: PredictionApi): void {
    const { profile, contract, guard } = this.props;
    const monitor = new Monitor(this.operateStack, 'Monitor', {
      deployment: this.deployment,
      route: this.props.alarmRoute ?? routeOf(contract),
      severityCeiling: profile.severityCeiling,
    });
    const { consoleLink, front } = api.backend;
    watchModel(monitor, { api, contract, profile, backendLink: consoleLink, front });
    new ModelDashboard(this.operateStack, 'Dashboard', {
      api,
      contract,
      monitor,
      front,
      guardRules: (guard ?? GuardPolicy.standard()).ruleNames,
    });
    this.budget(monitor);
  }

  private budget(monitor: Monitor): void {
    const { contract, profile } = this.props;
    if (contract.monthlyBudgetUsd === undefined) return;
    const finance = contract.financeEmails ?? [];
    // A route without a topic (OpsCenter, none) must not leave the budget without anybody who is told.
    const emails =
      monitor.topic === undefined && finance.length === 0 && contract.owner !== undefined
        ? [contract.owner.email]
        : finance;
    new StageBudget(this.operateStack, 'Budget', {
      deployment: this.deployment,
      monthlyLimitUsd: Number((contract.monthlyBudgetUsd * profile.budgetShare).toFixed(2)),
      topic: monitor.topic,
      emails,
    });
  }

  private tag(): void {
    const { contract, model } = this.props;
    const team = contract.owner?.team ?? 'nobody';
    const tags = Tags.of(this);
    tags.add(TAG.deployment, this.deployment);
    tags.add(TAG.model, model);
    tags.add(TAG.stage, this.node.id);
    tags.add(TAG.owner, team);
    tags.add(TAG.costCentre, contract.owner?.costCentre ?? team);
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
  const emails = onCall === undefined ? [] : [onCall.target];
  return AlarmRoute.toOwnTopic({ emails });
}
