import { describe, expect, it } from 'vitest';
import type { RowRule } from '../../protocol/dataset';
import { column, schemaOf } from '../dataset/schema';
import { checked } from './shard';

const SCHEMA = schemaOf(
  [column('id', 'integer', { required: true }), column('note', 'string'), column('x', 'number')],
  { key: ['id'] },
);
const HEAD = 'id,note,x\n';

/** Row, rule and original bytes of each quarantined row. */
type SetApart = readonly [row: number, rule: RowRule, raw: string];

interface Case {
  readonly name: string;
  /** Latin-1: each character is a byte. */
  readonly bytes: string;
  /** Ids and notes of the rows that are good. */
  readonly good?: readonly (readonly [id: number, note: string | null])[];
  readonly bad?: readonly SetApart[];
  readonly delimiter?: string;
}

const MIB = 1024 * 1024;
const big = (length: number) => 'b'.repeat(length);

const CASES: readonly Case[] = [
  // Empty things
  { name: 'an empty file', bytes: '' },
  { name: 'a byte order mark alone', bytes: '\xef\xbb\xbf' },
  { name: 'line breaks alone', bytes: '\n\r\n\r\r\n' },
  { name: 'a header alone', bytes: HEAD },
  { name: 'a header without a line break', bytes: 'id,note,x' },
  { name: 'a header behind blank lines', bytes: `\n\r\n${HEAD}1,a,2`, good: [[1, 'a']] },
  {
    name: 'blank lines between rows',
    bytes: `${HEAD}1,a,2\n\n\r\n2,b,3\n`,
    good: [
      [1, 'a'],
      [2, 'b'],
    ],
  },
  { name: 'a line of blanks', bytes: `${HEAD}  \n1,a,2\n`, good: [[1, 'a']], bad: [[1, 'columns', '  ']] },
  { name: 'a row of delimiters', bytes: `${HEAD},,\n`, bad: [[1, 'required', ',,']] },
  // Ends of lines and of files
  { name: 'no line break at the end', bytes: `${HEAD}1,a,2`, good: [[1, 'a']] },
  {
    name: 'CRLF',
    bytes: 'id,note,x\r\n1,a,2\r\n2,b,3\r\n',
    good: [
      [1, 'a'],
      [2, 'b'],
    ],
  },
  {
    name: 'CR alone',
    bytes: 'id,note,x\r1,a,2\r2,b,3\r',
    good: [
      [1, 'a'],
      [2, 'b'],
    ],
  },
  {
    name: 'line breaks of all kinds',
    bytes: 'id,note,x\r1,a,2\n2,b,3\r\n3,c,4',
    good: [
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ],
  },
  { name: 'a CR at the very end', bytes: `${HEAD}1,a,2\r`, good: [[1, 'a']] },
  { name: 'a delimiter at the very end', bytes: `${HEAD}1,a,`, good: [[1, 'a']] },
  { name: 'a byte order mark before the header', bytes: `\xef\xbb\xbf${HEAD}1,a,2\n`, good: [[1, 'a']] },
  { name: 'a byte order mark before a quoted header', bytes: '\xef\xbb\xbf"id",note,x\n1,a,2\n', good: [[1, 'a']] },
  { name: 'a second byte order mark', bytes: `${HEAD}\xef\xbb\xbf1,a,2\n`, bad: [[1, 'type', '\xef\xbb\xbf1,a,2']] },
  { name: 'half a byte order mark', bytes: '\xef\xbb', bad: [[0, 'encoding', '\xef\xbb']] },
  // Quotes that are well
  { name: 'quotes around everything', bytes: '"id","note","x"\n"1","a","2"\n', good: [[1, 'a']] },
  { name: 'delimiters in quotes', bytes: `${HEAD}1,"a,b",2\n`, good: [[1, 'a,b']] },
  { name: 'doubled quotes', bytes: `${HEAD}1,"a ""b"" c",2\n`, good: [[1, 'a "b" c']] },
  { name: 'a field of one quote', bytes: `${HEAD}1,"""",2\n`, good: [[1, '"']] },
  { name: 'LF in quotes', bytes: `${HEAD}1,"a\nb",2\n`, good: [[1, 'a\nb']] },
  {
    name: 'CRLF in quotes',
    bytes: `${HEAD}1,"a\r\nb",2\r\n2,c,3`,
    good: [
      [1, 'a\r\nb'],
      [2, 'c'],
    ],
  },
  { name: 'a blank line in quotes', bytes: `${HEAD}1,"a\n\nb",2\n`, good: [[1, 'a\n\nb']] },
  { name: 'an empty field in quotes', bytes: `${HEAD}1,"",2\n`, good: [[1, null]] },
  { name: 'a quoted field at the very end', bytes: `${HEAD}1,a,"2"`, good: [[1, 'a']] },
  {
    name: 'a quoted name with a doubled quote',
    bytes: '"i""d",note,x\n1,a,2\n',
    bad: [
      [0, 'columns', '"i""d",note,x'],
      [1, 'columns', '1,a,2'],
    ],
  },
  // Quotes that are not
  {
    name: 'a quote within a field',
    bytes: `${HEAD}1,a"b,2\n2,c,3\n`,
    good: [[2, 'c']],
    bad: [[1, 'malformed', '1,a"b,2']],
  },
  {
    name: 'a quote at the end of a field',
    bytes: `${HEAD}1,a",2\n2,c,3\n`,
    good: [[2, 'c']],
    bad: [[1, 'malformed', '1,a",2']],
  },
  { name: 'two quotes within a field', bytes: `${HEAD}1,a""b,2\n`, bad: [[1, 'malformed', '1,a""b,2']] },
  { name: 'a blank before a quote', bytes: `${HEAD}1, "a",2\n`, bad: [[1, 'malformed', '1, "a",2']] },
  {
    name: 'a blank behind a quote',
    bytes: `${HEAD}1,"a" ,2\n2,c,3\n`,
    good: [[2, 'c']],
    bad: [[1, 'malformed', '1,"a" ,2']],
  },
  {
    name: 'text behind a quote',
    bytes: `${HEAD}1,"a"b,2\n2,c,3\n`,
    good: [[2, 'c']],
    bad: [[1, 'malformed', '1,"a"b,2']],
  },
  {
    name: 'a quoted field behind another',
    bytes: `${HEAD}1,"a""b"c"d",2\n`,
    bad: [[1, 'malformed', '1,"a""b"c"d",2']],
  },
  { name: 'a backslash before a quote', bytes: `${HEAD}1,"a\\"b",2\n`, bad: [[1, 'malformed', '1,"a\\"b",2']] },
  {
    name: 'an unclosed quote in the last row',
    bytes: `${HEAD}1,a,2\n2,"b,3\n`,
    good: [[1, 'a']],
    bad: [[2, 'malformed', '2,"b,3']],
  },
  { name: 'an unclosed quote without a line break', bytes: `${HEAD}2,"b,3`, bad: [[1, 'malformed', '2,"b,3']] },
  { name: 'a quote alone', bytes: `${HEAD}"`, bad: [[1, 'malformed', '"']] },
  { name: 'three quotes', bytes: `${HEAD}"""`, bad: [[1, 'malformed', '"""']] },
  {
    name: 'an unclosed quote before good rows',
    bytes: `${HEAD}1,"a,2\n2,b,3\n3,c,4\n`,
    good: [
      [2, 'b'],
      [3, 'c'],
    ],
    bad: [[1, 'malformed', '1,"a,2']],
  },
  {
    name: 'an unclosed quote before quoted rows',
    bytes: `${HEAD}1,"a,2\n2,"b",3\n3,"c",4\n`,
    good: [
      [2, 'b'],
      [3, 'c'],
    ],
    bad: [[1, 'malformed', '1,"a,2']],
  },
  {
    name: 'unclosed quotes in two rows',
    bytes: `${HEAD}1,"a,2\n2,b,3\n3,"c,4\n4,d,5\n`,
    good: [
      [2, 'b'],
      [4, 'd'],
    ],
    bad: [
      [1, 'malformed', '1,"a,2'],
      [3, 'malformed', '3,"c,4'],
    ],
  },
  {
    name: 'an unclosed quote and CRLF',
    bytes: 'id,note,x\r\n1,"a,2\r\n2,b,3\r\n',
    good: [[2, 'b']],
    bad: [[1, 'malformed', '1,"a,2']],
  },
  {
    name: 'an unclosed quote before more than a row may have',
    bytes: `${HEAD}1,"a,2\n${`2,${big(1000)},3\n`.repeat(1100)}`,
    good: Array.from({ length: 1100 }, () => [2, big(1000)] as const),
    bad: [[1, 'malformed', '1,"a,2']],
  },
  {
    name: 'an unclosed quote in the header',
    bytes: 'id,"note,x\n1,a,2\n',
    bad: [
      [0, 'malformed', 'id,"note,x'],
      [1, 'columns', '1,a,2'],
    ],
  },
  // Ragged rows
  { name: 'too few fields', bytes: `${HEAD}1,a\n2,b,3\n`, good: [[2, 'b']], bad: [[1, 'columns', '1,a']] },
  { name: 'too many fields', bytes: `${HEAD}1,a,2,9\n2,b,3\n`, good: [[2, 'b']], bad: [[1, 'columns', '1,a,2,9']] },
  { name: 'a delimiter too many', bytes: `${HEAD}1,a,2,\n`, bad: [[1, 'columns', '1,a,2,']] },
  { name: 'one field', bytes: `${HEAD}1\n`, bad: [[1, 'columns', '1']] },
  {
    name: 'ten thousand fields',
    bytes: `${HEAD}${','.repeat(9999)}\n1,a,2\n`,
    good: [[1, 'a']],
    bad: [[1, 'columns', ','.repeat(9999)]],
  },
  { name: 'too few fields over two lines', bytes: `${HEAD}1,"a\nb"\n`, bad: [[1, 'columns', '1,"a\nb"']] },
  // Headers
  {
    name: 'a header with a name twice',
    bytes: 'id,note,id\n1,a,2\n',
    bad: [
      [0, 'columns', 'id,note,id'],
      [1, 'columns', '1,a,2'],
    ],
  },
  {
    name: 'a header with an empty name',
    bytes: 'id,,x\n1,a,2\n',
    bad: [
      [0, 'columns', 'id,,x'],
      [1, 'columns', '1,a,2'],
    ],
  },
  {
    name: 'a header with a name that nobody knows',
    bytes: 'id,note,x,y\n1,a,2,3\n',
    bad: [
      [0, 'columns', 'id,note,x,y'],
      [1, 'columns', '1,a,2,3'],
    ],
  },
  {
    name: 'a header that lacks a required column',
    bytes: 'note,x\na,2\n',
    bad: [
      [0, 'columns', 'note,x'],
      [1, 'columns', 'a,2'],
    ],
  },
  { name: 'a header that lacks an optional column', bytes: 'x,id\n2,1\n', good: [[1, null]] },
  { name: 'a header in another order', bytes: 'x,note,id\n2,a,1\n', good: [[1, 'a']] },
  {
    name: 'names in other letters',
    bytes: 'ID,note,x\n1,a,2\n',
    bad: [
      [0, 'columns', 'ID,note,x'],
      [1, 'columns', '1,a,2'],
    ],
  },
  {
    name: 'names with blanks',
    bytes: 'id, note,x\n1,a,2\n',
    bad: [
      [0, 'columns', 'id, note,x'],
      [1, 'columns', '1,a,2'],
    ],
  },
  {
    name: 'no header',
    bytes: '1,a,2\n2,b,3\n',
    bad: [
      [0, 'columns', '1,a,2'],
      [1, 'columns', '2,b,3'],
    ],
  },
  {
    name: 'a header that comes again',
    bytes: `${HEAD}1,a,2\n${HEAD}`,
    good: [[1, 'a']],
    bad: [[2, 'type', 'id,note,x']],
  },
  {
    name: 'a header with more names than anybody keeps',
    bytes: `id,${'y,'.repeat(5000)}x\n1,a,2\n`,
    bad: [
      [0, 'columns', `id,${'y,'.repeat(5000)}x`],
      [1, 'columns', '1,a,2'],
    ],
  },
  {
    name: 'a header that is no UTF-8',
    bytes: 'id,n\xf6te,x\n1,a,2\n',
    bad: [
      [0, 'encoding', 'id,n\xf6te,x'],
      [1, 'columns', '1,a,2'],
    ],
  },
  // Other delimiters
  { name: 'semicolons', bytes: 'id;note;x\n1;a,b;2\n', delimiter: ';', good: [[1, 'a,b']] },
  { name: 'tabs', bytes: 'id\tnote\tx\n1\t"a\tb"\t2\n', delimiter: '\t', good: [[1, 'a\tb']] },
  { name: 'bars', bytes: 'id|note|x\n1|a|2\n', delimiter: '|', good: [[1, 'a']] },
  {
    name: 'another delimiter than was said',
    bytes: 'id;note;x\n1;a;2\n',
    bad: [
      [0, 'columns', 'id;note;x'],
      [1, 'columns', '1;a;2'],
    ],
  },
  // Encodings
  {
    name: 'UTF-8 of two, three and four bytes',
    bytes: `${HEAD}1,\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80,2\n`,
    good: [[1, 'é€😀']],
  },
  { name: 'Latin-1', bytes: `${HEAD}1,caf\xe9,2\n2,b,3\n`, good: [[2, 'b']], bad: [[1, 'encoding', '1,caf\xe9,2']] },
  { name: 'Windows-1252', bytes: `${HEAD}1,\x93a\x94,2\n`, bad: [[1, 'encoding', '1,\x93a\x94,2']] },
  { name: 'a character that is cut off', bytes: `${HEAD}1,\xe2\x82,2\n`, bad: [[1, 'encoding', '1,\xe2\x82,2']] },
  { name: 'an overlong encoding', bytes: `${HEAD}1,\xc0\xaf,2\n`, bad: [[1, 'encoding', '1,\xc0\xaf,2']] },
  { name: 'a surrogate in UTF-8', bytes: `${HEAD}1,\xed\xa0\x80,2\n`, bad: [[1, 'encoding', '1,\xed\xa0\x80,2']] },
  { name: 'bytes that no encoding has', bytes: `${HEAD}1,\xff\xfe,2\n`, bad: [[1, 'encoding', '1,\xff\xfe,2']] },
  { name: 'a NUL', bytes: `${HEAD}1,a\0b,2\n2,c,3\n`, good: [[2, 'c']], bad: [[1, 'encoding', '1,a\0b,2']] },
  { name: 'a NUL in quotes', bytes: `${HEAD}1,"a\0b",2\n`, bad: [[1, 'encoding', '1,"a\0b",2']] },
  { name: 'a file of NULs', bytes: `${HEAD}${'\0'.repeat(50)}`, bad: [[1, 'encoding', '\0'.repeat(50)]] },
  { name: 'other control characters', bytes: `${HEAD}1,a\x01\x1b\x7f,2\n`, good: [[1, 'a\x01\x1b\x7f']] },
  {
    name: 'UTF-16, least byte first',
    bytes: '\xff\xfei\0d\0\n\x001\0\n\0',
    bad: [[0, 'encoding', '\xff\xfei\0d\0\n\x001\0\n\0']],
  },
  { name: 'UTF-16, greatest byte first', bytes: '\xfe\xff\0i\0d\0\n', bad: [[0, 'encoding', '\xfe\xff\0i\0d\0\n']] },
  {
    name: 'UTF-16 longer than a row may be',
    bytes: `\xff\xfe${'a\0'.repeat(MIB)}`,
    bad: [[0, 'encoding', `\xff\xfe${'a\0'.repeat(MIB)}`]],
  },
  {
    name: 'UTF-16 without a mark',
    bytes: 'i\0d\0\n\x001\0\n\0',
    bad: [
      [0, 'encoding', 'i\0d\0'],
      [1, 'encoding', '\x001\0'],
      [2, 'encoding', '\0'],
    ],
  },
  // Too large
  {
    name: 'a row of just the most bytes',
    bytes: `${HEAD}1,${big(MIB - 4)},2\n2,b,3`,
    good: [
      [1, big(MIB - 4)],
      [2, 'b'],
    ],
  },
  { name: 'a last row of just the most bytes', bytes: `${HEAD}1,${big(MIB - 4)},2`, good: [[1, big(MIB - 4)]] },
  {
    name: 'a row of a byte more',
    bytes: `${HEAD}1,${big(MIB - 3)},2\n2,b,3`,
    good: [[2, 'b']],
    bad: [[1, 'too-large', `1,${big(MIB - 3)},2`]],
  },
  {
    name: 'a row of three times as much',
    bytes: `${HEAD}1,${big(3 * MIB)},2\r\n2,b,3`,
    good: [[2, 'b']],
    bad: [[1, 'too-large', `1,${big(3 * MIB)},2`]],
  },
  { name: 'a last row that is too large', bytes: `${HEAD}1,${big(MIB)}`, bad: [[1, 'too-large', `1,${big(MIB)}`]] },
  {
    name: 'a quoted field that is too large',
    bytes: `${HEAD}1,"${big(MIB)}",2\n2,b,3`,
    good: [[2, 'b']],
    bad: [[1, 'too-large', `1,"${big(MIB)}",2`]],
  },
  {
    name: 'a header that is too large',
    bytes: `${big(MIB + 1)}\n1,a,2\n`,
    bad: [
      [0, 'too-large', big(MIB + 1)],
      [1, 'columns', '1,a,2'],
    ],
  },
  {
    name: 'a row of many lines that is too large',
    bytes: `${HEAD}1,"${`${big(999)}\n`.repeat(1100)}",2\n2,b,3`,
    good: [[2, 'b']],
    bad: [
      [1, 'malformed', `1,"${big(999)}`],
      ...Array.from({ length: 1099 }, (_, line) => [line + 2, 'columns', big(999)] as const),
      [1101, 'malformed', '",2'],
    ],
  },
  // Values
  { name: 'a number that is none', bytes: `${HEAD}1,a,two\n`, bad: [[1, 'type', '1,a,two']] },
  { name: 'Infinity', bytes: `${HEAD}1,a,Infinity\n`, bad: [[1, 'type', '1,a,Infinity']] },
  { name: 'a number larger than any', bytes: `${HEAD}1,a,1e999\n`, bad: [[1, 'type', '1,a,1e999']] },
  {
    name: 'an integer beyond 2^53',
    bytes: `${HEAD}9007199254740993,a,2\n`,
    bad: [[1, 'type', '9007199254740993,a,2']],
  },
  { name: 'zeros in front', bytes: `${HEAD}007,a,2\n`, bad: [[1, 'type', '007,a,2']] },
  { name: 'blanks around a number', bytes: `${HEAD} 1 ,a,2\n`, bad: [[1, 'type', ' 1 ,a,2']] },
  { name: 'a decimal comma', bytes: 'id;note;x\n1;a;2,5\n', delimiter: ';', bad: [[1, 'type', '1;a;2,5']] },
];

describe('a CSV file', () => {
  it.each(CASES)('with $name is read to the last byte', async ({ bytes, good = [], bad = [], delimiter = ',' }) => {
    const { result, accepted, setApart } = await checked(Buffer.from(bytes, 'latin1'), SCHEMA, { task: { delimiter } });
    expect(accepted.map(({ line }) => JSON.parse(line)).map(({ id, note }) => [id, note])).toEqual(good);
    expect(setApart.map(({ row, rules, raw }) => [row, rules[0], raw.toString('latin1')])).toEqual(bad);
    expect(result.counts).toEqual({
      rows: good.length + bad.length,
      accepted: good.length,
      quarantined: bad.length,
    });
  });

  it('is tried with at least eighty malformed inputs', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(80);
  });
});
