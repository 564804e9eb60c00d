import { answered, type Check, notRun, type ToDo } from './check';
import type { StagedEndpoint } from './demands';
import type { DeployedEndpoint } from './deployed-endpoint';
import type { Either } from './endpoint-kind';
import { hasRun, type Outcome } from './outcome';
import { replaced } from './replace-endpoint';

/**
 * Whether an endpoint stays of the kind that is deployed. `UpdateEndpoint` refuses a config of another one: "The
 * AsyncInferenceConfig parameter cannot be removed from this endpoint".
 * https://github.com/aws/sagemaker-python-sdk/pull/3124
 *
 * @param controlled name of the stage, where its endpoint can be stopped and started
 */
export function kindCheck(
  { name, label, kinds }: StagedEndpoint,
  deployed: Outcome<DeployedEndpoint | undefined>,
  controlled?: string,
): Check {
  const check = `kind of ${label}`;
  if (name === undefined)
    return answered(
      check,
      'warning',
      'its name is known only at deployment, so it cannot be compared with what is deployed',
    );
  if (!hasRun(deployed)) return notRun(check, deployed);
  if (deployed.value === undefined)
    return answered(check, 'passed', 'not deployed now: it is made as the templates say');
  const now = deployed.value;
  const parts = [
    compared(ASYNCHRONOUS, { value: now.asynchronous }, kinds.asynchronous),
    compared(COMPONENTS, componentsOf(now), kinds.components),
  ];
  const changes = parts.flatMap(({ change }) => change ?? []);
  if (changes.length > 0) {
    const text = `${changes.join('; ')}: SageMaker changes no endpoint into one of another kind`;
    return answered(check, 'failed', text, [controlled === undefined ? renamed(name) : replaced(controlled)]);
  }
  const doubts = [...new Set(parts.flatMap(({ doubts: open }) => open))];
  if (doubts.length > 0) return answered(check, 'warning', `not all of it can be compared: ${doubts.join('; ')}`);
  return answered(check, 'passed', `as deployed: ${parts.map(({ kept }) => kept).join(', ')}`);
}

/** The two sides of a choice, in words. */
interface Choice {
  readonly yes: string;
  readonly no: string;
  /** The choice itself. */
  readonly what: string;
}

const ASYNCHRONOUS: Choice = {
  yes: 'asynchronous',
  no: 'not asynchronous',
  what: 'whether it is asynchronous',
};
const COMPONENTS: Choice = {
  yes: 'with inference components',
  no: 'without inference components',
  what: 'whether it has inference components',
};

interface Compared {
  readonly change?: string;
  readonly kept: string;
  readonly doubts: readonly string[];
}

function compared({ yes, no, what }: Choice, deployed: Outcome<boolean>, staged: Either): Compared {
  if (!hasRun(deployed)) return { kept: '', doubts: [`${what} is not known of what is deployed: ${deployed.reason}`] };
  const [is, other] = deployed.value ? [yes, no] : [no, yes];
  if (staged.literals.includes(deployed.value)) return { kept: is, doubts: [] };
  if (staged.open.length > 0) return { kept: is, doubts: staged.open };
  return { change: `what is deployed is ${is}, what the templates want is ${other}`, kept: is, doubts: [] };
}

function componentsOf({ config }: DeployedEndpoint): Outcome<boolean> {
  if (!hasRun(config)) return config;
  if (config.value === undefined) return { reason: 'its config was deleted', noCredentials: false };
  return { value: config.value.takesComponents };
}

/** Nothing stops it and starts it beside its stack; a name replaces it. */
function renamed(name: string): ToDo {
  return {
    step: `give the endpoint another name than ${name}, and its callers with it: CloudFormation makes the new one before it deletes the old one`,
  };
}
