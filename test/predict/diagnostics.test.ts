import { expect, test } from 'vitest';
import { requiredChoice, requiredEnv, requiredInteger } from '../../lambdas/shared/env';
import { createLog, LOG_LEVELS } from '../../lambdas/shared/log';
import { ENV } from '../../protocol/env';

function lines(level: (typeof LOG_LEVELS)[number]) {
  const written: Record<string, unknown>[] = [];
  return { written, log: createLog(level, { deployment: 'd' }, (line) => written.push(JSON.parse(line))) };
}

test('the message of an error that is not AWS’s own is not logged: it may quote input', () => {
  const { written, log } = lines('INFO');
  try {
    JSON.parse('{"secret": oops}');
  } catch (error) {
    log.error('failed', error, { inferenceId: 'i' });
  }
  expect(written[0]).toMatchObject({
    level: 'ERROR',
    event: 'failed',
    deployment: 'd',
    inferenceId: 'i',
    errorName: 'SyntaxError',
  });
  expect(JSON.stringify(written)).not.toContain('oops');
  expect(written[0]?.stack).toMatch(/^\s+at /);
});

test('a denied call shows as such, also as the cause of another error', () => {
  const { written, log } = lines('INFO');
  const denied = Object.assign(new Error('User: arn:aws:sts::1:x is not authorized'), {
    name: 'AccessDeniedException',
    $fault: 'client',
  });
  log.error('first', denied);
  log.error('second', new Error('wrapped', { cause: denied }));
  expect(written[0]).toMatchObject({
    denied: true,
    errorName: 'AccessDeniedException',
    message: expect.stringContaining('arn:aws'),
  });
  expect(written[1]).toMatchObject({ denied: true, errorCause: 'AccessDeniedException' });
});

test('the message of a reply that the SDK could not read is not logged', () => {
  const { written, log } = lines('INFO');
  log.error(
    'failed',
    Object.assign(new SyntaxError('Unexpected token in "private words"'), { $metadata: { attempts: 1 } }),
  );
  expect(JSON.stringify(written)).not.toContain('private');
});

test('the code of a network error is logged, an ordinary error is not denied', () => {
  const { written, log } = lines('INFO');
  log.error('failed', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }));
  expect(written[0]).toMatchObject({ errorCode: 'ECONNREFUSED' });
  expect(written[0]).not.toHaveProperty('denied');
});

test('lines below the level are not written', () => {
  const { written, log } = lines('WARN');
  log.info('a');
  log.warn('b');
  log.error('c', 'not an error');
  expect(written.map(({ event }) => event)).toEqual(['b', 'c']);
});

test('a variable that is missing or wrong fails by name, with the allowed values', () => {
  const name = ENV.timeoutMs;
  const before = process.env[name];
  try {
    delete process.env[name];
    expect(() => requiredEnv(name)).toThrow(/SLIPWAY_TIMEOUT_MS is not set/);
    for (const wrong of ['', 'abc', '1.5', '-1', '0', '30000', '1e3', ' 5']) {
      process.env[name] = wrong;
      expect(() => requiredInteger(name, { min: 1, max: 29_000 }), wrong).toThrow(/SLIPWAY_TIMEOUT_MS/);
    }
    process.env[name] = '29000';
    expect(requiredInteger(name, { min: 1, max: 29_000 })).toBe(29_000);
    expect(() => requiredChoice(name, LOG_LEVELS)).toThrow(/expected one of DEBUG, INFO, WARN, ERROR/);
  } finally {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  }
});
