import type { DatasetRun } from '../../protocol/dataset-catalogue';

/** Clocks of those who write events may be ahead by so much. What is later is a wrong time, and no event. */
const SKEW_MS = 60 * 60_000;

/** Milliseconds since the epoch from which a run is judged and measured; `now` where nothing is known of it. */
export function beginOf(run: DatasetRun | undefined, now: number): number {
  const began = run?.resumedAt ?? run?.startedAt;
  return began === undefined ? now : Date.parse(began);
}

/** The latest time that an event can have which a run finds that began at `began`. */
export function latestEvent(began: number): number {
  return began + SKEW_MS;
}

/** A newest event if it can be one: a single wrong time would else pass for news for as long as it lies ahead. */
export function credible(newestEvent: string | undefined, began: number): string | undefined {
  return newestEvent !== undefined && Date.parse(newestEvent) <= latestEvent(began) ? newestEvent : undefined;
}
