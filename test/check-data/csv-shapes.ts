import type { RowRule } from '../../protocol/dataset';

/** Row, rule and original bytes of each quarantined row. */
type SetApart = readonly [row: number, rule: RowRule, raw: string];

export interface CsvCase {
  readonly name: string;
  /** Latin-1: each character is a byte. */
  readonly bytes: string;
  /** Ids and notes of the rows that are good. */
  readonly good?: readonly (readonly [id: number, note: string | null])[];
  readonly bad?: readonly SetApart[];
  readonly delimiter?: string;
}

export const MIB = 1024 * 1024;
export const big = (length: number) => 'b'.repeat(length);
export const HEAD = 'id,note,x\n';

/** Lines, quotes and fields that are not as they should be, and some that are. */
export const SHAPES: readonly CsvCase[] = [
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
];
