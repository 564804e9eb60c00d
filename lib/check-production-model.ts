import { Annotations, Stage, Token } from 'aws-cdk-lib';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { PERSONAL_KINDS } from '../protocol/guard';
import { checkContract, checkRegion, missingMembers } from './contract/check-contract';
import { checkObject, checkText, faultsOf, show } from './core/checks';
import { ConfigError } from './core/config-error';
import { deploymentName, MAX_DEPLOYMENT_NAME, NAME_PATTERN } from './core/deployment-name';
import { GuardPolicy } from './guard/api';
import { adviseOnData, checkStageData } from './production-data';
import type { ProductionModelProps } from './production-model-props';
import { StageProfile } from './stage/api';

/** Refuses what a stage cannot be made of, all faults together, and advises on what a stage may lack but production not. */
export function checkProductionModel(stage: Stage, props: ProductionModelProps): void {
  const malformed = membersOfWrongKind(props);
  if (malformed.length > 0) throw new ConfigError(stage, malformed);
  const { contract, profile, env } = props;
  const missing = missingMembers(contract);
  const faults = [
    ...checkNames(stage, props.model),
    ...checkContract(contract),
    ...checkRegion(contract, env?.region),
    ...checkOnCallRegion(props),
    ...checkBudgetShare(props),
    ...checkStageData(props),
    ...(profile.demandsWholeContract ? missing : []),
  ];
  if (faults.length > 0) throw new ConfigError(stage, faults);
  advise(stage, props, missing);
  adviseOnData(stage, props);
}

/** Without these nothing else can be looked at. */
function membersOfWrongKind({ contract, profile, backend, guard }: ProductionModelProps): string[] {
  return faultsOf(
    checkObject('contract', contract, { expected: 'a ProductionContract', fix: 'state what production demands' }),
    checkObject('backend', backend, { expected: 'a model backend', fix: 'make it with ModelBackend' }),
    profile instanceof StageProfile
      ? undefined
      : `profile is ${shownOrMissing(profile)}, expected a StageProfile; such as StageProfile.PILOT`,
    guard === undefined || guard instanceof GuardPolicy
      ? undefined
      : `guard is ${show(guard)}, expected a GuardPolicy; begin with GuardPolicy.standard()`,
  );
}

function shownOrMissing(value: unknown): string {
  return value === undefined ? 'missing' : show(value);
}

function checkNames(stage: Stage, model: string): string[] {
  const { id } = stage.node;
  const rule = {
    required: true,
    // It becomes part of literal names, which no token can be.
    known: true,
    pattern: NAME_PATTERN,
    expected: 'lower case letters, digits and single hyphens, beginning with a letter',
    fix: 'it becomes part of function names, tags and metric dimensions',
  };
  const faults = faultsOf(checkText('the stage id', id, rule), checkText('model', model, rule));
  if (faults.length > 0) return faults;
  const deployment = deploymentName(model, id);
  if (deployment.length > MAX_DEPLOYMENT_NAME) {
    faults.push(
      `"${deployment}" has ${deployment.length} characters, expected at most ${MAX_DEPLOYMENT_NAME}; shorten the model's or the stage's name`,
    );
  }
  const twin = stage.node.root.node
    .findAll()
    .find(
      (other) => other !== stage && Stage.isStage(other) && 'deployment' in other && other.deployment === deployment,
    );
  if (twin !== undefined) {
    faults.push(
      `"${deployment}" is what ${show(twin.node.path)} is called too, with another division into model and stage; rename one, for its stacks would have the same names`,
    );
  }
  return faults;
}

/** An alarm can only send to a topic of its own region. */
function checkOnCallRegion({ contract, env, alarmRoute }: ProductionModelProps): string[] {
  const onCall = contract.owner?.onCall;
  if (alarmRoute !== undefined || onCall?.channel !== 'topic' || Token.isUnresolved(onCall.target)) return [];
  const region = String(onCall.target).split(':')[3];
  if (region === undefined || region === '' || env?.region === undefined || region === env.region) return [];
  return [
    `owner.onCall is a topic in ${show(region)}, expected one in ${show(env.region)}; an alarm can only send to a topic of its own region`,
  ];
}

/** What AWS Budgets takes at least. */
const LEAST_BUDGET_USD = 0.01;

function checkBudgetShare({ contract, profile }: ProductionModelProps): string[] {
  const { monthlyBudgetUsd } = contract;
  if (typeof monthlyBudgetUsd !== 'number' || !(monthlyBudgetUsd >= LEAST_BUDGET_USD)) return [];
  if (monthlyBudgetUsd * profile.budgetShare >= LEAST_BUDGET_USD) return [];
  return [
    `monthlyBudgetUsd is ${monthlyBudgetUsd}, of which the profile's share of ${profile.budgetShare} is below ${LEAST_BUDGET_USD} USD; raise the budget or the share`,
  ];
}

function advise(stage: Stage, { contract, guard }: ProductionModelProps, missing: readonly string[]): void {
  const advice = Annotations.of(stage);
  if (contract.dataClass.personal && !coversPersonalData(guard ?? GuardPolicy.standard())) {
    advice.addWarningV2(
      'slipway:personalDataReachesModel',
      'the contract says that the data concern people, and no rule of the guard masks or blocks personal data on their way to the model; add maskPersonalData(), or acknowledge that the model needs them',
    );
  }
  const regions = RegionInfo.regions.map(({ name }) => name);
  for (const region of contract.allowedRegions.filter((name) => !regions.includes(name))) {
    advice.addWarningV2(
      `slipway:unknownRegion:${region}`,
      `allowedRegions has ${show(region)}, which this version of the CDK does not know; correct it, or acknowledge that it is new`,
    );
  }
  for (const text of missing) {
    advice.addWarningV2(
      `slipway:incompleteContract:${text.split(' ', 1)[0]}`,
      `${text}; production will refuse without it`,
    );
  }
}

/** Whether a rule keeps some kind of personal data from the model. */
function coversPersonalData(policy: GuardPolicy): boolean {
  return policy._document().request.some(
    (rule) =>
      rule.kind === 'sensitive' &&
      rule.mode === 'enforce' &&
      // Whether they are a list is judged with the policy.
      Array.isArray(rule.kinds) &&
      PERSONAL_KINDS.some((kind) => rule.kinds.includes(kind)),
  );
}
