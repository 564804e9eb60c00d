import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { type MailBatch, mailBatches, mailOf, mailRow } from '../../../examples/spam-filter/mail-batches';
import { fingerprintOf, loadMails, type Mail } from '../../../examples/spam-filter/mails';

let mails: readonly Mail[];
let batches: readonly MailBatch[];

beforeAll(async () => {
  mails = await loadMails();
  batches = mailBatches(mails);
}, 60_000);

describe('the mails as they arrive', () => {
  it('come as several objects in two batches, every mail at least once', () => {
    const [first, second] = batches;
    expect(first?.objects).toHaveLength(3);
    expect(second?.objects).toHaveLength(4);
    const ids = new Set(batches.flatMap(({ objects }) => objects.flatMap(({ name, body }) => idsIn(name, body))));
    expect(mails.filter(({ id }) => !ids.has(id))).toEqual([]);
  });

  it('have the rows, duplicates and damaged rows that are said of them', () => {
    const planted = batches.reduce((sum, { rows, damaged, duplicates }) => sum + rows - damaged - duplicates, 0);
    expect(planted).toBe(mails.length);
    const [first, second] = batches;
    expect(first).toMatchObject({ damaged: 0, duplicates: 0 });
    expect(second?.damaged).toBe(6);
    expect(second?.duplicates).toBeGreaterThan(50);
  });

  it('are the same each time', () => {
    const again = mailBatches(mails.toReversed());
    expect(again.map(({ rows, duplicates }) => [rows, duplicates])).toEqual(
      batches.map(({ rows, duplicates }) => [rows, duplicates]),
    );
  });

  it('say when they were sent where their header can be read', () => {
    const rows = mails.slice(0, 500).map(mailRow);
    expect(rows.filter(({ sent }) => sent !== null).length).toBeGreaterThan(480);
    expect(rows[0]?.sent).toBe('2002-08-22T11:26:25.000Z');
  });

  it('become the mail again that they were', () => {
    const [mail] = mails;
    expect(mail === undefined ? undefined : mailOf(mailRow(mail))).toEqual(mail);
    expect(() => mailOf({ id: 'x', sent: null, label: 'maybe', fingerprint: '', text: '' })).toThrow('neither spam');
  });

  it('share the fingerprint of their copies, whatever headers these were delivered under', () => {
    const copy = (header: string): Mail => ({ id: header, text: `${header}\nSubject: A  b\n\nBody`, label: 'ham' });
    expect(fingerprintOf(copy('X-One: 1'))).toBe(fingerprintOf(copy('X-Two: 2')));
    expect(fingerprintOf(copy('X-One: 1'), 'salt')).not.toBe(fingerprintOf(copy('X-One: 1')));
  });
});

function idsIn(name: string, body: Buffer): string[] {
  const text = (name.endsWith('.gz') ? gunzipSync(body) : body).toString('utf8');
  const pattern = name.includes('.csv') ? /^"((?:easy|hard|spam)-[^"]*)",/gm : /^\{"id":"([^"]*)"/gm;
  return [...text.matchAll(pattern)].map(([, id = '']) => id);
}
