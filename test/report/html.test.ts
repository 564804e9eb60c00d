import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../rehearsal/report/html';
import { PALETTE } from '../../rehearsal/report/page-style';
import { emptyReport, hostileReport, sampleReport } from './sample';
import { figuresIn, figuresOf } from './shown-figures';

const HOSTILE = `<script>alert(1)</script><img src=x onerror=alert(2)>"'&</title></style></svg>`;

interface PageElement {
  readonly textContent: string;
  readonly tagName: string;
  readonly id: string;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
  getAttribute(name: string): string | null;
  getAttributeNames(): Iterable<string>;
}

function pageOf(source: string): PageElement {
  return parseHTML(source).document.documentElement;
}

function all(page: PageElement, selector: string): readonly PageElement[] {
  return [...page.querySelectorAll(selector)];
}

function section(page: PageElement, title: string): string {
  return all(page, 'section').find((one) => one.querySelector('h2')?.textContent === title)?.textContent ?? '';
}

const source = renderHtml(sampleReport());
const page = pageOf(source);
const hostile = renderHtml(hostileReport(HOSTILE));

describe('the report as a page', () => {
  it('needs nothing beside itself and points nowhere', () => {
    expect(source.replaceAll(/ xmlns(:\w+)?="[^"]*"/g, '')).not.toMatch(/https?:/);
    expect(all(page, 'script, link, img, iframe, object, embed, base, form, a[href], use, image')).toEqual([]);
    expect(source).not.toMatch(/url\(|@import|src=/);
    expect(page.querySelector('meta[http-equiv]')?.getAttribute('content')).toContain("default-src 'none'");
  });

  it('makes hostile strings text: no element and no attribute comes of them', () => {
    const attacked = pageOf(hostile);
    expect(all(attacked, 'script, img')).toEqual([]);
    expect(
      all(attacked, '*').flatMap((one) => [...one.getAttributeNames()].filter((name) => /^on/i.test(name))),
    ).toEqual([]);
    expect(hostile).not.toMatch(/<script|<img/i);
    expect(attacked.querySelector('h1')?.textContent).toBe(`Rehearsal of ${HOSTILE} · ${HOSTILE}`);
    expect(section(attacked, 'Alarms')).toContain(HOSTILE);
  });

  it('has the same elements whatever the strings are', () => {
    const outline = (text: string): string[] =>
      all(pageOf(renderHtml(hostileReport(text))), '*').map((one) => one.tagName);
    const tags = (text: string): string[] => outline(text).filter((tag) => !/^WBR$/i.test(tag));
    expect(tags(HOSTILE)).toEqual(tags('harmless'));
  });

  it('shows no figure that the JSON does not hold', () => {
    const said = all(page, 'svg title, svg desc').map((one) => one.textContent);
    const outside = source.replace(/<(svg|style).*?<\/\1>/gs, ' ').replace(/<[^>]*>/g, ' ');
    const shown = [outside, ...said].join('\n').replace('the dotted line is 95 %', '').replaceAll('&#39;', '');
    const allowed = figuresOf(sampleReport());
    expect(figuresIn(shown).length).toBeGreaterThan(100);
    expect(figuresIn(shown).filter((figure) => !allowed.has(figure))).toEqual([]);
  });

  it('says "not run" in every section that did not run, and draws nothing for it', () => {
    const empty = pageOf(renderHtml(emptyReport()));
    for (const title of [
      'Quality',
      'Latency',
      'Guard',
      'Alarms',
      'Traffic',
      'Training',
      'Budget',
      'Deployed',
      'Nothing left',
    ]) {
      expect(section(empty, title), title).toBe(`${title}– not run`);
    }
    expect(section(empty, 'Records and permissions').match(/not run/g)).toHaveLength(4);
    expect(all(empty, '.figure .value.missing').map((one) => one.textContent)).toEqual(Array(5).fill('not run'));
    expect(all(empty, 'svg').map((one) => one.querySelector('title')?.textContent)).toEqual(
      Array(2).fill('Steps of the rehearsal over time'),
    );
  });

  it('states verdict, failures and notes at the top', () => {
    const failed = pageOf(
      renderHtml(
        sampleReport({ feedback: { sent: 9, joined: 8, failed: [{ status: 429, count: 1 }], neededByCriteria: 50 } }),
      ),
    );
    expect(page.querySelector('.banner')?.textContent).toMatch(/^✓ Passed/);
    expect(failed.querySelector('.banner strong')?.textContent).toBe('✗ Failed');
    expect(failed.querySelector('.banner .failures')?.textContent).toBe(
      'feedback was sent 9 times and joined 8 times; refused: 429 (1)',
    );
    expect(section(failed, 'Records and permissions')).toContain('(8 of 9), refused: ✗ 429 1');
    expect(failed.querySelector('.banner .notes')?.textContent).toContain('spam-filter-pilot-silence');
  });

  it('tells the states of alarms by sign and word', () => {
    const badges = all(page, 'section .badge').map((one) => one.textContent);
    expect(badges).toEqual(expect.arrayContaining(['✓ OK', '? insufficient data', '? not evaluated']));
    expect(all(pageOf(hostile), '.badge').map((one) => one.textContent)).toContain('✗ ALARM');
  });

  it('draws each chart wide and narrow, each with a title and a description of its own', () => {
    const drawings = all(page, 'svg[role="img"]');
    expect(drawings).toHaveLength(12);
    for (const drawing of drawings) {
      const title = drawing.querySelector('title');
      const description = drawing.querySelector('desc');
      expect(title?.id).toBe(drawing.getAttribute('aria-labelledby'));
      expect(description?.id).toBe(drawing.getAttribute('aria-describedby'));
      expect(description?.textContent).toMatch(/\d/);
    }
    const ids = all(page, '[id]').map((one) => one.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('marks the objective in the latency chart, and only where the contract states one', () => {
    const latency = sampleReport().latency;
    if (latency === null) throw new Error('the sample has latencies');
    const without = renderHtml(sampleReport({ latency: { ...latency, objectiveP95Ms: null } }));
    expect(source).toContain('objective p95 200 ms');
    expect(without).not.toContain('objective p95');
    expect(section(pageOf(without), 'Latency')).toContain('The contract states no objective.');
  });

  it('draws samples of 0 ms on its logarithmic axis', () => {
    const latency = sampleReport().latency;
    if (latency === null) throw new Error('the sample has latencies');
    const samples = { ...latency.samples, model: [0, 0, 1] };
    const drawn = renderHtml(sampleReport({ latency: { ...latency, samples } }));
    expect(drawn).not.toMatch(/NaN|Infinity|undefined/);
    const lines = all(pageOf(drawn), 'svg[aria-labelledby="latency-wide-title"] [aria-label="line"] path');
    expect(lines.map((line) => line.getAttribute('d')?.startsWith('M'))).toEqual([true, true, true, true]);
  });

  it('heads every table and lets it scroll by keyboard inside its own box', () => {
    const tables = all(page, 'table');
    expect(tables.length).toBeGreaterThan(6);
    for (const table of tables) {
      expect(table.querySelector('caption')?.textContent).not.toBe('');
      expect(all(table, 'thead th').every((head) => head.getAttribute('scope') === 'col')).toBe(true);
      expect(all(table, 'tbody th').every((head) => head.getAttribute('scope') === 'row')).toBe(true);
    }
    expect(all(page, '.scroll[tabindex="0"] > table')).toHaveLength(tables.length);
    expect(page.getAttribute('lang')).toBe('en');
  });

  it('holds no broken number', () => {
    expect(source).not.toMatch(/NaN|Infinity|undefined|\[object/);
  });
});

describe('the palette', () => {
  const TEXT = ['text', 'muted', 'accent', 'good', 'bad', 'warn'] as const;

  it.each(['light', 'dark'] as const)('has a contrast of at least 4.5 for text in %s', (scheme) => {
    const palette = PALETTE[scheme];
    const pairs: readonly (readonly [string, string])[] = [
      ...TEXT.flatMap((role) => [[palette[role], palette.surface] as const, [palette[role], palette.ground] as const]),
      ...(['good', 'bad', 'warn'] as const).map((role) => [palette[role], palette[`${role}-ground`]] as const),
      ...(['good', 'bad'] as const).map((role) => [palette.muted, palette[`${role}-ground`]] as const),
      [palette['on-accent'], palette.accent],
      [palette['on-accent'], palette.bad],
    ];
    for (const [text, ground] of pairs)
      expect(contrast(text, ground), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
  });

  it.each(['light', 'dark'] as const)('has a contrast of at least 3 for lines and bars in %s', (scheme) => {
    const palette = PALETTE[scheme];
    const marks = Object.entries(palette).filter(([role]) => /^(latency|class)-/.test(role));
    expect(marks).toHaveLength(6);
    for (const [role, colour] of marks) expect(contrast(colour, palette.surface), role).toBeGreaterThanOrEqual(3);
  });
});

/** WCAG 2.2, relative luminance and contrast ratio. */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
