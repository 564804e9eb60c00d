import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { SourceObjects } from '../../lambdas/shared/clients/source-objects';

const TEXT = 'abcdefghijklmnopqrstuvwxyz';
const object = { bucket: 'mails', key: 'in/a.csv', versionId: 'v1', etag: '"e"', bytes: TEXT.length };

/** S3 that answers ranges, or the whole object whatever is asked for, in chunks of `size` bytes. */
function clientOf(answersRanges: boolean, size: number): S3Client {
  const send = async ({ input: { Range } }: { input: { Range?: string } }) => {
    const [, from = 0, to = TEXT.length - 1] = (/bytes=(\d+)-(\d+)?/.exec(Range ?? '') ?? []).map(Number);
    const part = answersRanges && Range !== undefined;
    const text = part ? TEXT.slice(from, (Number.isNaN(to) ? TEXT.length : to) + 1) : TEXT;
    const chunks = text.match(new RegExp(`.{1,${size}}`, 'g')) ?? [];
    return {
      Body: Readable.from(chunks.map((chunk) => Buffer.from(chunk))),
      ContentRange: part ? `bytes ${from}-${to}/${TEXT.length}` : undefined,
    };
  };
  return { send } as unknown as S3Client;
}

async function read(client: S3Client, range?: { from: number; to?: number }): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of new SourceObjects(client).open(object, range)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('a range of a source object', () => {
  const ranges = [{ from: 0, to: 5 }, { from: 5, to: 12 }, { from: 12, to: 26 }, { from: 20 }, { from: 25, to: 26 }];

  it.each([1, 4, 7, 100])(
    'is the same whether S3 answers it or the whole object, in chunks of %i bytes',
    async (size) => {
      for (const range of ranges) {
        const expected = TEXT.slice(range.from, range.to);
        expect(await read(clientOf(true, size), range)).toBe(expected);
        expect(await read(clientOf(false, size), range)).toBe(expected);
      }
    },
  );

  it('is the whole object, where none is asked for', async () => {
    expect(await read(clientOf(true, 7))).toBe(TEXT);
  });
});
