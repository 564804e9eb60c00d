import type { S3Place } from '../s3-uri';

/** Whose input an object is: the record, and the run that opened it. */
export interface AsyncInput {
  readonly inferenceId: string;
  readonly lease: string;
}

/**
 * Where the input of one run lies. The lease is in the key, because a notification repeats the location: one about a run whose
 * record was taken over since is told from one about the run that holds it.
 */
export function asyncInputKey(prefix: string, { inferenceId, lease }: AsyncInput): string {
  return `${prefix}${inferenceId}/${lease}.json`;
}

/** The reverse; undefined for a place that is none of ours. */
export function asyncInputAt(place: S3Place, inputs: S3Place): AsyncInput | undefined {
  if (place.bucket !== inputs.bucket || !place.key.startsWith(inputs.key)) return undefined;
  const [, inferenceId, lease] =
    /^([0-9a-f-]{36})\/([\w-]{1,64})\.json$/.exec(place.key.slice(inputs.key.length)) ?? [];
  return inferenceId === undefined || lease === undefined ? undefined : { inferenceId, lease };
}
