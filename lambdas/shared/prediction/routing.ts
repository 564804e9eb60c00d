import type { ModelVersion } from '../../../protocol/model-version';
import type { Diagnostics } from '../diagnostics';
import type { Clock, Registry } from './ports';

/** How long a routing document is trusted: after `models use`, a warm handler serves the earlier version this long. */
const FRESH_MS = 5_000;
/** With the registry unreachable, the last document serves on this long. */
const STALE_MS = 60_000;

export type Route =
  | { readonly kind: 'live'; readonly version: ModelVersion }
  /** `reason` is for the caller. */
  | { readonly kind: 'none'; readonly reason: string };

interface Seen {
  readonly at: number;
  readonly target: { readonly version: string } | { readonly reason: string };
}

/** Which version serves, by the registry's pointers. Versions are immutable, so one that was read is never read again. */
export class Routing {
  private seen: Seen | undefined;
  /** When the registry is asked next. */
  private nextLook = 0;
  /** The look that is under way: requests without an earlier answer wait for it together. */
  private pending: Promise<void> | undefined;
  private version: ModelVersion | undefined;

  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
    private readonly log: Diagnostics,
  ) {}

  async route(): Promise<Route> {
    const now = this.clock.now();
    if (now >= this.nextLook) {
      this.pending ??= this.look(now);
      await this.pending;
    } else if (this.servable(now) === undefined) await this.pending;
    const target = this.servable(now);
    if (target === undefined) return { kind: 'none', reason: 'the model registry could not be read; try again' };
    return 'reason' in target ? { kind: 'none', reason: target.reason } : this.versionRoute(target.version);
  }

  private servable(now: number): Seen['target'] | undefined {
    return this.seen === undefined || now - this.seen.at > STALE_MS ? undefined : this.seen.target;
  }

  private async look(now: number): Promise<void> {
    // Also after a failure: requests do not all wait for a registry that does not answer.
    this.nextLook = now + FRESH_MS;
    try {
      this.seen = { at: now, target: await this.target() };
    } catch (error) {
      this.log.error('registry-unreadable', error, {
        served: this.seen === undefined ? 'nothing' : 'the last routing document',
      });
    } finally {
      this.pending = undefined;
    }
  }

  private async target(): Promise<Seen['target']> {
    const pointers = await this.registry.pointers();
    if (pointers === undefined) return { reason: 'no version was put to use yet; register one and use it' };
    if (pointers.desiredState === 'stopped') return { reason: 'the model is stopped' };
    const { live } = pointers.routing;
    return live === null ? { reason: 'no version was put to use yet' } : { version: live };
  }

  private async versionRoute(live: string): Promise<Route> {
    if (this.version?.version === live) return { kind: 'live', version: this.version };
    try {
      const version = await this.registry.version(live);
      if (version === undefined) {
        this.log.error('live-version-missing', new Error('the live version is not in the registry'), {
          modelVersion: live,
        });
        return { kind: 'none', reason: `version ${live} is live but not in the registry` };
      }
      this.version = version;
      return { kind: 'live', version };
    } catch (error) {
      this.log.error('registry-unreadable', error, { modelVersion: live });
      return { kind: 'none', reason: 'the model registry could not be read; try again' };
    }
  }
}
