import type { Config } from '../endpoint/endpoint-model';
import type { Rule, Subject, Violation } from '../rule';
import { sageMakerApi, sageMakerGuide } from '../sources';
import type { Field } from '../template/field';

const MEMORY = { min: 1024, max: 6144, step: 1024 };
const CONCURRENCY = { min: 1, max: 200 };

export const serverlessRules: readonly Rule[] = [
  {
    id: 'serverless-memory',
    severity: 'error',
    what: 'A serverless variant has an amount of memory that there is not',
    limit: `${MEMORY.min} to ${MEMORY.max} MB in steps of ${MEMORY.step}`,
    source: sageMakerApi('ProductionVariantServerlessConfig'),
    fix: 'Set the next amount that there is, or use instances for a larger model',
    *check(subject) {
      for (const [serverless] of serverlessVariants(subject)) {
        const at = serverless.at('MemorySizeInMB');
        const memory = at.number;
        if (memory === undefined) continue;
        if (memory >= MEMORY.min && memory <= MEMORY.max && memory % MEMORY.step === 0) continue;
        yield { at, message: `the memory is ${memory} MB` };
      }
    },
  },
  {
    id: 'serverless-concurrency',
    severity: 'error',
    what: 'A serverless variant has a concurrency outside of what SageMaker takes, or keeps more ready than it may use',
    limit: `${CONCURRENCY.min} to ${CONCURRENCY.max}; \`ProvisionedConcurrency\` is at most \`MaxConcurrency\``,
    source: sageMakerApi('ProductionVariantServerlessConfig'),
    fix: 'Set a concurrency within the range',
    *check(subject) {
      for (const [serverless] of serverlessVariants(subject)) {
        const [most, provisioned] = [serverless.at('MaxConcurrency'), serverless.at('ProvisionedConcurrency')];
        for (const at of [most, provisioned]) {
          const { number } = at;
          if (number === undefined || (number >= CONCURRENCY.min && number <= CONCURRENCY.max)) continue;
          yield { at, message: `the concurrency is ${number}` };
        }
        if (most.number === undefined || provisioned.number === undefined || provisioned.number <= most.number)
          continue;
        const message = `${provisioned.number} are kept ready and at most ${most.number} are used`;
        yield { at: provisioned, message };
      }
    },
  },
  {
    id: 'serverless-instances',
    severity: 'error',
    what: 'A variant is serverless and on instances at once',
    limit: '`ServerlessConfig` instead of `InstanceType`, `InstancePools` and `InitialInstanceCount`',
    source: sageMakerApi('ProductionVariant'),
    fix: 'Keep one of the two',
    *check(subject) {
      for (const [, variant] of serverlessVariants(subject)) {
        const at = ['InstanceType', 'InstancePools', 'InitialInstanceCount']
          .map((key) => variant.at(key))
          .find(({ isThere }) => isThere);
        if (at !== undefined) yield { at, message: 'the variant has a ServerlessConfig too' };
      }
    },
  },
  {
    id: 'serverless-feature',
    severity: 'error',
    what: 'A serverless endpoint uses what serverless inference does not have',
    limit:
      'No data capture, several production variants, VPC, network isolation, inference pipeline, or multi-model endpoint',
    source: sageMakerGuide('serverless-endpoints'),
    fix: 'Leave it out, or use instances',
    *check(subject) {
      for (const config of subject.endpoints.configs) {
        if (config.kind === 'serverless') yield* excluded(subject, config);
      }
    },
  },
];

function* excluded({ endpoints }: Subject, { properties, production }: Config): Iterable<Violation> {
  const capture = properties.at('DataCaptureConfig');
  const isCaptured = capture.at('EnableCapture').boolean === true || capture.at('EnableCapture').isMissing;
  if (capture.isThere && isCaptured) yield { at: capture, message: 'data capture is on' };
  if (production.length > 1) {
    yield { at: properties.at('ProductionVariants'), message: `there are ${production.length} production variants` };
  }
  for (const model of endpoints.modelsOf(production)) {
    const vpc = model.at('VpcConfig');
    if (vpc.isThere) yield { at: vpc, message: 'the model is in a VPC' };
    const isolation = model.at('EnableNetworkIsolation');
    if (isolation.boolean === true) yield { at: isolation, message: 'the model is isolated from the network' };
    const containers = model.at('Containers');
    if (containers.items.length > 1) yield { at: containers, message: 'the model is a pipeline of containers' };
    const mode = model.at('PrimaryContainer', 'Mode');
    if (mode.text === 'MultiModel') yield { at: mode, message: 'the container holds several models' };
  }
}

/** The serverless settings of variants, production and shadow, each with its variant. */
function serverlessVariants({ endpoints }: Subject): readonly (readonly [serverless: Field, variant: Field])[] {
  return endpoints.configs
    .flatMap(({ production, shadow }) => [...production, ...shadow])
    .map((variant) => [variant.at('ServerlessConfig'), variant] as const)
    .filter(([serverless]) => serverless.isThere);
}
