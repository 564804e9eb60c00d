import type { Construct } from 'constructs';
import { MAX_BODY_BYTES } from '../../protocol/prediction';
import { checkDuration, checkNumber, checkObject, checkText, faultsOf, show } from '../core/checks';
import { ConfigError } from '../core/config-error';
import { deploymentName, MAX_DEPLOYMENT_NAME, NAME_PATTERN } from '../core/deployment-name';
import { GuardPolicy, guardFaults } from '../guard/api';
import { ApiAccess } from './api-access';
import type { PredictionApiProps } from './prediction-api-props';

/** Zero means none, so that a token, which compares as below zero, would silently mean none too. */
const INSTANCES = { min: 0, max: 1000, integer: true, known: true, fix: 'use 0 for none' } as const;

/** Refuses what a prediction API cannot be made of, all faults together. */
export function checkPredictionApi(scope: Construct, props: PredictionApiProps): void {
  const nameRule = {
    pattern: NAME_PATTERN,
    expected: 'lower case letters, digits and single hyphens, beginning with a letter',
    required: true,
    fix: 'it becomes part of function names and metric dimensions',
  };
  const faults = faultsOf(
    checkText('model', props.model, nameRule),
    checkText('stageName', props.stageName, nameRule),
    checkDuration('timeout', props.timeout, {
      minMs: 1,
      maxMs: 28_000,
      known: true,
      required: true,
      fix: 'the API ends a request after 29 s',
    }),
    checkNumber('peakRequestsPerSecond', props.peakRequestsPerSecond, {
      min: 0.01,
      max: 100_000,
      known: true,
      required: true,
      fix: 'state the highest load that must be served',
    }),
    checkNumber('throttleHeadroom', props.throttleHeadroom, {
      min: 1,
      max: 100,
      known: true,
      fix: 'below 1 the peak would be refused',
    }),
    checkDuration('waitTime', props.waitTime, {
      minMs: 60_000,
      maxMs: 21_600_000,
      known: true,
      fix: 'an asynchronous endpoint keeps a request for a minute to six hours',
    }),
    checkNumber('provisionedConcurrency', props.provisionedConcurrency, INSTANCES),
    checkNumber('minimumInstances', props.minimumInstances, INSTANCES),
    checkText('positiveLabel', props.positiveLabel, {
      pattern: /^[^\p{Cc}]{1,256}$/u,
      expected: '1 to 256 characters',
      known: true,
      fix: 'give the label as the model answers it',
    }),
    checkObject('backend', props.backend, { expected: 'a model backend', fix: 'make it with ModelBackend' }),
    checkObject('registry', props.registry, { expected: 'a model registry', fix: 'make it with new ModelRegistry' }),
    checkObject('log', props.log, { expected: 'a prediction log', fix: 'make it with new PredictionLog' }),
    props.guard === undefined || props.guard instanceof GuardPolicy
      ? undefined
      : `guard is ${show(props.guard)}, expected a GuardPolicy; begin with GuardPolicy.standard()`,
    props.access === undefined || props.access instanceof ApiAccess
      ? undefined
      : `access is ${show(props.access)}, expected an ApiAccess; make it with ApiAccess.iam or ApiAccess.oidc`,
  );
  // What follows computes with the members, and would end in errors of its own.
  if (faults.length > 0) throw new ConfigError(scope, faults);
  const deployment = deploymentName(props.model, props.stageName);
  if (deployment.length > MAX_DEPLOYMENT_NAME) {
    faults.push(
      `"${deployment}" has ${deployment.length} characters, expected at most ${MAX_DEPLOYMENT_NAME}; shorten the model's or the stage's name`,
    );
  }
  faults.push(...checkCapabilities(props), ...guardFaults(props.guard));
  if (faults.length > 0) throw new ConfigError(scope, faults);
}

function checkCapabilities({ backend, timeout, minimumInstances, guard }: PredictionApiProps): string[] {
  const { maxTimeout, maxInput, keepsInstances } = backend.capabilities;
  const faults: string[] = [];
  const passes = largestInput(guard ?? GuardPolicy.standard());
  if (passes > maxInput.toBytes()) {
    faults.push(
      `the guard lets inputs of ${passes} bytes pass, the backend takes at most ${maxInput.toBytes()}; lower maxSize, or choose another backend`,
    );
  }
  if (!timeout.isUnresolved() && timeout.toMilliseconds() > maxTimeout.toMilliseconds()) {
    faults.push(
      `timeout is ${timeout.toMilliseconds()} ms, the backend takes at most ${maxTimeout.toMilliseconds()} ms; lower it, or choose another backend`,
    );
  }
  if ((minimumInstances ?? 0) > 0 && !keepsInstances) {
    faults.push(
      `minimumInstances is ${minimumInstances}, the backend cannot keep instances running; use 0, or choose another backend`,
    );
  }
  return faults;
}

/** In bytes; what no rule limits is limited by the API. */
function largestInput(guard: GuardPolicy): number {
  const limits = guard._document().request.map((rule) => (rule.kind === 'size' ? rule.maxBytes : MAX_BODY_BYTES));
  return Math.min(MAX_BODY_BYTES, ...limits);
}
