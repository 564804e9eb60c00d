import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { INLINE_PAYLOAD_BYTES } from '../../protocol/prediction';
import { clientConfig } from '../../rehearsal/aws';
import { Caller } from '../../rehearsal/traffic/callers';
import { walkPaths } from '../../rehearsal/traffic/walk-paths';
import { Loopback, type Received, type Reply } from '../loopback';

let stage: Loopback;
beforeEach(async () => {
  stage = await Loopback.start();
});
afterEach(() => stage.stop());

const SWEEP = 'spam-filter-pilot-sweep-records';

/** The stage and the emulator behind it, in which all goes well; a replay cannot be told here, for it is in a header. */
function answered({ path = '', method }: Received): Reply {
  if (path.includes('/functions/') || path === '/') return { status: 200, body: {} };
  if (path.endsWith('/feedback')) {
    const times = stage.received.filter((request) => request.path === path).length;
    return { status: times === 1 ? 201 : 200 };
  }
  if (method === 'GET') return { status: 200, body: {} };
  return { status: 200, body: { inferenceId: 'i', output: { label: 'ham' }, modelVersion: 'v-1' } };
}

function walk() {
  const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
  const caller = new Caller('c', credentials, { url: `${stage.url}/v1`, region: 'eu-west-1' }, () => {});
  return walkPaths(caller, {
    config: clientConfig(stage.url, 'eu-west-1'),
    recordsTable: 'records',
    scheduled: [SWEEP],
  });
}

describe('the paths that mails do not take', () => {
  it('are a subject, a large payload and its replay, a read, a correction and a sweep', async () => {
    stage.reply = answered;
    const { paths, sent } = await walk();
    expect(paths.filter(({ what }) => what !== 'its replay').map(({ ok, seen }) => [ok, seen])).toEqual([
      [true, '200'],
      [true, '200'],
      [true, 'done'],
      [true, '200'],
      [true, '201'],
      [true, '200'],
      [true, 'done'],
    ]);
    expect(sent.map(({ inferenceId }) => inferenceId)).toEqual(['i', 'i']);
    const [subject, large, enlarged, replay, read, first, second, sweep] = stage.received;
    expect(JSON.parse(subject?.body ?? '')).toHaveProperty('subject');
    expect(Buffer.byteLength(large?.body ?? '')).toBeGreaterThan(INLINE_PAYLOAD_BYTES);
    expect(JSON.parse(enlarged?.body ?? '')).toMatchObject({ TableName: 'records', Key: { id: { S: 'P#i' } } });
    expect(replay?.body).toBe(large?.body);
    expect(replay?.headers['idempotency-key']).toBe(large?.headers['idempotency-key']);
    expect([read?.method, read?.path]).toEqual(['GET', '/v1/predictions/i']);
    expect(first?.body).not.toBe(second?.body);
    expect(sweep?.path).toContain(`/functions/${SWEEP}/invocations`);
  });

  it('are not well where a replay is no replay', async () => {
    stage.reply = answered;
    const { paths } = await walk();
    expect(paths.find(({ what }) => what === 'its replay')).toEqual({ what: 'its replay', ok: false, seen: '200' });
  });

  it('are all reported with what came of them where the stage refuses them', async () => {
    stage.reply = ({ path = '' }) =>
      path.includes('/functions/') || path === '/'
        ? { status: 403, body: { __type: 'AccessDeniedException', message: 'no' } }
        : { status: 503, body: { type: 'urn:slipway:problem:record-failed' } };
    const { paths } = await walk();
    expect(paths).toHaveLength(8);
    expect(paths.filter(({ ok }) => ok)).toEqual([]);
    expect(paths[0]?.seen).toBe('503 record-failed');
  });
});
