import * as Plot from '@observablehq/plot';
import { AXIS_LABEL, AXIS_ROOM, type ChartWidth, chart } from './chart';
import { count, seconds } from './format';
import type { Markup } from './markup';
import type { GuardReport, StepReport } from './report';

interface Bar {
  readonly row: number;
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly fill: string;
  readonly stroke: string;
}

/** Steps run one after the other, so each begins where the one before ended. */
export function stepsChart(steps: readonly StepReport[]): Markup | null {
  let elapsed = 0;
  const bars = steps.map((step, row): Bar => {
    const from = elapsed;
    elapsed += step.seconds;
    const colour = step.status === 'failed' ? 'var(--bad)' : 'var(--accent)';
    const label = step.status === 'done' ? seconds(step.seconds) : stepLabel(step);
    return { row, name: step.name, from, to: elapsed, label, fill: colour, stroke: colour };
  });
  if (elapsed === 0) return null;
  const text = {
    id: 'steps',
    title: 'Steps of the rehearsal over time',
    description: `${bars.map((bar) => `${bar.name}: ${bar.label}`).join('; ')}.`,
  };
  return chart(text, (width) => ({ ...barsOptions(bars, width), x: axis('seconds since the start', elapsed) }));
}

/** An observing rule is drawn hollow: it changed nothing. */
export function guardChart({ interventions }: GuardReport): Markup | null {
  const most = Math.max(0, ...interventions.map((one) => one.count));
  if (most === 0) return null;
  const bars = interventions.map(
    (one, row): Bar => ({
      row,
      name: one.rule,
      from: 0,
      to: one.count,
      label: `${count(one.count)}, ${one.mode === 'observe' ? 'observed only' : one.action}`,
      fill: one.mode === 'observe' ? 'none' : 'var(--accent)',
      stroke: 'var(--accent)',
    }),
  );
  const text = {
    id: 'guard',
    title: 'Interventions by guard rule',
    description: `${bars.map((bar) => `${bar.name}: ${bar.label}`).join('; ')}.`,
  };
  return chart(text, (width) => ({ ...barsOptions(bars, width), x: axis('interventions', most) }));
}

function stepLabel(step: StepReport): string {
  return step.status === 'failed' ? `✗ failed after ${seconds(step.seconds)}` : step.status;
}

function axis(label: string, most: number): Plot.ScaleOptions {
  return { ...AXIS_LABEL, label, domain: [0, most], ticks: Math.min(4, Math.ceil(most)), grid: true };
}

/** Wide: names beside the bars. Narrow: names above them, where there is room for a long one. */
function barsOptions(bars: readonly Bar[], width: ChartWidth): Plot.PlotOptions {
  const wide = width === 'wide';
  const all = Math.max(...bars.map((bar) => bar.to));
  // A label goes to the left of a bar that ends too far right to leave room.
  const leftward = (bar: Bar): boolean => bar.to > all * 0.72 && bar.from > all * 0.45;
  const inside = (bar: Bar): boolean => bar.to > all * 0.72 && !leftward(bar);
  const labels = (chosen: readonly Bar[], x: 'from' | 'to', anchor: 'start' | 'end', fill: string): Plot.Markish =>
    Plot.text(chosen, {
      x,
      y: 'row',
      text: 'label',
      textAnchor: anchor,
      dx: anchor === 'start' ? 6 : -6,
      dy: wide ? 0 : 7,
      fill,
    });
  const hollow = (bar: Bar): boolean => bar.fill === 'none';
  return {
    height: bars.length * (wide ? 30 : 42) + 66,
    marginLeft: wide ? 196 : 8,
    marginRight: 14,
    ...AXIS_ROOM,
    style: { fontSize: '12px' },
    color: { type: 'identity' },
    y: {
      type: 'band',
      domain: bars.map((bar) => bar.row),
      label: null,
      tickSize: 0,
      padding: wide ? 0.3 : 0.12,
      axis: wide ? 'left' : null,
      tickFormat: (row: number) => shortened(bars[row]?.name ?? '', 30),
    },
    marks: [
      Plot.barX(bars, {
        x1: 'from',
        x2: 'to',
        y: 'row',
        fill: 'fill',
        stroke: 'stroke',
        strokeWidth: 1.25,
        rx: 2,
        insetTop: wide ? 0 : 18,
      }),
      labels(
        bars.filter((bar) => !leftward(bar) && !inside(bar)),
        'to',
        'start',
        'currentColor',
      ),
      labels(bars.filter(leftward), 'from', 'end', 'currentColor'),
      labels(
        bars.filter((bar) => inside(bar) && !hollow(bar)),
        'to',
        'end',
        'var(--on-accent)',
      ),
      labels(
        bars.filter((bar) => inside(bar) && hollow(bar)),
        'to',
        'end',
        'currentColor',
      ),
      ...(wide
        ? []
        : [
            Plot.text(bars, {
              y: 'row',
              text: (bar: Bar) => shortened(bar.name, 44),
              frameAnchor: 'left',
              dy: -10,
              fontWeight: 600,
            }),
          ]),
    ],
  };
}

function shortened(name: string, most: number): string {
  return name.length <= most ? name : `${name.slice(0, most - 1)}…`;
}
