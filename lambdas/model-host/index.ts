import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import type { BackendReply } from '../../protocol/backend';
import { ENV } from '../../protocol/env';
import { requiredEnv } from '../shared/env';
import { ArtifactFolders } from './artifact-folders';
import { ModelHost } from './host';
import { importModel } from './io/import-model';
import { s3Objects } from './io/s3-objects';

const bucket = requiredEnv(ENV.artifactBucket);

// Digests are verified against the registry's, so that the client need not check its own as well.
const s3 = new S3Client({ responseChecksumValidation: 'WHEN_REQUIRED' });

// Imported during the init phase, which has a full processor. A failure is told by the first request.
const userModel = importModel(join(__dirname, 'model'));
userModel.catch(() => undefined);

const host = new ModelHost({
  bucket,
  folders: new ArtifactFolders(join(tmpdir(), 'slipway'), s3Objects(s3)),
  userModel: () => userModel,
  log: (event) => console.error(JSON.stringify({ level: 'ERROR', ...event })),
});

export const handler = (event: unknown): Promise<BackendReply> => host.answer(event);
