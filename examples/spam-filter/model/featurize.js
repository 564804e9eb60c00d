/** Buckets of the hashed bag of words. */
const BUCKETS = 2 ** 15;

/**
 * What a mail says, without what only its delivery says: transport headers name the collector of the corpus and the day,
 * and a classifier that reads them scores well on the corpus and on nothing else.
 * @typedef {{ subject: string, body: string }} Content
 */

/** @typedef {{ indices: Uint16Array, values: Float32Array }} Features Sparse, of Euclidean length 1 (or 0 without words). */

/** Name of the error that means "the caller's fault": the model host answers it as `invalid-input`. */
class InvalidInput extends Error {
  /** @param {string} message Never carries the input. */
  constructor(message) {
    super(message);
    this.name = 'InvalidInput';
  }
}

/**
 * The content of a request: raw mail text, or `{ subject?, body }`.
 * @param {unknown} input
 * @returns {Content}
 */
function contentOf(input) {
  if (typeof input === 'string') return usable(parseMail(input));
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new InvalidInput('input must be the text of a mail or { subject?, body }');
  }
  const { subject = '', body } = /** @type {{ subject?: unknown, body?: unknown }} */ (input);
  if (typeof subject !== 'string') throw new InvalidInput('input.subject must be a string');
  if (typeof body !== 'string') throw new InvalidInput('input.body must be a string');
  return usable({ subject, body });
}

/**
 * @param {Content} content
 * @returns {Content}
 */
function usable(content) {
  if (content.subject.trim() === '' && content.body.trim() === '') throw new InvalidInput('input has no text');
  return content;
}

/**
 * Splits raw mail text at its first empty line. Text that does not start with a header is all body.
 * @param {string} text
 * @returns {Content}
 */
function parseMail(text) {
  const lines = text.replace(/\r\n?/g, '\n');
  // An mbox line ("From someone Thu Aug 22 ...") may stand before the headers.
  const start = /^From \S+ .*\n/.exec(lines)?.[0].length ?? 0;
  if (!/^[!-9;-~]+:/.test(lines.slice(start))) return { subject: '', body: lines };
  const end = lines.indexOf('\n\n', start);
  const head = end === -1 ? lines.slice(start) : lines.slice(start, end);
  const body = end === -1 ? '' : lines.slice(end + 2);
  const unfolded = head.replace(/\n[ \t]+/g, ' ');
  return { subject: /^subject:(.*)$/im.exec(unfolded)?.[1]?.trim() ?? '', body };
}

/**
 * One spelling for what the guard may have masked, so that a masked mail and the same mail in training give the same words.
 * @param {string} text
 */
function normalize(text) {
  return text
    .toLowerCase()
    .replace(/(?<![\w.+-])[\w.+-]+@[\w.-]+/g, ' [email] ')
    .replace(/(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g, ' [ipv4] ')
    .replace(/(?<!\d)\d[\d() .-]{7,18}\d/g, ' [phone] ');
}

const WORD = /\[[a-z0-9_]+\]|<\/?[a-z][a-z0-9]*|[a-z][a-z'-]*|\d+|[$!%]+/g;

/**
 * The words of a mail, in order. Words of the subject also count as such.
 * @param {Content} content
 * @returns {string[]}
 */
function words(content) {
  const subject = normalize(content.subject).match(WORD) ?? [];
  const body = normalize(content.body).match(WORD) ?? [];
  return [...subject.map((word) => `subject:${word}`), ...subject, ...body];
}

/**
 * FNV-1a, folded to the number of buckets.
 * @param {string} word
 */
function bucketOf(word) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  return ((hash >>> 15) ^ hash) & (BUCKETS - 1);
}

/**
 * Hashed bag of words: 1 + log(count) in each bucket, scaled to length 1 so that long mails weigh no more than short ones.
 * @param {Content} content
 * @returns {Features}
 */
function featurize(content) {
  /** @type {Map<number, number>} */
  const counts = new Map();
  for (const word of words(content)) {
    const bucket = bucketOf(word);
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  const indices = Uint16Array.from(counts.keys());
  const values = Float32Array.from(counts.values(), (count) => 1 + Math.log(count));
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return { indices, values: length === 0 ? values : values.map((value) => value / length) };
}

module.exports = { BUCKETS, contentOf, featurize };
