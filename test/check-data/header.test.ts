import { describe, expect, it } from 'vitest';
import { column, schemaOf } from '../dataset/schema';
import { checked } from './shard';

const SCHEMA = schemaOf([column('id', 'integer', { required: true }), column('name', 'string', { personal: true })], {
  key: ['id'],
});

describe('the header of a shard of CSV', () => {
  it('is told by its result, as the file has it', async () => {
    const { result, lines } = await checked(Buffer.from('"name",id\nAda,1\nAlan,x\n'), SCHEMA);
    expect(result.header).toEqual(['name', 'id']);
    expect(lines.map(({ header }) => header)).toEqual([['name', 'id']]);
  });

  it('is told where it was given', async () => {
    const range = { task: { header: ['name', 'id'], firstRow: 5 } };
    const { result, accepted } = await checked(Buffer.from('Ada,1\n'), SCHEMA, range);
    expect([result.header, accepted.map(({ row }) => row)]).toEqual([['name', 'id'], [5]]);
  });

  it('is not told where there is none', async () => {
    const nothing = await checked(Buffer.alloc(0), SCHEMA);
    const json = await checked(Buffer.from('{"id":1}\n'), SCHEMA, { task: { format: 'jsonl' } });
    expect([nothing, json].map(({ result }) => 'header' in result)).toEqual([false, false]);
  });

  it('that does not fit is nowhere but in the bytes of its line: it may be the values of a person', async () => {
    const { result, lines, setApart } = await checked(Buffer.from('7,Ada Lovelace\n8,Alan Turing\n'), SCHEMA);
    expect('header' in result).toBe(false);
    expect(lines.map(({ row, header }) => [row, header])).toEqual([
      [0, []],
      [1, []],
    ]);
    expect(setApart[0]?.raw.toString()).toBe('7,Ada Lovelace');
    expect(JSON.stringify([result, lines])).not.toContain('Ada');
  });

  it('that does not fit is not shown where it was given', async () => {
    const range = { task: { header: ['7', 'Ada Lovelace'], firstRow: 2 } };
    const { result, lines } = await checked(Buffer.from('8,Alan Turing\n'), SCHEMA, range);
    expect(lines.map(({ row, header }) => [row, header])).toEqual([[2, []]]);
    expect(JSON.stringify([result, lines])).not.toContain('Ada');
  });
});
