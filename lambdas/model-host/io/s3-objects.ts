import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ObjectSource } from '../artifact-folders';

/** Objects of S3. Needs `s3:GetObject`. */
export function s3Objects(client: S3Client): ObjectSource {
  return {
    async open(bucket, key) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      if (Body === undefined) return emptyStream();
      return chunksOf(Body);
    },
  };
}

async function* chunksOf(body: object): AsyncGenerator<Uint8Array> {
  if (!isAsyncIterable(body)) throw new TypeError('the body of an object is not a stream');
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('the body of an object is not binary');
    yield chunk;
  }
}

function isAsyncIterable(value: object): value is AsyncIterable<unknown> {
  return Symbol.asyncIterator in value;
}

async function* emptyStream(): AsyncGenerator<Uint8Array> {}
