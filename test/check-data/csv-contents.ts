import { big, type CsvCase, HEAD, MIB } from './csv-shapes';

/** Headers, encodings, sizes and values that are not as they should be, and some that are. */
export const CONTENTS: readonly CsvCase[] = [
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
  {
    name: 'two rows that are too large',
    bytes: `${HEAD}1,${big(MIB)},2\n2,${big(2 * MIB)},3\n3,c,4`,
    good: [[3, 'c']],
    bad: [
      [1, 'too-large', `1,${big(MIB)},2`],
      [2, 'too-large', `2,${big(2 * MIB)},3`],
    ],
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
