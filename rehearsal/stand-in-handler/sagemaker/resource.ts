import { isDeepStrictEqual } from 'node:util';
import { AddTagsCommand, DeleteTagsCommand, type SageMakerClient, type Tag } from '@aws-sdk/client-sagemaker';
import type { Properties } from '../stand-in';

/** `Ref` of these types is the ARN. */
export function nameOf(arn: string): string {
  return arn.slice(arn.indexOf('/') + 1);
}

/** Whether anything but the tags was changed. */
export function changedBeyondTags(before: Properties, after: Properties): boolean {
  const { Tags: _before, ...declaredBefore } = before;
  const { Tags: _after, ...declaredAfter } = after;
  return !isDeepStrictEqual(declaredBefore, declaredAfter);
}

export async function changeTags(
  client: SageMakerClient,
  arn: string,
  before: Properties,
  after: Properties,
): Promise<void> {
  const [old, now] = [tagsOf(before), tagsOf(after)];
  const gone = old.flatMap(({ Key }) => (Key === undefined || now.some((tag) => tag.Key === Key) ? [] : [Key]));
  if (gone.length > 0) await client.send(new DeleteTagsCommand({ ResourceArn: arn, TagKeys: gone }));
  if (!isDeepStrictEqual(old, now) && now.length > 0) {
    await client.send(new AddTagsCommand({ ResourceArn: arn, Tags: now }));
  }
}

function tagsOf({ Tags }: Properties): Tag[] {
  return Array.isArray(Tags) ? Tags : [];
}

/** Runs a deletion; that there is nothing to delete is as good. */
export async function deleted(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

export function isNotFound(error: unknown): boolean {
  return error instanceof Error && error.name === 'ValidationException' && /^Could not find /.test(error.message);
}
