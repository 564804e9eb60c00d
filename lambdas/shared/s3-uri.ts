/** A place in S3. */
export interface S3Place {
  readonly bucket: string;
  readonly key: string;
}

/** Bucket and key of `s3://<bucket>/<key>`; undefined for anything else. */
export function placeOfUri(uri: unknown): S3Place | undefined {
  const [, bucket, key] = (typeof uri === 'string' && /^s3:\/\/([^/]+)\/(.+)$/s.exec(uri)) || [];
  return bucket === undefined || key === undefined ? undefined : { bucket, key };
}

export function uriOf({ bucket, key }: S3Place): string {
  return `s3://${bucket}/${key}`;
}
