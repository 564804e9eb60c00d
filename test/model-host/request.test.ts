import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlainPath, parseRequest } from '../../lambdas/model-host/request';
import { artifactOf, BUCKET, requestOf } from './artifact';

const { artifact } = artifactOf('v-1', { 'weights.bin': 'abc', 'vocabulary/words.txt': 'x' });
const good = requestOf('v-1', artifact, 'text');
const withFile = (file: Record<string, unknown>) => ({
  ...good,
  version: { id: 'v-1', artifact: { ...artifact, files: [{ ...artifact.files[0], ...file }] } },
});

describe('a backend request', () => {
  it('is taken as it is', () => {
    expect(parseRequest(good, BUCKET)).toEqual(good);
  });

  it.each([
    ['null', null, 'the event must be an object'],
    ['a list', [good], 'the event must be an object'],
    ['no inference id', { ...good, inferenceId: undefined }, 'inferenceId must be a string'],
    ['no deadline', { ...good, deadline: '5' }, 'deadline must be a number'],
    ['no version', { ...good, version: undefined }, 'version must be an object'],
    ['a version that is a path', { ...good, version: { id: '../v-1', artifact } }, 'version.id must be'],
    ['a hidden version', { ...good, version: { id: '.unfinished-1', artifact } }, 'version.id must be'],
    [
      'another bucket',
      { ...good, version: { id: 'v-1', artifact: { ...artifact, bucket: 'theirs' } } },
      'in another bucket than artifacts',
    ],
    [
      'a prefix that climbs',
      { ...good, version: { id: 'v-1', artifact: { ...artifact, prefix: 'models/../x/' } } },
      'artifact.prefix must be',
    ],
    ['no files', { ...good, version: { id: 'v-1', artifact: { ...artifact, files: [] } } }, 'at least one file'],
    [
      'one file twice',
      { ...good, version: { id: 'v-1', artifact: { ...artifact, files: [artifact.files[0], artifact.files[0]] } } },
      'names a path twice',
    ],
    ['a file that climbs', withFile({ path: 'a/../../b' }), 'artifact.files[0].path must be relative'],
    ['an absolute file', withFile({ path: '/etc/passwd' }), 'artifact.files[0].path must be relative'],
    ['a file with backslashes', withFile({ path: '..\\b' }), 'artifact.files[0].path must be relative'],
    ['a short digest', withFile({ sha256: 'abc' }), 'artifact.files[0].sha256 must be 64 hex digits'],
    ['a negative size', withFile({ bytes: -1 }), 'artifact.files[0].bytes must be a whole number'],
  ])('with %s fails', (_, event, message) => {
    expect(() => parseRequest(event, BUCKET)).toThrow(message);
  });

  it('never lets a path leave its folder', () => {
    const segment = fc.constantFrom('..', '.', '', 'a', 'b c', '\\', '\0', 'models');
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1 }), (segments) => {
        const path = segments.join('/');
        const resolved = new URL(`file:///root/folder/${path.split('/').map(encodeURIComponent).join('/')}`).pathname;
        if (isPlainPath(path)) expect(resolved.startsWith('/root/folder/')).toBe(true);
        if (segments.includes('..')) expect(isPlainPath(path)).toBe(false);
      }),
    );
  });
});
