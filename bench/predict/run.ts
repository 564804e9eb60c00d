import { join } from 'node:path';
import { ENV } from '../../protocol/env';
import { OwnProcess } from '../own-process';
import type { Figures } from './handler';

/** Bundles that take predictions, and what they are measured against. */
export type HandlerName = 'predict' | 'predict-endpoint' | 'bare';

export interface Load {
  /** Milliseconds by which each service holds its answer back. */
  readonly delayMs: number;
  readonly callers: number;
  readonly requests: number;
}

/** One run of a bundle under a load, with services of its own. */
export async function runHandler(
  project: string,
  bundle: string,
  { delayMs, callers, requests }: Load,
  environment: (url: string) => NodeJS.ProcessEnv,
): Promise<Figures> {
  const script = (name: string) => join(project, 'dist/bench/predict', `${name}.js`);
  const services = new OwnProcess<{ readonly port: number }>(script('services'), [String(delayMs)]);
  try {
    const url = `http://127.0.0.1:${(await services.says).port}`;
    const args = [bundle, url, String(callers), String(requests)];
    return await new OwnProcess<Figures>(script('handler'), args, environment(url)).says;
  } finally {
    services.end();
  }
}

/** What the construct and the Lambda runtime set. */
export function environmentOf(handler: HandlerName, url: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_ENDPOINT_URL: url,
    [ENV.deployment]: 'bench',
    [ENV.model]: 'bench',
    [ENV.recordsTable]: 'records',
    [ENV.registryTable]: 'registry',
    [ENV.payloadBucket]: 'payloads',
    [ENV.subjectSecret]: 'subjects',
    [ENV.timeoutMs]: '5000',
    [ENV.recordTtlDays]: '30',
    [ENV.logLevel]: 'INFO',
    ...(handler === 'predict' ? { [ENV.backendFunction]: 'model' } : { [ENV.endpoint]: 'model' }),
  };
}
