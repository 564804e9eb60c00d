import { relative } from 'node:path';
import { Command } from 'commander';
import type { Finding } from '../lib/check/api';
import { checkTemplates } from '../lib/check/check-templates';
import { keyOf } from './check/acknowledgements';
import { type CheckedSet, readInputs } from './check/read-inputs';
import { CliError, EXIT } from './errors';
import { example, type Output, printJson, printTable, wrapped } from './output';

export interface CheckCommandOptions {
  /** Default: standard output. */
  readonly output?: Output;
}

interface Checked {
  readonly templates: number;
  readonly findings: readonly Finding[];
  /** Findings that somebody accepted, with the reason. */
  readonly acknowledged: readonly Finding[];
}

/** `slipway check <cdk.out | template>...`: what SageMaker and its neighbours would refuse or ignore in templates. */
export function checkCommand(options: CheckCommandOptions = {}): Command {
  const { output = process.stdout } = options;
  return new Command('check')
    .description('checks templates of endpoints, scaling, alarms and budgets, whoever made them')
    .argument('<path...>', 'cloud assemblies, such as cdk.out, and templates in JSON or YAML')
    .option('--json', 'print JSON')
    .addHelpText('after', example('slipway check cdk.out'))
    .action(async (paths: string[], flags: { readonly json?: boolean }) => {
      const checked = checkSets(await readInputs(paths));
      if (checked.templates === 0) throw new CliError(`${paths.join(', ')} holds no templates; synthesize it first`);
      if (flags.json === true) printJson(output, checked);
      else printFindings(output, checked);
      const errors = count(checked.findings, 'error');
      if (errors > 0) throw new CliError(`${number(errors, 'error')} found`, EXIT.failed);
    });
}

function checkSets(sets: readonly CheckedSet[]): Checked {
  const findings = sets.flatMap(({ templates, acknowledgements }) =>
    checkTemplates(templates).map((finding) => {
      const reason = acknowledgements.get(keyOf(finding.template, finding.logicalId))?.get(finding.id);
      return {
        ...finding,
        ...(reason === undefined ? {} : { acknowledged: reason }),
        template: shortened(finding.template),
      };
    }),
  );
  return {
    templates: sets.reduce((sum, { templates }) => sum + templates.length, 0),
    findings: findings.filter(({ acknowledged }) => acknowledged === undefined),
    acknowledged: findings.filter(({ acknowledged }) => acknowledged !== undefined),
  };
}

/** A path as one would type it here. */
function shortened(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path;
}

/** Fits most terminals: of 120 columns, what borders and padding leave. */
const WIDTHS = { where: 46, what: 64 } as const;

function printFindings(output: Output, { templates, findings, acknowledged }: Checked): void {
  if (findings.length > 0) {
    printTable(
      output,
      ['where', 'what'],
      findings.map((finding) => [whereText(finding), whatText(finding)]),
    );
  }
  const counts = [number(count(findings, 'error'), 'error'), number(count(findings, 'warning'), 'warning')];
  const accepted = acknowledged.length === 0 ? '' : `, ${acknowledged.length} acknowledged`;
  output.write(`${number(templates, 'template')}: ${counts.join(', ')}${accepted}\n`);
}

function whereText({ id, severity, template, logicalId, path }: Finding): string {
  const lines = [template, logicalId, path].map((text) => broken(text, WIDTHS.where));
  return [`${severity} ${id}`, ...lines].join('\n');
}

function whatText({ message, value, limit, fix, source }: Finding): string {
  const given = typeof value === 'object' || value === undefined ? [] : [`is: ${String(value)}`];
  const lines = [message, ...given, `limit: ${limit}`, `fix: ${fix}`];
  return [...lines.map((line) => wrapped(line, WIDTHS.what)), broken(source, WIDTHS.what)].join('\n');
}

/** A path or an address in lines of at most `width` characters, broken after one of its parts where that is possible. */
function broken(text: string, width: number): string {
  const parts = text.split(/(?<=[/.])/);
  const lines: string[] = [''];
  for (const part of parts) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + part.length > width) lines.push(part);
    else lines[lines.length - 1] = last + part;
  }
  return lines.join('\n');
}

function count(findings: readonly Finding[], severity: Finding['severity']): number {
  return findings.filter((finding) => finding.severity === severity).length;
}

function number(amount: number, of: string): string {
  return `${amount} ${of}${amount === 1 ? '' : 's'}`;
}
