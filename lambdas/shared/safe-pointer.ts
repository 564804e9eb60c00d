/**
 * JSON pointer to a place in a caller's value. Names that the API or a schema defines stay readable; any other name is the
 * caller's own text, perhaps a person's, and its place among its object's members stands for it: `/input/<member 2>/amount`.
 */
export function safePointer(root: unknown, path: readonly string[], known: ReadonlySet<string>): string {
  let node = root;
  let pointer = '';
  for (const name of path) {
    pointer += `/${segmentOf(node, name, known)}`;
    node = typeof node === 'object' && node !== null && Object.hasOwn(node, name) ? Reflect.get(node, name) : undefined;
  }
  return pointer;
}

function segmentOf(node: unknown, name: string, known: ReadonlySet<string>): string {
  if (Array.isArray(node) && /^\d+$/.test(name)) return name;
  if (known.has(name)) return name.replace(/~/g, '~0').replace(/\//g, '~1');
  const members = typeof node === 'object' && node !== null ? Object.keys(node) : [];
  return `<member ${members.indexOf(name) + 1}>`;
}

/** The names along a JSON pointer (RFC 6901). */
export function pathOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replace(/~1/g, '/').replace(/~0/g, '~'));
}
