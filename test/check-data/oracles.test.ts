import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { column, schemaOf } from '../dataset/schema';
import { WELL_FORMED } from './csv-text';
import { checked } from './shard';

const SCHEMA = schemaOf([column('id', 'string'), column('note', 'string')]);

async function ours(text: string): Promise<string[][]> {
  const { accepted, setApart } = await checked(Buffer.from(text), SCHEMA);
  expect(setApart).toEqual([]);
  return accepted.map(({ line }) => Object.values<string | null>(JSON.parse(line)).map((cell) => cell ?? ''));
}

describe('well-formed CSV', () => {
  it('is read as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(WELL_FORMED, async ({ rows, text }) => {
        expect(await ours(text)).toEqual(rows);
      }),
      { numRuns: 500 },
    );
  });

  it('is read as csv-parse reads it', async () => {
    await fc.assert(
      fc.asyncProperty(WELL_FORMED, async ({ text }) => {
        const theirs: string[][] = parse(text, { from: 2, record_delimiter: ['\r\n', '\n'] });
        expect(await ours(text)).toEqual(theirs);
      }),
      { numRuns: 500 },
    );
  });

  it('is read as papaparse reads it', async () => {
    await fc.assert(
      fc.asyncProperty(WELL_FORMED, async ({ text }) => {
        const newline = text.startsWith('id,note\r\n') ? '\r\n' : '\n';
        const { data, errors } = Papa.parse<string[]>(text, { delimiter: ',', newline, skipEmptyLines: true });
        expect(errors).toEqual([]);
        expect(await ours(text)).toEqual(data.slice(1));
      }),
      { numRuns: 500 },
    );
  });
});
