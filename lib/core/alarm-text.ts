import type { IConstruct } from 'constructs';
import { ConfigError } from './config-error';

interface AlarmText {
  /** Heading of the runbook section. */
  readonly id: string;
  /** Name of the severity. */
  readonly severity: string;
  /** What happened, as a sentence without a full stop. */
  readonly what: string;
  /** Link to the very resource. */
  readonly link: string;
  /** Where the runbook is. */
  readonly runbook?: string;
}

/** A CloudWatch alarm description holds 1,024 characters. */
const MAX_DESCRIPTION = 1024;

/** What the person woken reads: how bad it is, what happened, what to do, where to look. */
export function alarmText(scope: IConstruct, alarm: AlarmText): string {
  const runbook = `${alarm.runbook ?? 'docs/runbook.md'}#${alarm.id}`;
  const text = `[${alarm.severity}] ${alarm.what}. Runbook: ${runbook} Look at: ${alarm.link}`;
  if (text.length > MAX_DESCRIPTION) {
    throw new ConfigError(
      scope,
      `the text of alarm "${alarm.id}" has ${text.length} characters, expected at most ${MAX_DESCRIPTION}; shorten it`,
    );
  }
  return text;
}
