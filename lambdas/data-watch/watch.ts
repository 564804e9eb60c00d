import type { LatestVersion } from '../../protocol/dataset-catalogue';
import { METRIC } from '../../protocol/metrics';
import type { MetricValues } from '../shared/emf';

/** The catalogue, as far as it says how old things are. */
export interface WatchedCatalogue {
  latest(): Promise<LatestVersion | undefined>;
  /** When the last run ended well, ISO 8601; undefined where none has. */
  lastGoodEnd(): Promise<string | undefined>;
  /** When the pipeline was first looked at, ISO 8601: `now` where that is now. */
  firstSeen(now: string): Promise<string>;
}

/**
 * How long ago a run ended well, and how old the newest event of the latest version is, where the schema says what an event is. What has
 * never been is as old as the watch: a pipeline that was just deployed has its time to begin.
 */
export async function watch(catalogue: WatchedCatalogue, hasEvents: boolean, now: number): Promise<MetricValues> {
  const since = await catalogue.firstSeen(new Date(now).toISOString());
  const ended = await catalogue.lastGoodEnd();
  const newest = hasEvents ? ((await catalogue.latest())?.newestEvent ?? since) : undefined;
  return {
    [METRIC.dataRunAge]: secondsSince(ended ?? since, now),
    [METRIC.dataNewestEventAge]: newest === undefined ? undefined : secondsSince(newest, now),
  };
}

/** An event of the future is as young as can be. */
function secondsSince(at: string, now: number): number {
  return Math.max(0, (now - Date.parse(at)) / 1000);
}
