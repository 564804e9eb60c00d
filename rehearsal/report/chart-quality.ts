import * as Plot from '@observablehq/plot';
import { AXIS_LABEL, AXIS_ROOM, chart } from './chart';
import { count, percent } from './format';
import type { Markup } from './markup';
import type { ConfidenceBin, Confusion, QualityReport } from './report';

interface Cell {
  readonly truth: string;
  readonly answer: string;
  readonly count: number;
  /** Share of the mails with this truth. */
  readonly share: number | 'unknown';
  readonly right: boolean;
}

/** Strongest shade of a cell: darker, and the text on it would lose its contrast. */
const STRONGEST = 0.4;

export function confusionChart(confusion: Confusion): Markup {
  const cells = cellsOf(confusion);
  const text = {
    id: 'confusion',
    title: 'Answers by true label',
    description: `${cells.map((cell) => `${cell.truth}, ${cell.answer}: ${count(cell.count)}`).join('; ')}.`,
  };
  return chart(text, (width) => ({
    height: width === 'wide' ? 270 : 230,
    marginLeft: 62,
    marginBottom: 10,
    marginTop: 30,
    marginRight: 10,
    padding: 0.04,
    style: { fontSize: '12px' },
    x: { label: null, axis: 'top', tickSize: 0, domain: ['called spam', 'called ham'] },
    y: { label: null, tickSize: 0, domain: ['is spam', 'is ham'] },
    marks: [
      Plot.cell(cells, {
        x: 'answer',
        y: 'truth',
        fill: (cell: Cell) => (cell.right ? 'var(--good)' : 'var(--bad)'),
        fillOpacity: (cell: Cell) => shade(cell.share),
        stroke: (cell: Cell) => (cell.right ? 'var(--good)' : 'var(--bad)'),
        strokeOpacity: 0.6,
        rx: 6,
      }),
      Plot.text(cells, {
        x: 'answer',
        y: 'truth',
        text: (cell: Cell) => count(cell.count),
        fontSize: 26,
        fontWeight: 600,
        dy: -8,
      }),
      Plot.text(cells, {
        x: 'answer',
        y: 'truth',
        text: (cell: Cell) => `${cell.right ? '✓ right' : '✗ wrong'}, ${percent(cell.share)}`,
        fontSize: 12,
        dy: 18,
      }),
    ],
    // The shades are data already: no scale may stretch them.
    opacity: { type: 'identity' },
    color: { type: 'identity' },
  }));
}

export function confidenceChart({ confidence }: QualityReport): Markup | null {
  const first = confidence.findIndex((bin) => bin.spam + bin.ham > 0);
  if (first === -1) return null;
  const shown = confidence.slice(first);
  const bars = [
    ...shown.map((bin) => ({ truth: 'spam', from: bin.from, to: bin.to, count: bin.spam })),
    ...shown.map((bin) => ({ truth: 'ham', from: bin.from, to: bin.to, count: bin.ham })),
  ];
  const text = { id: 'confidence', title: 'Confidence of the answers by true label', description: describe(shown) };
  return chart(text, (width) => ({
    height: width === 'wide' ? 270 : 250,
    marginLeft: 46,
    marginRight: 52,
    ...AXIS_ROOM,
    style: { fontSize: '12px' },
    x: { ...AXIS_LABEL, label: 'confidence', tickFormat: '~f', ticks: width === 'wide' ? 10 : 5 },
    // Square root: a model that is sure of itself would hide its few doubts on a linear scale.
    y: { label: 'answers, square root scale', type: 'sqrt', ticks: 3, grid: true, insetTop: 16 },
    fy: { label: null, domain: ['spam', 'ham'], padding: 0.15 },
    color: { type: 'identity' },
    marks: [
      Plot.rectY(bars, {
        fy: 'truth',
        x1: 'from',
        x2: 'to',
        y: 'count',
        fill: (bar: { truth: string }) => `var(--class-${bar.truth})`,
        insetLeft: 1,
        insetRight: 1,
      }),
      Plot.text(
        bars.filter((bar) => bar.count > 0),
        {
          fy: 'truth',
          x: (bar: { from: number; to: number }) => (bar.from + bar.to) / 2,
          y: 'count',
          text: (bar: { count: number }) => count(bar.count),
          dy: -7,
          fontSize: 11,
        },
      ),
      Plot.ruleY([0], { stroke: 'var(--muted)' }),
    ],
  }));
}

function cellsOf(confusion: Confusion): readonly Cell[] {
  const { truePositives: tp, falsePositives: fp, falseNegatives: fn, trueNegatives: tn } = confusion;
  const cell = (truth: string, answer: string, of: number, all: number, right: boolean): Cell => ({
    truth,
    answer,
    count: of,
    share: all === 0 ? 'unknown' : of / all,
    right,
  });
  return [
    cell('is spam', 'called spam', tp, tp + fn, true),
    cell('is spam', 'called ham', fn, tp + fn, false),
    cell('is ham', 'called spam', fp, fp + tn, false),
    cell('is ham', 'called ham', tn, fp + tn, true),
  ];
}

function shade(share: number | 'unknown'): number {
  return share === 'unknown' ? 0 : 0.03 + (STRONGEST - 0.03) * share;
}

function describe(bins: readonly ConfidenceBin[]): string {
  const said = bins
    .filter((bin) => bin.spam + bin.ham > 0)
    .map(({ from, to, spam, ham }) => `${from.toFixed(2)} to ${to.toFixed(2)}: ${count(spam)} spam, ${count(ham)} ham`);
  return `${said.join('; ')}.`;
}
