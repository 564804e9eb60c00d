import * as Plot from '@observablehq/plot';
import { AXIS_LABEL, AXIS_ROOM, chart } from './chart';
import { milliseconds } from './format';
import { html, type Markup } from './markup';
import { thin } from './percentiles';
import type { LatencyKind, LatencyReport } from './report';

/** Colour and dash both tell the lines apart. */
const LINES: readonly { readonly kind: LatencyKind; readonly name: string; readonly dash: string }[] = [
  { kind: 'overhead', name: 'overhead', dash: '7 3' },
  { kind: 'model', name: 'model', dash: '2 2' },
  { kind: 'total', name: 'total', dash: 'none' },
  { kind: 'client', name: 'client', dash: '9 3 2 3' },
];

/** More points than this are drawn over each other. */
const POINTS = 160;
/** A logarithmic axis has no 0; nothing here is measured finer than this. */
const LEAST_MS = 0.01;

export function latencyChart(latency: LatencyReport): Markup | null {
  const points = LINES.flatMap(({ kind }) => cumulative(kind, latency.samples[kind]));
  if (points.length === 0) return null;
  const objective = latency.objectiveP95Ms;
  const all = [...points.map((point) => point.ms), ...(objective === null ? [] : [Math.max(objective, LEAST_MS)])];
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const lines = LINES.filter(({ kind }) => latency.samples[kind].length > 0);
  const text = {
    id: 'latency',
    title: 'Share of requests answered within a latency',
    description: describe(latency),
  };
  return html`<ul class="legend">${lines.map(legend)}</ul>${chart(text, (width) => ({
    height: width === 'wide' ? 300 : 260,
    marginLeft: 46,
    marginRight: 16,
    marginTop: 26,
    ...AXIS_ROOM,
    style: { fontSize: '12px' },
    x: {
      ...AXIS_LABEL,
      type: 'log',
      domain: [least, most * 1.3],
      label: 'latency in ms, logarithmic',
      ticks: width === 'wide' ? 6 : 4,
      tickFormat: '~r',
      grid: true,
    },
    y: { domain: [0, 1], label: null, tickFormat: '.0%', ticks: 5, grid: true },
    marks: [
      ...objectiveRule(objective, Math.sqrt(least * most)),
      Plot.ruleY([0.95], { stroke: 'var(--muted)', strokeDasharray: '1 3' }),
      ...lines.map(({ kind, dash }) =>
        Plot.line(
          points.filter((point) => point.kind === kind),
          {
            x: 'ms',
            y: 'share',
            curve: 'step-after',
            stroke: `var(--latency-${kind})`,
            strokeWidth: kind === 'total' ? 2.5 : 1.75,
            strokeDasharray: dash,
          },
        ),
      ),
      Plot.ruleY([0], { stroke: 'var(--muted)' }),
    ],
  }))}`;
}

/** Labelled towards the middle of the axis, where there is room. */
function objectiveRule(objective: number | null, middle: number): Plot.Markish[] {
  if (objective === null) return [];
  return [
    Plot.ruleX([objective], { stroke: 'var(--bad)', strokeWidth: 1.5 }),
    Plot.text([objective], {
      x: (ms: number) => ms,
      frameAnchor: 'top',
      dy: -14,
      textAnchor: objective > middle ? 'end' : 'start',
      dx: objective > middle ? 4 : -4,
      text: () => `objective p95 ${milliseconds(objective)}`,
      fill: 'var(--bad)',
    }),
  ];
}

function cumulative(kind: LatencyKind, samples: readonly number[]): { kind: LatencyKind; ms: number; share: number }[] {
  const kept = thin(samples, POINTS);
  return kept.map((ms, index) => ({ kind, ms: Math.max(ms, LEAST_MS), share: (index + 1) / kept.length }));
}

function describe(latency: LatencyReport): string {
  const figures = LINES.flatMap(({ kind, name }) => {
    const summary = latency[kind];
    return summary === null ? [] : [`${name} p50 ${milliseconds(summary.p50)}, p95 ${milliseconds(summary.p95)}`];
  });
  const objective = latency.objectiveP95Ms;
  return `${figures.join('; ')}; ${objective === null ? 'no objective' : `objective for total p95 ${milliseconds(objective)}`}.`;
}

function legend({ kind, name, dash }: (typeof LINES)[number]): Markup {
  return html`<li><svg width="30" height="8" aria-hidden="true"><line x1="0" y1="4" x2="30" y2="4" stroke="var(--latency-${kind})" stroke-width="2.5" stroke-dasharray="${dash}"/></svg> ${name}</li>`;
}
