import { NOT_RUN } from './format';
import { html, type Markup, type MarkupValue } from './markup';

export interface PageColumn {
  readonly title: string;
  readonly numeric?: boolean;
  /** Least widths keep a narrow screen from breaking names into syllables: the table scrolls instead. */
  readonly width?: 'name' | 'long';
}

/** The first cell of each row heads it. */
export function pageTable(
  caption: string,
  columns: readonly PageColumn[],
  rows: readonly (readonly MarkupValue[])[],
): Markup {
  const head = columns.map((column) => html`<th scope="col" class="${classOf(column)}">${column.title}</th>`);
  const body = rows.map(
    (row) =>
      html`<tr>${columns.map((column, index) =>
        index === 0
          ? html`<th scope="row" class="${classOf(column)}">${row[index]}</th>`
          : html`<td class="${classOf(column)}">${row[index]}</td>`,
      )}</tr>`,
  );
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** `null` is said as such. */
export function section(title: string, body: Markup | null): Markup {
  return html`<section><h2>${title}</h2>${body ?? missing()}</section>`;
}

export function missing(): Markup {
  return html`<p class="missing">– ${NOT_RUN}</p>`;
}

export function figure(caption: string, detail: string, drawing: Markup): Markup {
  return html`<figure><figcaption>${caption}<span class="quiet">${detail}</span></figcaption>${drawing}</figure>`;
}

/** A sign and words beside the colour: the colour alone tells nothing to many. */
export function badge(kind: 'good' | 'bad' | 'warn', text: string): Markup {
  const signs = { good: '✓', bad: '✗', warn: '?' };
  return html`<span class="badge ${kind}">${signs[kind]} ${text}</span>`;
}

export function facts(entries: readonly (readonly [string, MarkupValue])[]): Markup {
  return html`<dl class="facts">${entries.map(([term, value]) => html`<dt>${term}</dt><dd>${value}</dd>`)}</dl>`;
}

/** Paths and types may break after a separator. */
export function code(text: string): Markup {
  return html`<code>${text.split(/(?<=[/#:.])/).map((piece) => html`${piece}<wbr>`)}</code>`;
}

function classOf({ numeric, width }: PageColumn): string {
  return numeric === true ? 'number' : (width ?? '');
}
