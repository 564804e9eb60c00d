/** Whether a pattern of a policy, with `*` and `?`, matches the value. Actions are compared without case by IAM; so is all here. */
export function patternMatches(pattern: string, value: string): boolean {
  const text = pattern.toLowerCase();
  const wanted = value.toLowerCase();
  let at = 0;
  let position = 0;
  let star = -1;
  let retry = 0;
  while (position < wanted.length) {
    if (at < text.length && (text[at] === '?' || text[at] === wanted[position])) {
      at += 1;
      position += 1;
    } else if (text[at] === '*') {
      star = at;
      retry = position;
      at += 1;
    } else if (star !== -1) {
      at = star + 1;
      retry += 1;
      position = retry;
    } else {
      return false;
    }
  }
  while (text[at] === '*') at += 1;
  return at === text.length;
}
