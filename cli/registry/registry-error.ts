import type { Pointers } from '../../protocol/model-version';

/** What the caller asked of the registry is wrong; nothing was changed. */
export class RegistryRefused extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A file or folder that cannot be an artefact. */
export class ArtifactRefused extends RegistryRefused {}

/** A version that is not in the registry. */
export class NoSuchVersion extends RegistryRefused {}

/** Somebody else moved the pointers first; nothing was changed. */
export class PointerConflict extends Error {
  constructor(
    readonly wanted: string,
    readonly current: Pointers | undefined,
  ) {
    super(
      current === undefined
        ? `${wanted} is not in use: another change of the pointers is under way; try again`
        : `${wanted} is not in use: ${current.changedBy} moved the pointers to ${current.desired ?? 'none'} at ${current.changedAt}, ` +
            'while this command ran; look at it and run the command again if you still want to',
    );
    this.name = 'PointerConflict';
  }
}
