import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mail } from '../../examples/spam-filter/mails';
import { Caller } from '../../rehearsal/traffic/callers';
import { Pace } from '../../rehearsal/traffic/pace';
import { sendFeedback, sendMails, warmUp } from '../../rehearsal/traffic/send-mails';
import { Loopback, type Received } from '../loopback';

let api: Loopback;
let caller: Caller;
let statuses: (number | undefined)[];
beforeEach(async () => {
  api = await Loopback.start();
  statuses = [];
  const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
  caller = new Caller('c', credentials, { url: `${api.url}/v1`, region: 'eu-west-1' }, ({ status }) =>
    statuses.push(status),
  );
});
afterEach(() => api.stop());

const MAILS: readonly Mail[] = Array.from({ length: 25 }, (_, n) => ({
  id: `easy-ham-1/${n}`,
  text: `mail ${n}`,
  label: n % 2 === 0 ? ('ham' as const) : ('spam' as const),
}));

const answered = ({ body }: Received) => {
  const { input } = JSON.parse(body);
  return { status: 200, body: { inferenceId: `id of ${input}`, output: { label: 'spam' }, confidence: 0.9 } };
};

/**
 * Answers nothing until as many have come as may come at once, then after a while that differs, the later the sooner; notes how
 * many were open at once.
 */
function slowly(concurrency: number) {
  const seen = { now: 0, most: 0 };
  let left = MAILS.length;
  let open = () => {};
  const enough = new Promise<void>((resolve) => {
    open = resolve;
  });
  api.reply = async (request) => {
    seen.now += 1;
    seen.most = Math.max(seen.most, seen.now);
    left -= 1;
    if (seen.now >= Math.min(concurrency, MAILS.length)) open();
    await enough;
    await sleep(2 * left);
    seen.now -= 1;
    return answered(request);
  };
  return seen;
}

describe('sending mails', () => {
  it.each([1, 4, 100])('keeps their order and sends at most %i at once', async (concurrency) => {
    const seen = slowly(concurrency);
    const sent = await sendMails(caller, MAILS, { concurrency });
    expect(sent.map(({ mail }) => mail)).toEqual(MAILS);
    expect(sent.map(({ inferenceId }) => inferenceId)).toEqual(MAILS.map(({ text }) => `id of ${text}`));
    expect(api.received).toHaveLength(MAILS.length);
    expect(seen.most).toBeLessThanOrEqual(concurrency);
    expect(seen.most).toBe(Math.min(concurrency, MAILS.length));
  });

  it('tells after each how far it is', async () => {
    api.reply = answered;
    const told: string[] = [];
    await sendMails(caller, MAILS.slice(0, 3), {
      concurrency: 2,
      onProgress: (done, of) => told.push(`${done}/${of}`),
    });
    expect(told).toEqual(['1/3', '2/3', '3/3']);
  });

  it('keeps the pace that it is given, however many it sends at once', async () => {
    api.reply = answered;
    const started = performance.now();
    await sendMails(caller, MAILS.slice(0, 11), { concurrency: 4, pace: new Pace(50) });
    // Ten intervals of 20 ms; a timer may be a millisecond early.
    expect(performance.now() - started).toBeGreaterThan(195);
  });

  it('of none sends none', async () => {
    expect(await sendMails(caller, [], { concurrency: 4 })).toEqual([]);
    expect(api.received).toEqual([]);
  });

  it('judges each answer by what the mail is', async () => {
    api.reply = answered;
    const sent = await sendMails(caller, MAILS.slice(0, 2), { concurrency: 1 });
    expect(sent.map(({ judgement }) => judgement)).toEqual([
      { truth: 'ham', predicted: 'spam', confidence: 0.9 },
      { truth: 'spam', predicted: 'spam', confidence: 0.9 },
    ]);
  });

  it.each<[string, number, unknown]>([
    ['refused', 429, { output: { label: 'spam' } }],
    ['without an output', 200, { inferenceId: 'x' }],
    ['with a label that is none', 200, { output: { label: 'maybe' } }],
    ['with an output that is none', 200, { output: 'spam' }],
  ])('judges nothing by an answer that is %s', async (_, status, body) => {
    api.reply = () => ({ status, body });
    const [sent] = await sendMails(caller, MAILS.slice(0, 1), { concurrency: 1 });
    expect(sent).toMatchObject({ judgement: undefined, answer: { status } });
    expect(statuses).toEqual([status]);
  });

  it('counts a request that nobody answered as one', async () => {
    await api.stop();
    const [sent] = await sendMails(caller, MAILS.slice(0, 1), { concurrency: 1 });
    expect(sent).toMatchObject({ judgement: undefined, inferenceId: undefined, answer: { status: undefined } });
  });
});

describe('warming up', () => {
  it('sends one, then two, then four at once', async () => {
    const seen = slowly(1);
    expect(await warmUp(caller, MAILS, 4)).toHaveLength(7);
    expect(seen.most).toBe(4);
  });
});

describe('feedback', () => {
  it('is the truth about each mail that was answered, and counts what was refused by its status', async () => {
    api.reply = (request) => (JSON.parse(request.body).input === 'mail 1' ? { status: 500 } : answered(request));
    const sent = await sendMails(caller, MAILS.slice(0, 4), { concurrency: 1 });
    api.received.length = 0;
    api.reply = ({ path }) => ({ status: path?.includes('mail%203') ? 404 : 201 });
    expect(await sendFeedback(caller, sent, { concurrency: 1 })).toEqual({
      sent: 3,
      failed: [{ status: 404, count: 1 }],
    });
    expect(api.received.map(({ path, body }) => [path, JSON.parse(body)])).toEqual([
      ['/v1/predictions/id%20of%20mail%200/feedback', { label: 'ham' }],
      ['/v1/predictions/id%20of%20mail%202/feedback', { label: 'ham' }],
      ['/v1/predictions/id%20of%20mail%203/feedback', { label: 'spam' }],
    ]);
  });
});
