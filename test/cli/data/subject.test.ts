import { describe, expect, it } from 'vitest';
import { Subject } from '../../../cli/data/forget/subject';
import { canonicalLine } from '../../../lambdas/shared/dataset/canonical-row';
import type { DatasetSchemaDocument, QuarantinedRow } from '../../../protocol/dataset';
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
    ['with ASCII escaped', 'a+b@x', bytes(String.raw`{"k":"a\u002Bb\u0040x"`), true],
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
    const found = new Subject(key).inQuarantined(quarantined('', { raw: where.toString('base64') }), []);
    expect(found).toBe(is ? 'bytes' : 'not');
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
    const found = (raw: string, changes: Partial<QuarantinedRow> = {}, key = '7', schema = integer) =>
      new Subject(key).inQuarantined(quarantined(raw, { header, ...changes }), [schema]);
    const json = { format: 'jsonl', header: undefined } as const;
    expect(found('"a, b",7.0')).toBe('cell');
    expect(found('"a ""b""",7\r\n')).toBe('cell');
    expect(found('x,70')).toBe('not');
    expect(found('{"person": 7.0}', json)).toBe('cell');
    expect(found('{"other":1,"person":1e3}', json, '1000')).toBe('cell');
    const text = schemaOf('string');
    expect(found(String.raw`{"person":"a\u002Bb\u0040x"}`, json, 'a+b@x', text)).toBe('cell');
    expect(found('{"person": {"x": 70}}', json)).toBe('not');
    expect(found('no json', json)).toBe('not');
  });

  it('is not taken for another in whose row the value stands as well', () => {
    const header = ['person', 'about'];
    const found = (raw: string, changes: Partial<QuarantinedRow> = {}) =>
      new Subject('7').inQuarantined(quarantined(raw, { header, ...changes }), [schemaOf('integer')]);
    expect(['12,0.7', '13,x 7', '14,"7"'].map((raw) => found(raw))).toEqual(['not', 'not', 'not']);
    expect(found('{"person":12,"about":7}', { format: 'jsonl', header: undefined })).toBe('not');
    // Nobody can tell whose these are.
    expect(['12,"7', '12,7,7', ',7', 'x,7'].map((raw) => found(raw))).toEqual(['bytes', 'bytes', 'bytes', 'bytes']);
    expect(found('12,7', { row: 0 })).toBe('bytes');
    expect(found('12,7', { piece: 0 })).toBe('bytes');
    expect(found('12,7', { header: [] })).toBe('bytes');
    for (const raw of [
      '{"about":7}',
      '{"person":12,"person":7}',
      '{"person":[12],"about":7}',
      '{"person":12,"about":7',
    ]) {
      expect(found(raw, { format: 'jsonl', header: undefined })).toBe('bytes');
    }
    const latin = Buffer.from('zo\u00eb@x,1', 'latin1').toString('base64');
    expect(new Subject('zo\u00eb@x').inQuarantined(quarantined('', { raw: latin, header }), [schemaOf('string')])).toBe(
      'bytes',
    );
  });

  it('is found in a header that is a row, and not in the names of columns', () => {
    const schema = schemaOf('string');
    expect(new Subject('ada').inHeader(['1', 'ada'], [schema])).toBe(true);
    expect(new Subject('person').inHeader(['id', 'person'], [schema])).toBe(false);
    expect(new Subject('person').inHeader(undefined, [schema])).toBe(false);
  });
});
