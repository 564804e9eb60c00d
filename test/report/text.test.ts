import { describe, expect, it } from 'vitest';
import { renderText } from '../../rehearsal/report/text';
import { wrap } from '../../rehearsal/report/text-layout';
import { emptyReport, hostileReport, sampleReport } from './sample';
import { figuresIn, figuresOf } from './shown-figures';

const SECTIONS = [
  'Deployed',
  'Stand-ins',
  'Traffic',
  'Quality',
  'Latency',
  'Guard',
  'Records',
  'Alarms',
  'Budget',
  'Steps',
  'What did not run',
  'Verdict',
];

const plain = renderText(sampleReport(), { colours: false });

/** The lines below a heading up to the next blank line. */
function section(text: string, title: string): string {
  return text.match(new RegExp(`^${title}\\n((?:.+\\n)+)`, 'm'))?.[1] ?? '';
}

describe('the report in the terminal', () => {
  it('has its sections in order', () => {
    expect(plain.split('\n').filter((line) => SECTIONS.includes(line))).toEqual(SECTIONS);
  });

  it('shows what was measured, percentages with their counts', () => {
    expect(section(plain, 'Traffic')).toContain('answered      99.0 % (594 of 600)');
    expect(section(plain, 'Quality')).toContain('accuracy      98.5 % (585 of 594 judged)');
    expect(section(plain, 'Quality')).toContain('demanded 95.0 %: met');
    expect(section(plain, 'Records')).toContain('594 records, 594 answers: equal');
    expect(section(plain, 'Stand-ins')).toMatch(/AWS::Budgets::Budget .*Budgets API/);
    expect(section(plain, 'Stand-ins')).toMatch(/ScalableTarget .*recorded only/);
    expect(section(plain, 'Verdict')).toContain('✓ passed');
  });

  it('shows no figure that the JSON does not hold', () => {
    const allowed = figuresOf(sampleReport());
    expect(figuresIn(plain).filter((figure) => !allowed.has(figure))).toEqual([]);
  });

  it('stays within 100 columns, whatever the names are', () => {
    const long = hostileReport(`${'Very/Long-Name'.repeat(30)} and ${'words '.repeat(60)}`);
    for (const text of [plain, renderText(long, { colours: false }), renderText(emptyReport(), { colours: false })]) {
      expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    }
  });

  it('loses no part of a long name', () => {
    const name = `${'0123456789'.repeat(25)}end`;
    const verdict = section(renderText(hostileReport(name), { colours: false }), 'Verdict').replace(/\s/g, '');
    expect(verdict).toContain(`alarm${name}isinALARM:${name}`);
  });

  it('says "not run" in every section that did not run', () => {
    const text = renderText(emptyReport(), { colours: false });
    for (const title of SECTIONS.slice(0, 9)) expect(section(text, title).trim(), title).toBe('not run');
  });

  it('says "unknown", never 0, of what has no denominator', () => {
    const quality = sampleReport().quality;
    if (quality === null) throw new Error('the sample has a quality');
    const text = renderText(sampleReport({ quality: { ...quality, recall: 'unknown' } }), { colours: false });
    expect(section(text, 'Quality')).toMatch(/recall +unknown/);
  });

  it('tells a failure by words, without colours', () => {
    const text = renderText(sampleReport({ records: { answers: 5, records: 4, equal: false, differing: [] } }), {
      colours: false,
    });
    expect(section(text, 'Records')).toContain('4 records, 5 answers: not equal');
    expect(section(text, 'Verdict')).toContain('✗ failed\n  ✗ 5 answers but 4 records');
  });

  it('names what was refused and what differs', () => {
    const bad = renderText(
      sampleReport({
        records: { answers: 5, records: 5, equal: true, differing: ['label of record x is ham, answered was spam'] },
        paths: [{ what: 'its replay', ok: false, seen: '503 record-failed' }],
        feedback: { sent: 9, joined: 7, failed: [{ status: 429, count: 2 }], neededByCriteria: 50 },
      }),
      { colours: false },
    );
    expect(section(bad, 'Records')).toContain('- label of record x is ham, answered was spam');
    expect(section(bad, 'Records')).toContain('0 of 1 went well\n  - its replay: 503 record-failed');
    expect(section(bad, 'Records')).toContain('(7 of 9) joined, refused: 429 (2)');
  });

  it('tells a kept stage from one with nothing left', () => {
    const kept = sampleReport({ nothingLeft: { checked: false, removedRetained: [], leftOver: [] } });
    expect(section(renderText(kept, { colours: false }), 'Records')).toContain('not checked: the stage was kept');
  });

  it('has colours only when asked, and the same words then', () => {
    const coloured = renderText(sampleReport(), { colours: true });
    expect(plain).not.toContain('\u001b');
    expect(coloured).toContain('\u001b[32m');
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(plain);
  });

  it('lets no string of the report control the terminal', () => {
    const text = renderText(hostileReport('a\u001b[2J\u0007\r\u202eb'), { colours: false });
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });
});

describe('wrap', () => {
  it('breaks long words after a separator where there is one', () => {
    expect(wrap('pilot/operate/Monitor/Accuracy', 16)).toEqual(['pilot/operate/', 'Monitor/Accuracy']);
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
  });
});
