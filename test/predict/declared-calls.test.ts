import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CALLS as ANSWER_ASYNC } from '../../lambdas/answer-async/calls';
import { CALLS as ANSWER_WAITING } from '../../lambdas/answer-waiting/calls';
import { CALLS as CHECK_DATA } from '../../lambdas/check-data/calls';
import { CALLS as DATA_STEPS } from '../../lambdas/data-steps/calls';
import { CALLS as DATA_WATCH } from '../../lambdas/data-watch/calls';
import { CALLS as ENDPOINT_CONTROLLER } from '../../lambdas/endpoint-controller/calls';
import { CALLS as ENDPOINT_PARAMETERS } from '../../lambdas/endpoint-parameters/calls';
import { CALLS as ENDPOINT_WATCH } from '../../lambdas/endpoint-watch/calls';
import { CALLS as MATCH_KEYS } from '../../lambdas/match-keys/calls';
import { CALLS as PREDICT } from '../../lambdas/predict/calls';
import { CALLS as PREDICT_ENDPOINT } from '../../lambdas/predict-endpoint/calls';
import { CALLS as RECORDS } from '../../lambdas/records/calls';
import { CALLS as SPLIT_DATA } from '../../lambdas/split-data/calls';
import { CALLS as SWEEP } from '../../lambdas/sweep-records/calls';
import { CALLS as VERIFY_ROLLOUT } from '../../lambdas/verify-rollout/calls';

const LAMBDAS = resolve(__dirname, '../../lambdas');
const SERVICE_OF: Record<string, string> = {
  'client-cloudformation': 'cloudformation',
  'client-cloudwatch': 'cloudwatch',
  'client-dynamodb': 'dynamodb',
  'client-lambda': 'lambda',
  'client-s3': 's3',
  'client-sagemaker': 'sagemaker',
  'client-sagemaker-runtime': 'sagemaker',
  'client-secrets-manager': 'secretsmanager',
  'client-sfn': 'states',
  'client-sqs': 'sqs',
  'client-ssm': 'ssm',
};
/** Where an operation is not called as its action. */
const ACTIONS_OF: Record<string, readonly string[]> = {
  'lambda:Invoke': ['lambda:InvokeFunction'],
  's3:CopyObject': ['s3:GetObject', 's3:PutObject'],
  's3:DeleteObjects': ['s3:DeleteObject'],
  's3:HeadObject': ['s3:GetObject'],
  's3:ListObjectsV2': ['s3:ListBucket'],
  // Versions are tagged, never whatever lies under a key now.
  's3:PutObjectTagging': ['s3:PutObjectVersionTagging'],
};
/** What a service does in the name of the caller, without a call of its own. */
const IN_THE_CALLERS_NAME: Record<string, readonly string[]> = {
  // Reading a version is an action of its own; listing is what S3 asks for before it says that an object is missing.
  'check-data': ['s3:GetObjectVersion', 's3:ListBucket'],
  // A lock is a header of what is written.
  'data-steps': ['s3:GetObjectVersion', 's3:PutObjectRetention'],
  'endpoint-controller': ['iam:PassRole', 'ssm:GetParameters'],
};

/** The files of a handler: its folder, and what that imports of lambdas/shared, on and on. */
function sourcesOf(handler: string): string[] {
  const own = readdirSync(join(LAMBDAS, handler), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(LAMBDAS, handler, name));
  const found = new Set(own);
  for (const file of found) {
    for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)'/g)) {
      const imported = `${resolve(dirname(file), path)}.ts`;
      if (imported.startsWith(join(LAMBDAS, 'shared')) && existsSync(imported)) found.add(imported);
    }
  }
  return [...found];
}

function actionsIn(source: string): string[] {
  const services = [...source.matchAll(/@aws-sdk\/(client-[a-z0-9-]+)/g)].map(
    ([, client = '']) => SERVICE_OF[client] ?? client,
  );
  const service = services[0] ?? 'no SDK client imported';
  const commands = [...source.matchAll(/new (\w+)Command\(/g)].map(([, operation = '']) => operation);
  // An entry makes clients and no calls.
  const clients = commands.length === 0 ? 0 : new Set(services).size;
  expect(clients, 'one SDK client a file, so that a command is known by its service').toBeLessThan(2);
  const actions = commands.flatMap((operation) =>
    operation === 'TransactWriteItems'
      ? transactionActions(source)
      : (ACTIONS_OF[`${service}:${operation}`] ?? [`${service}:${operation}`]),
  );
  const signed = [...source.matchAll(/sendToS3\('(\w+)'/g)].map(([, operation]) => `s3:${operation}`);
  const secrets = /await readSecret\(/.test(source) ? ['secretsmanager:GetSecretValue'] : [];
  return [...actions, ...signed, ...secrets];
}

/** IAM knows no action for transactions, only for what they do. */
function transactionActions(source: string): string[] {
  const items = /TransactItems: \[(.*?)\](?:,\n {4}\}| \})/s.exec(source)?.[1] ?? '';
  const kinds = [...items.matchAll(/\{\s*(Put|Update|Delete|ConditionCheck):/g)].map(([, kind]) => kind);
  expect(kinds.length, 'items of the transaction').toBeGreaterThan(0);
  return kinds.map((kind) => (kind === 'ConditionCheck' ? 'dynamodb:ConditionCheckItem' : `dynamodb:${kind}Item`));
}

describe('declared SDK calls', () => {
  test.each([
    ['answer-async', ANSWER_ASYNC],
    ['answer-waiting', ANSWER_WAITING],
    ['check-data', CHECK_DATA],
    ['data-steps', DATA_STEPS],
    ['data-watch', DATA_WATCH],
    ['match-keys', MATCH_KEYS],
    ['split-data', SPLIT_DATA],
    ['predict', PREDICT],
    ['predict-endpoint', PREDICT_ENDPOINT],
    ['records', RECORDS],
    ['sweep-records', SWEEP],
    ['endpoint-controller', ENDPOINT_CONTROLLER],
    ['endpoint-parameters', ENDPOINT_PARAMETERS],
    ['endpoint-watch', ENDPOINT_WATCH],
    ['verify-rollout', VERIFY_ROLLOUT],
  ] as const)('of %s are those that its sources make', (handler, declared) => {
    const made = sourcesOf(handler).flatMap((file) => actionsIn(readFileSync(file, 'utf8')));
    const whole = [...made, ...(IN_THE_CALLERS_NAME[handler] ?? [])];
    expect([...new Set(whole)].sort()).toEqual([...declared].sort());
  });
});
