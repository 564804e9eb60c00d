import { Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { checkDuration, checkNumber, checkText, faultsOf } from '../core/checks';
import { ConfigError } from '../core/config-error';
import { Rollout } from './api';
import { ALARM_WINDOW_SECONDS } from './endpoint-alarms';
import { networkFaults } from './endpoint-network';
import { rolloutFaults } from './rollout-plan';
import type { SageMakerEndpointProps } from './sagemaker-endpoint-props';

/** Whether alarms roll a bad version back: inference components do so only batch by batch. */
export function rollsBack({ hosting, rollout, rollbackAlarms, objectives }: SageMakerEndpointProps): boolean {
  const heard = !hosting._traits.hasComponents || rollout?.kind === 'rolling';
  const derived = (rollbackAlarms?.derived ?? true) && objectives !== undefined;
  return heard && (derived || (rollbackAlarms?.further ?? []).length > 0);
}

/** Throws with all faults of an endpoint's properties. */
export function checkEndpoint(scope: Construct, props: SageMakerEndpointProps): void {
  const { hosting, rollout = Rollout.allAtOnce(), minimumInstances = 0, objectives } = props;
  const faults = [
    ...faultsOf(
      checkText('endpointName', props.endpointName, {
        // SageMaker takes capitals too, but compares names without them and writes ARNs in lower case.
        pattern: /^[a-z0-9](?:-?[a-z0-9]){0,62}$/,
        expected: '1 to 63 lower case letters, digits and hyphens',
        known: true,
        fix: 'it is part of alarm names, metric dimensions and permissions, which need it when they are synthesized',
      }),
      checkNumber('minimumInstances', minimumInstances, {
        min: 0,
        max: 1000,
        integer: true,
        known: true,
        fix: 'use 0 for none',
      }),
      ...objectiveFaults(props),
    ),
    ...hosting._faults({ minimumInstances, objectives, payloadBucket: props._stage?.payloadBucket }),
    ...componentNameFaults(props),
    ...networkFaults(props),
    ...unsupportedFaults(props),
    ...rolloutFaults(
      rollout,
      hosting.capabilities,
      hosting._traits.starts,
      rollsBack(props) ? ALARM_WINDOW_SECONDS : undefined,
    ),
    ...shadowFaults(rollout, props),
    ...demandFaults(rollout, props),
  ];
  if (faults.length > 0) throw new ConfigError(scope, faults);
}

/** API reference, `CreateInferenceComponent`. */
const MOST_NAME = 63;

function componentNameFaults({ hosting, endpointName }: SageMakerEndpointProps): string[] {
  // A name that is wrong itself is told of already.
  if (Token.isUnresolved(endpointName) || endpointName.length > MOST_NAME) return [];
  return hosting._traits
    .componentNames(endpointName)
    .filter((name) => name.length > MOST_NAME)
    .map(
      (name) =>
        `the name of an inference component is "${name}", expected at most ${MOST_NAME} characters; shorten endpointName or the name of the component`,
    );
}

function objectiveFaults({ objectives }: SageMakerEndpointProps): (string | undefined)[] {
  return [
    checkDuration('objectives.latencyP95', objectives?.latencyP95, {
      minMs: 1,
      maxMs: 3_600_000,
      known: true,
      fix: 'state it as Duration.millis(200)',
    }),
    checkNumber('objectives.availability', objectives?.availability, {
      min: 50,
      max: 99.999,
      known: true,
      fix: 'state it in percent, such as 99.9',
    }),
    checkNumber('objectives.peakRequestsPerSecond', objectives?.peakRequestsPerSecond, {
      min: 0.01,
      max: 100_000,
      known: true,
      fix: 'state the highest load that must be served',
    }),
  ];
}

function unsupportedFaults({ hosting, vpc, networkIsolation, dataCapture }: SageMakerEndpointProps): string[] {
  const { hasNetwork, capturesData } = hosting._traits;
  const faults: string[] = [];
  if (!hasNetwork && (vpc !== undefined || networkIsolation?.isolated)) {
    faults.push(
      'vpc or networkIsolation is given, expected neither; serverless endpoints run in the network of SageMaker, choose another hosting',
    );
  }
  if (!capturesData && dataCapture?.captures) {
    faults.push(
      'dataCapture is given, expected DataCapture.off(); serverless endpoints capture nothing, and asynchronous ones keep every answer in their bucket',
    );
  }
  return faults;
}

/** Developer guide, "Deployment guardrails", exclusions: no rolling with several variants. */
function shadowFaults(rollout: Rollout, { hosting }: SageMakerEndpointProps): string[] {
  if (rollout.kind !== 'rolling' || !hosting._traits.hasShadow) return [];
  return [
    `the rollout is ${rollout} beside a shadow variant, expected Rollout.canary, Rollout.linear or Rollout.allAtOnce; SageMaker rolls no endpoint of several variants`,
  ];
}

function demandFaults(rollout: Rollout, props: SageMakerEndpointProps): string[] {
  if (!props._stage?.demandsRollbackAlarm) return [];
  if (!rollsBack(props)) {
    const how = props.hosting._traits.hasComponents
      ? 'inference components heed alarms only with Rollout.rolling'
      : 'leave rollbackAlarms out, or add an alarm';
    return [`no alarm rolls a bad version back, expected one at least, as the profile demands; ${how}`];
  }
  if (rollout.bake.toSeconds() > 0) return [];
  return [
    `the rollout is ${rollout} and watches nothing, expected a bake time of ${ALARM_WINDOW_SECONDS} s at least, as the profile demands alarms that roll back; give it one`,
  ];
}
