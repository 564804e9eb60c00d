import { describe, expect, it } from 'vitest';
import { Subject } from '../../../cli/data/forget/subject';
import { canonicalLine } from '../../../lambdas/shared/dataset/canonical-row';
import type { DatasetSchemaDocument } from '../../../protocol/dataset';
import { quarantined, SCHEMA } from './published';

describe('a subject', () => {
  const schemaOf = (type: DatasetSchemaDocument['columns'][number]['type']): DatasetSchemaDocument => {
    const [id, person] = SCHEMA.columns;
    if (id === undefined || person === undefined) throw new Error('the schema has two columns');
    return { ...SCHEMA, columns: [id, { ...person, type }], key: ['id'], group: [], subject: 'person' };
  };

  it.each([
    ['string', 'ada', 'ada', true],
    ['string', 'ada', 'Ada', false],
    ['string', 'ada', ' ada', false],
    ['string', 'a"b\\c', 'a"b\\c', true],
    ['integer', '7', 7, true],
    ['integer', '007', 7, true],
    ['integer', '7', 70, false],
    ['number', '1.50', 1.5, true],
    ['number', '1e3', 1000, true],
    ['boolean', 'true', true, true],
    ['date', '2026-01-02', Date.UTC(2026, 0, 2), true],
    ['timestamp', '2026-01-02T04:04:05+01:00', Date.UTC(2026, 0, 2, 3, 4, 5), true],
    ['timestamp', '2026-01-02T03:04:05Z', Date.UTC(2026, 0, 2, 3, 4, 6), false],
    ['string', 'null', null, false],
  ] as const)('of type %s given as %j is in a row with %j: %s', (type, key, value, is) => {
    const schema = schemaOf(type);
    const line = Buffer.from(canonicalLine(schema.columns, ['x', value]));
    expect(new Subject(key).matcher(schema)(line)).toBe(is);
  });

  const bytes = (text: string) => Buffer.from(text);
  const wide = (text: string) => Buffer.from(text, 'utf16le');
  it.each<[string, string, Buffer, boolean]>([
    ['as it is', 'ada@example.com', bytes('1,ada@example.com,2'), true],
    ['within a longer word', 'ada@example.com', bytes('xada@example.comx'), true],
    ['not at all', 'ada@example.com', bytes('ada@example.org'), false],
    ['with quotes doubled, as CSV has them', 'say "ada"', bytes('1,"say ""ada""",2'), true],
    ['escaped, as JSON has it', 'a"b\\c/d', bytes(String.raw`{"k":"a\"b\\c\/d"}`), true],
    ['escaped beyond ASCII', 'zoë', bytes(String.raw`{"k":"zo\u00eb"}`), true],
    ['escaped in capitals', 'zoë', bytes(String.raw`{"k":"zo\u00EB"}`), true],
    ['in Latin-1', 'zoë@x', Buffer.from('1,zoë@x', 'latin1'), true],
    ['in UTF-16', 'ada@x', wide('1,ada@x,2'), true],
    ['in UTF-16, big-endian', 'ada@x', wide('1,ada@x,2').swap16(), true],
    ['a number as a number', '12', bytes('{"id":12}'), true],
    ['a number within a number', '12', bytes('2012,120,a12'), false],
    ['a number behind one within another', '12', bytes('112 12'), true],
    ['a short word within another', 'ada', bytes('canada'), false],
    ['a number in UTF-16', '12', wide('112,12,'), true],
    ['a number within a number in UTF-16', '12', wide('112,120'), false],
  ])('is seen %s', (_, key, where, is) => {
    expect(new Subject(key).inBytes(where)).toBe(is);
    expect(new Subject(key).inQuarantined(quarantined('', { raw: where.toString('base64') }), [])).toBe(is);
  });

  it('is seen in a stream wherever it is cut, and a longer word is not taken for it', async () => {
    for (const [text, is] of [
      [`${'x'.repeat(20)} 12345 ${'y'.repeat(20)}`, true],
      [`${'x'.repeat(20)} 912345 ${'y'.repeat(20)}`, false],
      [`${'x'.repeat(20)} 123456 `, false],
      ['12345', true],
      [`${'x'.repeat(20)} 12345`, true],
    ] as const) {
      for (let size = 1; size < 12; size += 1) {
        const whole = Buffer.from(text);
        const parts = Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
          whole.subarray(index * size, (index + 1) * size),
        );
        const stream = (async function* () {
          yield* parts;
        })();
        expect(await new Subject('12345').inStream(stream), `${text} in parts of ${size}`).toBe(is);
      }
    }
  });

  it('is found in the column of a quarantined row, however it is written there', () => {
    const integer = schemaOf('integer');
    const header = ['id', 'person'];
    const row = (raw: string, csv = true) =>
      quarantined(raw, csv ? { header } : { format: 'jsonl', header: undefined });
    expect(new Subject('7').inQuarantined(row('"a, b",7.0'), [integer])).toBe(true);
    expect(new Subject('7').inQuarantined(row('x,70'), [integer])).toBe(false);
    expect(new Subject('7').inQuarantined(row('{"person": 7.0}', false), [integer])).toBe(true);
    expect(new Subject('7').inQuarantined(row('{"person": {"x": 70}}', false), [integer])).toBe(false);
    expect(new Subject('7').inQuarantined(row('no json', false), [integer])).toBe(false);
  });
});
