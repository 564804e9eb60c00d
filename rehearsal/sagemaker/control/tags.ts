import type { AddTagsInput, DeleteTagsInput, ListTagsInput, Tag } from '@aws-sdk/client-sagemaker';

/** Tags of resources by ARN. They go with the resource. */
export class Tags {
  private readonly byArn = new Map<string, Map<string, string>>();

  set(arn: string, tags: readonly Tag[] = []): void {
    const known = this.byArn.get(arn) ?? new Map<string, string>();
    for (const { Key = '', Value = '' } of tags) known.set(Key, Value);
    this.byArn.set(arn, known);
  }

  forget(arn: string): void {
    this.byArn.delete(arn);
  }

  add({ ResourceArn = '', Tags }: AddTagsInput) {
    this.set(ResourceArn.toLowerCase(), Tags);
    return { Tags: this.of(ResourceArn) };
  }

  list({ ResourceArn = '' }: ListTagsInput) {
    return { Tags: this.of(ResourceArn) };
  }

  remove({ ResourceArn = '', TagKeys = [] }: DeleteTagsInput) {
    for (const key of TagKeys) this.byArn.get(ResourceArn.toLowerCase())?.delete(key);
    return {};
  }

  private of(arn: string): Tag[] {
    return [...(this.byArn.get(arn.toLowerCase()) ?? [])].map(([Key, Value]) => ({ Key, Value }));
  }
}
