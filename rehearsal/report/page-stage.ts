import { stepsChart } from './chart-bars';
import { count, counted, list, NOT_RUN, RECORDED_ONLY, seconds, shareOf, usd } from './format';
import { html, type Markup } from './markup';
import { badge, code, facts, figure, pageTable, section } from './page-parts';
import type { AlarmReport, DeployedReport, NothingLeftReport, RehearsalReport, StepReport } from './report';

export function alarmsSection({ alarms }: RehearsalReport): Markup {
  if (alarms === null) return section('Alarms', null);
  if (alarms.length === 0) return section('Alarms', html`<p>None declared.</p>`);
  const rows = alarms.map((alarm) => [
    alarm.name,
    html`${stateBadge(alarm)}${alarm.provoked === true ? ' provoked' : ''}`,
    alarm.severity,
    alarm.clause ?? '–',
    alarm.reason,
    list(alarm.actions, 'nobody is told'),
    code(alarm.runbook),
  ]);
  return section(
    'Alarms',
    pageTable(
      'Alarms and their state',
      [
        { title: 'Alarm', width: 'name' },
        { title: 'State' },
        { title: 'Severity' },
        { title: 'Clause' },
        { title: 'Reason', width: 'long' },
        { title: 'Tells', width: 'name' },
        { title: 'Runbook', width: 'name' },
      ],
      rows,
    ),
  );
}

function stateBadge({ state }: AlarmReport): Markup {
  const badges: Readonly<Record<AlarmReport['state'], Markup>> = {
    OK: badge('good', 'OK'),
    ALARM: badge('bad', 'ALARM'),
    INSUFFICIENT_DATA: badge('warn', 'insufficient data'),
    NOT_EVALUATED: badge('warn', 'not evaluated'),
  };
  return badges[state];
}

export function budgetSection({ budget }: RehearsalReport): Markup {
  if (budget === null) return section('Budget', null);
  if (budget === 'not declared') return section('Budget', html`<p>${budget}</p>`);
  const thresholds = budget.thresholds.map(({ percent, type }) => `${count(percent)} % ${type.toLowerCase()}`);
  return section(
    'Budget',
    facts([
      ['Limit', `${usd(budget.limitUsd)} a month`],
      ['Alerts at', list(thresholds, 'no threshold')],
      ['Told', counted(budget.subscribers, 'subscriber')],
      ['Counts', code(budget.filteredBy)],
    ]),
  );
}

export function deployedSection({ deployed }: RehearsalReport): Markup {
  if (deployed === null) return section('Deployed', null);
  const resources = deployed.stacks.reduce((sum, stack) => sum + stack.resources, 0);
  const stacks = pageTable(
    'Stacks',
    [{ title: 'Stack' }, { title: 'Resources', numeric: true }],
    [...deployed.stacks.map((stack) => [stack.name, count(stack.resources)]), ['together', count(resources)]],
  );
  const unchanged = `${shareOf(deployed.resourcesUnchanged, resources)} resources went to the emulator as they go to AWS; ${counted(deployed.resourceTypes, 'resource type')}.`;
  return section('Deployed', html`<p>${unchanged}</p><div class="short">${stacks}</div>${standIns(deployed)}`);
}

function standIns({ standIns: all }: DeployedReport): Markup {
  if (all.length === 0) return html`<p class="quiet">No stand-in was needed.</p>`;
  const table = pageTable(
    'Stand-ins',
    [
      { title: 'Declared type', width: 'long' },
      { title: 'Construct', width: 'long' },
      { title: 'Logical id', width: 'long' },
      { title: 'Stack' },
      { title: 'In the emulator', width: 'name' },
    ],
    all.map((one) => [code(one.type), code(one.path), code(one.logicalId), one.stack, one.backedBy ?? RECORDED_ONLY]),
  );
  return html`<details><summary>${counted(all.length, 'stand-in')} for what the emulator lacks</summary>${table}</details>`;
}

export function stepsSection({ steps }: RehearsalReport): Markup {
  const drawing = stepsChart(steps);
  const rows = steps.map((step) => [
    step.name,
    stepBadge(step),
    step.status === NOT_RUN ? '–' : seconds(step.seconds),
    step.detail ?? '',
  ]);
  const columns = [
    { title: 'Step', width: 'name' },
    { title: 'Status' },
    { title: 'Took', numeric: true },
    { title: 'Detail' },
  ] as const;
  return section(
    'Steps',
    html`<div class="columns">${drawing === null ? null : figure('Steps over time', 'one after the other', drawing)}<div>${pageTable('Steps', columns, rows)}</div></div>`,
  );
}

function stepBadge({ status }: StepReport): Markup {
  return badge(status === 'done' ? 'good' : status === 'failed' ? 'bad' : 'warn', status);
}

export function nothingLeftSection({ nothingLeft }: RehearsalReport): Markup {
  return section('Nothing left', nothingLeft === null ? null : leftovers(nothingLeft));
}

function leftovers({ checked, leftOver, removedRetained }: NothingLeftReport): Markup {
  if (!checked) return html`<p>${badge('warn', 'not checked')} The stage was kept.</p>`;
  const named = (resources: typeof leftOver): Markup | string =>
    resources.length === 0
      ? 'none'
      : html`<ul>${resources.map(({ type, name }) => html`<li>${type} ${code(name)}</li>`)}</ul>`;
  return facts([
    ['Left over', html`${leftOver.length === 0 ? badge('good', 'none') : named(leftOver)}`],
    ['Retained by the profile, then removed', named(removedRetained)],
  ]);
}

export function notRunSection({ notRun }: RehearsalReport): Markup {
  if (notRun.length === 0) return section('What did not run', html`<p>Nothing.</p>`);
  const rows = notRun.map(({ what, why }) => [what, why]);
  return section(
    'What did not run',
    pageTable(
      'What did not run',
      [
        { title: 'What', width: 'name' },
        { title: 'Why', width: 'long' },
      ],
      rows,
    ),
  );
}
