/** Colours by role, for light and dark; text on its ground has a contrast of 4.5 or more, which a test computes. */
export const PALETTE = {
  light: {
    ground: '#f5f6f8',
    surface: '#ffffff',
    text: '#1a2230',
    muted: '#566072',
    border: '#dce1e8',
    accent: '#2a5bc7',
    'on-accent': '#ffffff',
    good: '#15703f',
    'good-ground': '#e8f5ee',
    bad: '#b3261e',
    'bad-ground': '#fdeeed',
    warn: '#7f5300',
    'warn-ground': '#fdf4e0',
    'latency-overhead': '#2a5bc7',
    'latency-model': '#b25a00',
    'latency-total': '#1a2230',
    'latency-client': '#7b8494',
    'class-spam': '#b25a00',
    'class-ham': '#2a5bc7',
  },
  dark: {
    ground: '#10141b',
    surface: '#181e28',
    text: '#e5e9f0',
    muted: '#9da9ba',
    border: '#2d3645',
    accent: '#86adff',
    'on-accent': '#10141b',
    good: '#68d6a0',
    'good-ground': '#15291f',
    bad: '#ff958b',
    'bad-ground': '#331b1b',
    warn: '#f2c566',
    'warn-ground': '#2e2613',
    'latency-overhead': '#86adff',
    'latency-model': '#f2a65f',
    'latency-total': '#e5e9f0',
    'latency-client': '#8b97a8',
    'class-spam': '#f2a65f',
    'class-ham': '#86adff',
  },
} as const;

function variables(palette: Readonly<Record<string, string>>): string {
  return Object.entries(palette)
    .map(([role, colour]) => `--${role}:${colour}`)
    .join(';');
}

export const PAGE_STYLE = `
:root { color-scheme: light dark; ${variables(PALETTE.light)} }
@media (prefers-color-scheme: dark) { :root { ${variables(PALETTE.dark)} } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
main { max-width: 1200px; margin: 0 auto; padding: 32px 24px 56px; }
h1 { font-size: 26px; line-height: 1.2; letter-spacing: -0.01em; margin: 0 0 4px; }
h2 { font-size: 17px; line-height: 1.3; margin: 0 0 14px; }
h3 { font-size: 14px; margin: 0 0 8px; }
p { margin: 0 0 10px; }
section > p:last-child { margin-bottom: 0; }
code { font: 0.88em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.quiet { color: var(--muted); }
.meta { color: var(--muted); margin: 0 0 20px; font-size: 14px; }
.banner { border: 1px solid; border-left-width: 6px; border-radius: 8px; padding: 14px 18px; margin: 0 0 20px; }
.banner strong { font-size: 18px; }
.banner.passed { color: var(--good); background: var(--good-ground); }
.banner.failed { color: var(--bad); background: var(--bad-ground); }
.banner ul { color: var(--text); margin: 8px 0 0; padding-left: 20px; }
.banner .notes { color: var(--muted); font-size: 14px; }
.figures { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 12px; margin: 0 0 20px; padding: 0; }
.figure { background: var(--surface); border: 1px solid var(--border); border-radius: 8px; padding: 12px 14px; margin: 0; }
.figure dt { color: var(--muted); font-size: 13px; }
.figure dd { margin: 2px 0 0; }
.figure .value { display: block; font-size: 22px; font-weight: 600; line-height: 1.25; white-space: nowrap; }
.figure .value.bad { color: var(--bad); }
.figure .value.missing { color: var(--warn); }
.figure .note { display: block; color: var(--muted); font-size: 13px; line-height: 1.35; margin-top: 2px; }
section { background: var(--surface); border: 1px solid var(--border); border-radius: 8px; padding: 20px; margin: 0 0 20px; }
.columns { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 20px 28px; align-items: start; }
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 20px; align-items: start; }
.pair > section { height: calc(100% - 20px); }
.missing { color: var(--warn); }
.scroll { overflow-x: auto; max-width: 100%; }
.scroll:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
th, td { text-align: left; vertical-align: top; padding: 7px 20px 7px 0; border-bottom: 1px solid var(--border); overflow-wrap: normal; }
th:last-child, td:last-child { padding-right: 0; }
tbody tr:last-child > * { border-bottom: 0; }
thead th { color: var(--muted); font-weight: 500; font-size: 13px; white-space: nowrap; }
tbody th { font-weight: 500; }
.number { text-align: right; white-space: nowrap; }
.name { min-width: 150px; overflow-wrap: anywhere; }
.long { min-width: 220px; overflow-wrap: anywhere; }
.scroll + .quiet { margin-top: 10px; font-size: 13px; }
.scroll + .scroll, .scroll + .facts { margin-top: 14px; }
.columns + .scroll { margin-top: 14px; }
.whole { display: inline-block; max-width: 100%; }
.short { max-width: 440px; }
.badge { display: inline-block; border: 1px solid; border-radius: 999px; padding: 0 9px; font-size: 12.5px; font-weight: 600; line-height: 1.6; white-space: nowrap; }
.badge.good { color: var(--good); background: var(--good-ground); }
.badge.bad { color: var(--bad); background: var(--bad-ground); border-width: 2px; }
.badge.warn { color: var(--warn); background: var(--warn-ground); border-style: dashed; }
figure { margin: 0; min-width: 0; }
figcaption { font-size: 14px; font-weight: 600; margin: 0 0 8px; }
figcaption .quiet { font-weight: 400; display: block; font-size: 13px; }
.chart { display: block; max-width: 100%; height: auto; color: var(--text); overflow: visible; }
.chart text { white-space: pre; }
.chart [aria-label$="grid"] { stroke: var(--border); stroke-opacity: 1; }
.chart-narrow { display: none; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 0 0 6px; padding: 0; font-size: 13px; }
.legend svg { vertical-align: middle; margin-right: 2px; }
details { border-top: 1px solid var(--border); margin-top: 14px; padding-top: 12px; }
summary { cursor: pointer; font-weight: 600; font-size: 14px; }
details[open] summary { margin-bottom: 8px; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 7px 18px; margin: 0; font-size: 14px; }
.facts dt { color: var(--muted); }
.facts dd { margin: 0; }
.facts ul, .plain { margin: 0; padding-left: 18px; }
footer { color: var(--muted); font-size: 13px; }
@media (max-width: 1080px) {
  .figures { grid-template-columns: repeat(3, minmax(0, 1fr)); }
}
@media (max-width: 860px) {
  .columns, .pair { grid-template-columns: minmax(0, 1fr); }
  .pair > section { height: auto; }
}
@media (max-width: 600px) {
  main { padding: 20px 12px 32px; }
  section { padding: 16px 14px; margin-bottom: 14px; }
  h1 { font-size: 22px; }
  .figures { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 10px; }
  .figure .value { font-size: 19px; }
  .chart-wide { display: none; }
  .chart-narrow { display: block; }
  .facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .facts dd { margin-bottom: 10px; }
}
@media print {
  :root { color-scheme: light; ${variables(PALETTE.light)} }
  body { background: none; font-size: 11pt; }
  main { max-width: none; padding: 0; }
  section, .figure, .banner { break-inside: avoid; }
  .chart, .badge, .banner { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .scroll { overflow: visible; }
}
`;
