/** One kind of resource: how it is listed and how one of it is removed. */
export interface Kind {
  /** CloudFormation type. */
  readonly type: string;
  list(): Promise<string[]>;
  remove(id: string): Promise<unknown>;
}

export async function all<P, T>(
  pages: AsyncIterable<P>,
  items: (page: P) => readonly T[] | undefined,
  id: (item: T) => string | undefined,
): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of pages) {
    for (const item of items(page) ?? []) {
      const found = id(item);
      if (found !== undefined) ids.push(found);
    }
  }
  return ids;
}

export function given<T>(items: readonly T[] | undefined, id: (item: T) => string | undefined): string[] {
  return (items ?? []).map(id).filter((found): found is string => found !== undefined);
}
