import * as Plot from '@observablehq/plot';
import { AXIS_LABEL, AXIS_ROOM, type ChartWidth, chart } from './chart';
import { count } from './format';
import type { Markup } from './markup';
import type { DataReport } from './report';

interface Part {
  readonly run: string;
  readonly what: string;
  readonly rows: number;
  readonly fill: string;
}

/** Colours that the page has, and words for who does not see them. */
const KINDS = [
  { kind: 'published', what: 'published', fill: 'var(--accent)' },
  { kind: 'duplicates', what: 'duplicates', fill: 'var(--muted)' },
  { kind: 'quarantined', what: 'set apart', fill: 'var(--bad)' },
] as const;

/** One bar a run: where its rows went. Null where no run counted any. */
export function dataChart({ runs }: DataReport): Markup | null {
  const parts = runs.flatMap(({ what: run, counts }): Part[] =>
    counts === null ? [] : KINDS.map(({ kind, what, fill }) => ({ run, what, rows: counts[kind], fill })),
  );
  const most = Math.max(0, ...runs.map(({ counts }) => counts?.rows ?? 0));
  if (most === 0) return null;
  const names = runs.map(({ what }) => what);
  const text = {
    id: 'data',
    title: 'Where the rows of each run went',
    description: `${names.map((run) => `${run}: ${described(parts.filter((part) => part.run === run))}`).join('; ')}.`,
  };
  return chart(text, (width) => options(parts, names, most, width));
}

function described(parts: readonly Part[]): string {
  return parts.length === 0 ? 'not counted' : parts.map(({ what, rows }) => `${count(rows)} ${what}`).join(', ');
}

function options(parts: readonly Part[], names: readonly string[], most: number, width: ChartWidth): Plot.PlotOptions {
  const wide = width === 'wide';
  const label = (run: string) => {
    const own = parts.filter((part) => part.run === run && part.rows > 0);
    const rows = own.reduce((sum, part) => sum + part.rows, 0);
    return wide && rows > 0 ? described(own) : `${count(rows)} rows`;
  };
  return {
    height: names.length * 52 + 66,
    marginLeft: 8,
    marginRight: 14,
    ...AXIS_ROOM,
    style: { fontSize: '12px' },
    color: { type: 'identity' },
    x: { ...AXIS_LABEL, label: 'rows', domain: [0, most], ticks: wide ? 5 : 3, grid: true },
    y: { type: 'band', domain: [...names], label: null, axis: null, padding: 0.12 },
    marks: [
      Plot.barX(parts, { x: 'rows', y: 'run', fill: 'fill', insetTop: 20 }),
      Plot.text(names, {
        y: (run: string) => run,
        text: (run: string) => `${run}: ${label(run)}`,
        frameAnchor: 'left',
        textAnchor: 'start',
        dy: -14,
        fontWeight: 600,
      }),
    ],
  };
}
