import { type ControlRequest, type EndpointParameters, NOTHING } from '../../protocol/endpoint-control';
import type { DesiredState, ModelVersion, PointerChange, Pointers } from '../../protocol/model-version';

/** What the pointers and their projection shall be. */
export interface Wanted {
  readonly desired: string;
  readonly desiredState: DesiredState;
  readonly parameters: EndpointParameters;
}

/** Which version a request is about; a text where there is none. */
export type Target = { readonly version: string } | { readonly nothing: string } | { readonly refused: string };

export function targetOf(
  request: ControlRequest,
  pointers: Pointers | undefined,
  changes: readonly PointerChange[],
): Target {
  switch (request.action) {
    case 'use':
      return { version: request.version };
    case 'rollback':
      return versionBefore(pointers?.routing.live ?? null, changes);
    case 'start':
    case 'stop': {
      const desired = pointers?.desired ?? null;
      if (desired !== null) return { version: desired };
      return { nothing: 'no version was ever used, so that nothing runs; using one starts the endpoint' };
    }
  }
}

/** Versions live before, as the audit items tell. What was only asked for never served. */
function versionBefore(live: string | null, changes: readonly PointerChange[]): Target {
  if (live === null) return { refused: 'no version is live, so that there is none to go back from; use one' };
  const became = changes.findLast(({ kind = 'served', to }) => kind === 'served' && to === live);
  if (became === undefined || became.from === null) {
    return { refused: `no version was live before ${live}; use another one` };
  }
  return { version: became.from };
}

/** What a request comes to, given the version that it is about. */
export function transition(
  request: ControlRequest,
  pointers: Pointers | undefined,
  version: ModelVersion | undefined,
  asked: string,
): { readonly wanted: Wanted } | { readonly refused: string } {
  if (version === undefined) {
    return { refused: `version "${asked}" is not registered; "slipway models list" shows those that are` };
  }
  const desiredState = desiredStateAfter(request, pointers?.desiredState ?? 'running');
  return {
    wanted: {
      desired: version.version,
      desiredState,
      parameters: { version: projectionOf(version), state: desiredState },
    },
  };
}

/** Using another version while the endpoint is stopped does not start it: it serves when it is started. */
function desiredStateAfter({ action }: ControlRequest, before: DesiredState): DesiredState {
  if (action === 'start') return 'running';
  if (action === 'stop') return 'stopped';
  return before;
}

/** Version and artefact as the template splits them. The third place is kept for an image, which no version has. */
function projectionOf({ version, artifact }: ModelVersion): string {
  return [version, `s3://${artifact.bucket}/${artifact.prefix}`, NOTHING].join(',');
}
