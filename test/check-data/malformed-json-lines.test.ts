import { describe, expect, it } from 'vitest';
import type { RowRule } from '../../protocol/dataset';
import { column, schemaOf } from '../dataset/schema';
import { checked } from './shard';

const SCHEMA = schemaOf([column('id', 'integer', { required: true }), column('né', 'string'), column('x', 'number')]);
const MIB = 1024 * 1024;

interface Case {
  readonly name: string;
  readonly bytes: string | Buffer;
  /** Canonical values of the rows that are good. */
  readonly good?: readonly (readonly [id: number, text: string | null, x: number | null])[];
  readonly bad?: readonly (readonly [row: number, rule: RowRule, raw?: string])[];
}

const latin1 = (text: string) => Buffer.from(text, 'latin1');

const CASES: readonly Case[] = [
  { name: 'nothing', bytes: '' },
  { name: 'blank lines', bytes: '\n\n{"id":1}\n\r\n', good: [[1, null, null]] },
  { name: 'a line of blanks', bytes: '  \n', bad: [[1, 'malformed', '  ']] },
  { name: 'no line break at the end', bytes: '{"id":1}', good: [[1, null, null]] },
  {
    name: 'CRLF and CR',
    bytes: '{"id":1}\r\n{"id":2}\r{"id":3}',
    good: [
      [1, null, null],
      [2, null, null],
      [3, null, null],
    ],
  },
  { name: 'a byte order mark', bytes: '\ufeff{"id":1}', good: [[1, null, null]] },
  { name: 'blanks between all parts', bytes: ' { "id" :\t1 , "x" : 2.5 } ', good: [[1, null, 2.5]] },
  { name: 'members in another order', bytes: '{"x":2,"né":"a","id":1}', good: [[1, 'a', 2]] },
  { name: 'nulls and empty texts', bytes: '{"id":1,"né":"","x":null}', good: [[1, null, null]] },
  {
    name: 'escapes in a value',
    bytes: '{"id":1,"né":"\\u00e9\\n\\"\\\\\\/\\ud83d\\ude00"}',
    good: [[1, 'é\n"\\/😀', null]],
  },
  { name: 'escapes in a name', bytes: '{"\\u0069d":1,"n\\u00e9":"a"}', good: [[1, 'a', null]] },
  { name: 'a NUL by its escape', bytes: '{"id":1,"né":"\\u0000"}', good: [[1, '\0', null]] },
  {
    name: 'whole numbers with fraction and exponent',
    bytes: '{"id":1.0}\n{"id":2e3}',
    good: [
      [1, null, null],
      [2000, null, null],
    ],
  },
  { name: 'an empty object', bytes: '{}', bad: [[1, 'required', '{}']] },
  {
    name: 'an object that is cut off',
    bytes: '{"id":1\n{"id":2}',
    good: [[2, null, null]],
    bad: [[1, 'malformed', '{"id":1']],
  },
  { name: 'a value that is cut off', bytes: '{"id":', bad: [[1, 'malformed']] },
  { name: 'a text that is cut off', bytes: '{"id":1,"né":"a', bad: [[1, 'malformed']] },
  { name: 'a text that ends in a backslash', bytes: '{"id":1,"né":"a\\', bad: [[1, 'malformed']] },
  { name: 'a comma too many', bytes: '{"id":1,}', bad: [[1, 'malformed']] },
  { name: 'a comma too few', bytes: '{"id":1 "x":2}', bad: [[1, 'malformed']] },
  { name: 'no colon', bytes: '{"id" 1}', bad: [[1, 'malformed']] },
  { name: 'single quotes', bytes: "{'id':1}", bad: [[1, 'malformed']] },
  { name: 'a name without quotes', bytes: '{id:1}', bad: [[1, 'malformed']] },
  { name: 'something behind the object', bytes: '{"id":1} x', bad: [[1, 'malformed']] },
  { name: 'two objects on a line', bytes: '{"id":1}{"id":2}', bad: [[1, 'malformed']] },
  {
    name: 'an object over two lines',
    bytes: '{"id":\n1}',
    bad: [
      [1, 'malformed', '{"id":'],
      [2, 'malformed', '1}'],
    ],
  },
  {
    name: 'a line break in a text',
    bytes: '{"né":"a\nb"}',
    bad: [
      [1, 'malformed'],
      [2, 'malformed'],
    ],
  },
  { name: 'a tab in a text', bytes: '{"id":1,"né":"a\tb"}', bad: [[1, 'malformed']] },
  { name: 'an escape that there is not', bytes: '{"id":1,"né":"\\x41"}', bad: [[1, 'malformed']] },
  { name: 'an escape in a name that there is not', bytes: '{"\\x":1}', bad: [[1, 'malformed']] },
  { name: 'NaN', bytes: '{"id":1,"x":NaN}', bad: [[1, 'malformed']] },
  { name: 'Infinity', bytes: '{"id":1,"x":-Infinity}', bad: [[1, 'malformed']] },
  { name: 'a plus', bytes: '{"id":+1}', bad: [[1, 'malformed']] },
  { name: 'zeros in front', bytes: '{"id":01}', bad: [[1, 'malformed']] },
  { name: 'a point without digits behind', bytes: '{"id":1,"x":1.}', bad: [[1, 'malformed']] },
  { name: 'a point without digits before', bytes: '{"id":1,"x":.5}', bad: [[1, 'malformed']] },
  { name: 'an exponent without digits', bytes: '{"id":1,"x":1e+}', bad: [[1, 'malformed']] },
  { name: 'a minus alone', bytes: '{"id":1,"x":-}', bad: [[1, 'malformed']] },
  { name: 'True', bytes: '{"id":True}', bad: [[1, 'malformed']] },
  { name: 'a word that goes on', bytes: '{"id":nulls}', bad: [[1, 'malformed']] },
  { name: 'a comment', bytes: '{"id":1} // one', bad: [[1, 'malformed']] },
  {
    name: 'plain text',
    bytes: 'id,x\n1,2',
    bad: [
      [1, 'malformed', 'id,x'],
      [2, 'malformed', '1,2'],
    ],
  },
  { name: 'an array', bytes: '[{"id":1}]', bad: [[1, 'malformed']] },
  { name: 'a number alone', bytes: '17', bad: [[1, 'malformed']] },
  { name: 'null alone', bytes: 'null', bad: [[1, 'malformed']] },
  { name: 'a name twice', bytes: '{"id":1,"id":2}', bad: [[1, 'columns']] },
  { name: 'a name twice, once with an escape', bytes: '{"id":1,"\\u0069d":2}', bad: [[1, 'columns']] },
  { name: 'an unknown name twice', bytes: '{"id":1,"q":2,"q":3}', bad: [[1, 'columns']] },
  { name: 'an unknown name', bytes: '{"id":1,"q":[1,{"a":2}]}', bad: [[1, 'columns']] },
  { name: 'an unknown name with a broken value', bytes: '{"id":1,"q":[1,}', bad: [[1, 'malformed']] },
  { name: 'the name of what all objects have', bytes: '{"id":1,"__proto__":1}', bad: [[1, 'columns']] },
  { name: 'an object for a value', bytes: '{"id":1,"né":{"a":"}"}}', bad: [[1, 'type']] },
  { name: 'an array for a value', bytes: '{"id":1,"né":["a","]"]}', bad: [[1, 'type']] },
  { name: 'an array that is broken', bytes: '{"id":1,"né":[1 2]}', bad: [[1, 'malformed']] },
  { name: 'an array that is not closed', bytes: '{"id":1,"né":[1', bad: [[1, 'malformed']] },
  { name: 'brackets that do not fit', bytes: '{"id":1,"né":[1}}', bad: [[1, 'malformed']] },
  { name: 'half a million brackets', bytes: `{"id":1,"né":${'['.repeat(500_000)}`, bad: [[1, 'malformed']] },
  {
    name: 'half a million brackets that are closed',
    bytes: `{"id":1,"né":${'['.repeat(500_000)}${']'.repeat(500_000)}}`,
    bad: [[1, 'type']],
  },
  { name: 'a text for a number', bytes: '{"id":"1"}', bad: [[1, 'type']] },
  { name: 'a number for a text', bytes: '{"id":1,"né":2}', bad: [[1, 'type']] },
  { name: 'a truth for a number', bytes: '{"id":true}', bad: [[1, 'type']] },
  { name: 'an integer that is none', bytes: '{"id":1.5}', bad: [[1, 'type']] },
  { name: 'an integer beyond 2^53', bytes: '{"id":9007199254740993}', bad: [[1, 'type']] },
  { name: 'a number whose digits a double rounds', bytes: '{"id":1,"x":12345678901234567891}', bad: [[1, 'type']] },
  { name: 'a number larger than any', bytes: '{"id":1,"x":1e999}', bad: [[1, 'type']] },
  { name: 'half a surrogate pair', bytes: '{"id":1,"né":"\\ud83d"}', bad: [[1, 'encoding']] },
  { name: 'Latin-1', bytes: latin1('{"id":1,"n\xe9":"a"}'), bad: [[1, 'encoding']] },
  { name: 'a NUL', bytes: '{"id":1,"né":"\0"}', bad: [[1, 'encoding']] },
  { name: 'UTF-16', bytes: Buffer.from('\ufeff{"id":1}\n', 'utf16le'), bad: [[1, 'encoding']] },
  {
    name: 'a line of just the most bytes',
    bytes: `{"id":1,"né":"${'a'.repeat(MIB - 17)}"}\n{"id":2}`,
    good: [
      [1, 'a'.repeat(MIB - 17), null],
      [2, null, null],
    ],
  },
  {
    name: 'a line that is too large',
    bytes: `{"id":1,"né":"${'a'.repeat(2 * MIB)}"}\n{"id":2}`,
    good: [[2, null, null]],
    bad: [[1, 'too-large', `{"id":1,"né":"${'a'.repeat(2 * MIB)}"}`]],
  },
];

describe('a file of JSON Lines', () => {
  it.each(CASES)('with $name is read to the last byte', async ({ bytes, good = [], bad = [] }) => {
    const source = Buffer.from(bytes);
    const { result, accepted, setApart } = await checked(source, SCHEMA, { task: { format: 'jsonl' } });
    expect(accepted.map(({ line }) => Object.values(JSON.parse(line)))).toEqual(good);
    expect(setApart.map(({ row, rules }) => [row, rules[0]])).toEqual(bad.map(([row, rule]) => [row, rule]));
    bad.forEach(([, , raw], index) => {
      if (raw !== undefined) expect(setApart[index]?.raw.toString()).toBe(raw);
    });
    const { rows, accepted: count, quarantined } = result.counts;
    expect([rows, count, quarantined]).toEqual([good.length + bad.length, good.length, bad.length]);
  });
});
