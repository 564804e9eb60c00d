import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateIn, epochIn, timestampIn } from '../../lambdas/check-data/time-text';
import { within } from './within';

const epoch = within(epochIn);
const date = within(dateIn);
const timestamp = within(timestampIn);

describe('a date', () => {
  it.each(['1970-01-01', '2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31'])('is %s', (text) => {
    expect(new Date(date(text)).toISOString().slice(0, 10)).toBe(text);
  });

  it.each([
    '',
    '2023-02-29',
    '1900-02-29',
    '2024-13-01',
    '2024-00-10',
    '2024-04-31',
    '2024-01-00',
    '0000-01-01',
    '2024-1-1',
    '24-01-01',
    '2024/01/01',
    '20240101',
    '2024-01-01T00:00:00Z',
    '2024-01-0x',
    '01.02.2024',
  ])('is not %j', (text) => {
    expect(date(text)).toBeNaN();
  });

  it('is every day that there is', () => {
    const days = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true });
    fc.assert(
      fc.property(days, (day) => {
        const text = day.toISOString().slice(0, 10);
        expect(date(text)).toBe(Date.parse(text));
      }),
    );
  });
});

describe('a timestamp', () => {
  it.each([
    ['2024-02-29T12:34:56Z', '2024-02-29T12:34:56.000Z'],
    ['2024-02-29 12:34:56Z', '2024-02-29T12:34:56.000Z'],
    ['2024-02-29T12:34Z', '2024-02-29T12:34:00.000Z'],
    ['2024-02-29T12:34:56.7Z', '2024-02-29T12:34:56.700Z'],
    ['2024-02-29T12:34:56.123000000Z', '2024-02-29T12:34:56.123Z'],
    ['2024-01-01T00:30:00+01:00', '2023-12-31T23:30:00.000Z'],
    ['2024-01-01T00:30:00-0530', '2024-01-01T06:00:00.000Z'],
    ['2024-01-01T00:30:00+02', '2023-12-31T22:30:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('is %s', (text, iso) => {
    expect(new Date(timestamp(text)).toISOString()).toBe(iso);
  });

  it.each([
    '',
    '2024-01-01',
    '2024-01-01T10:00:00',
    '2024-01-01T24:00:00Z',
    '2024-01-01T10:60:00Z',
    '2024-01-01T10:00:60Z',
    '2024-02-30T10:00:00Z',
    '2024-01-01T10:00:00+25:00',
    '2024-01-01T10:00:00+01:75',
    '2024-01-01T10:00:00.Z',
    '2024-01-01T10:00:00.1234Z',
    '2024-01-01T10:00:00.000000001Z',
    '2024-01-01T10:00:00 Z',
    '2024-01-01t10:00:00Z',
    '2024-01-01T10:00:00z',
    '2024-01-01T1:00:00Z',
    '2024-01-01T10Z',
    '2024-01-01T10:00:00ZZ',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    'Mon, 01 Jan 2024 10:00:00 GMT',
  ])('is not %j', (text) => {
    expect(timestamp(text)).toBeNaN();
  });

  it.each([
    ['1000000000', 1_000_000_000_000],
    ['1700000000', 1_700_000_000_000],
    ['1.7e9', 1_700_000_000_000],
    ['1700000000.129', 1_700_000_000_129],
    ['1700000000.1290000', 1_700_000_000_129],
    ['9999999999.999', 9_999_999_999_999],
    ['1000000000000', 1_000_000_000_000],
    ['1700000000123', 1_700_000_000_123],
    ['1700000000123.0', 1_700_000_000_123],
  ])('of the epoch is %s', (text, ms) => {
    expect(epoch(text)).toBe(ms);
  });

  it('of the epoch is any moment of 2001 to 2286, in seconds or milliseconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1e12, max: 1e13 - 1 }), (ms) => {
        const seconds = `${String(ms).slice(0, 10)}.${String(ms).slice(10)}`;
        expect([epoch(String(ms)), epoch(seconds)]).toEqual([ms, ms]);
      }),
    );
  });

  it.each([
    '2024',
    '20240101',
    '202401011200',
    '20240101120000',
    '0',
    '-1',
    '-1700000000',
    '999999999',
    '999999999.999',
    '10000000000',
    '999999999999',
    '10000000000000',
    '1700000000.1239',
    '1700000000123.5',
    '1700000000123.00000000001',
    '1700000000123456',
    '1e17',
    'x',
  ])('of the epoch is not %s', (text) => {
    expect(epoch(text)).toBeNaN();
  });
});
