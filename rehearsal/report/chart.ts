import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { html, Markup } from './markup';

export interface ChartText {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  /** What the chart shows, with its figures, for who does not see it. */
  readonly description: string;
}

/** Widths in pixels: text in a scaled drawing shrinks with it, so that a phone gets a drawing of its own. */
const WIDTHS = { wide: 540, narrow: 324 } as const;
export type ChartWidth = keyof typeof WIDTHS;

/** Keeps an axis label clear of the tick labels above it. */
export const AXIS_ROOM = { marginBottom: 46 } as const;
export const AXIS_LABEL = { labelAnchor: 'center', labelArrow: 'none', labelOffset: 40 } as const;

export type Drawing = (width: ChartWidth) => Plot.PlotOptions;

/** What is used of the element that Plot returns; the project has no DOM types. */
interface DrawnElement {
  readonly outerHTML: string;
  readonly ownerDocument: { createElement(name: string): DrawnElement };
  textContent: string | null;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  querySelector(selector: string): { remove(): void } | null;
  prepend(...children: readonly DrawnElement[]): void;
}

/** One chart in both widths; the style sheet shows the one that fits. */
export function chart(text: ChartText, drawing: Drawing): Markup {
  const drawn = (width: ChartWidth): Markup =>
    html`<div class="chart-${width}">${draw(text, drawing(width), width)}</div>`;
  return html`${drawn('wide')}${drawn('narrow')}`;
}

function draw(text: ChartText, options: Plot.PlotOptions, width: ChartWidth): Markup {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg: DrawnElement = Plot.plot({ ...options, document, width: WIDTHS[width], className: 'chart' });
  // Plot repeats its rules in each drawing; the page's style sheet has them once.
  svg.querySelector('style')?.remove();
  const title = labelling(svg, 'title', `${text.id}-${width}-title`, text.title);
  const description = labelling(svg, 'desc', `${text.id}-${width}-desc`, text.description);
  svg.prepend(title, description);
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-labelledby', `${text.id}-${width}-title`);
  svg.setAttribute('aria-describedby', `${text.id}-${width}-desc`);
  return new Markup(svg.outerHTML);
}

function labelling(svg: DrawnElement, name: string, id: string, text: string): DrawnElement {
  const element = svg.ownerDocument.createElement(name);
  element.setAttribute('id', id);
  element.textContent = text;
  return element;
}
