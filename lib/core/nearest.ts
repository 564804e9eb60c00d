/** The known name that a misspelt one most likely means, or undefined where none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  // Half of the name wrong is another name.
  let best: { readonly candidate: string | undefined; readonly distance: number } = {
    candidate: undefined,
    distance: Math.ceil(name.length / 2),
  };
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= best.distance) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < best.distance) best = { candidate, distance };
  }
  return best.candidate;
}

/** Levenshtein's distance, row by row. */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const changed = (previous[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      row.push(Math.min(changed, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[right.length] ?? 0;
}
