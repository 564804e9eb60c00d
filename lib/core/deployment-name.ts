/** A model or stage name: it becomes part of function names, metric dimensions and tags. */
export const NAME_PATTERN = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/**
 * `<model>-<stage>` at most. Lambda function names hold 64 characters; the longest suffix is `-api-logging-role` (17).
 * Endpoint names hold 63.
 */
export const MAX_DEPLOYMENT_NAME = 46;

/** The one name of a stage of a model: metric dimension, tag value, prefix of literal names. */
export function deploymentName(model: string, stage: string): string {
  return `${model}-${stage}`;
}
