const { readFile } = require('node:fs/promises');
const { join } = require('node:path');
const { BUCKETS, contentOf, featurize } = require('./featurize.js');

/**
 * @typedef {object} Model
 * @property {Float32Array | Float64Array} weights One for each bucket.
 * @property {number} bias
 * @property {number} threshold Probability from which a mail counts as spam.
 */

/** @typedef {'spam' | 'ham'} Label */

/**
 * @typedef {object} Answer
 * @property {{ label: Label, probability: number }} output `probability` is that of spam.
 * @property {number} confidence Probability of the label that was answered.
 */

/**
 * Reads `weights.bin` and `model.json` of an artefact.
 * @param {string} directory
 * @returns {Promise<Model>}
 */
async function load(directory) {
  const { bias, threshold } = JSON.parse(await readFile(join(directory, 'model.json'), 'utf8'));
  const bytes = await readFile(join(directory, 'weights.bin'));
  if (bytes.byteLength !== BUCKETS * Float32Array.BYTES_PER_ELEMENT) {
    throw new Error(`weights.bin has ${bytes.byteLength} bytes, not ${BUCKETS * Float32Array.BYTES_PER_ELEMENT}`);
  }
  if (typeof bias !== 'number' || typeof threshold !== 'number') {
    throw new Error('model.json lacks the numbers bias and threshold');
  }
  const weights = new Float32Array(BUCKETS);
  for (let i = 0; i < BUCKETS; i++) weights[i] = bytes.readFloatLE(i * Float32Array.BYTES_PER_ELEMENT);
  return { weights, bias, threshold };
}

/**
 * Probability of spam.
 * @param {Pick<Model, 'weights' | 'bias'>} model
 * @param {import('./featurize.js').Features} features
 */
function score({ weights, bias }, { indices, values }) {
  let sum = bias;
  // Indices come from the hash, so they are always within the weights.
  for (let i = 0; i < indices.length; i++) sum += (weights[indices[i] ?? 0] ?? 0) * (values[i] ?? 0);
  return 1 / (1 + Math.exp(-sum));
}

/**
 * @param {Model} model
 * @param {unknown} input Raw mail text, or `{ subject?, body }`.
 * @returns {Answer}
 */
function predict(model, input) {
  const probability = score(model, featurize(contentOf(input)));
  const spam = probability >= model.threshold;
  return { output: { label: spam ? 'spam' : 'ham', probability }, confidence: spam ? probability : 1 - probability };
}

module.exports = { load, predict, score };
