import { STAND_IN_FOR } from '../stand-ins/stand-in-types';
import { make, unmake } from './make';

interface CustomResourceRequest {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
}

/** Answers for resources that the emulator lacks: records what was declared, and makes the real thing where it can. */
export async function handler(request: CustomResourceRequest): Promise<void> {
  const { ServiceToken: _token, [STAND_IN_FOR]: standsFor, ...properties } = request.ResourceProperties;
  const type = String(standsFor);
  const [, , , region = '', account = '', stackPath = ''] = request.StackId.split(':');
  const name = `${stackPath.split('/')[1]}-${request.LogicalResourceId}`;
  try {
    if (request.RequestType === 'Delete') {
      await unmake(type, request.PhysicalResourceId ?? name, account);
      await respond(request, { Status: 'SUCCESS', PhysicalResourceId: request.PhysicalResourceId ?? name });
      return;
    }
    const made = await make({ type, properties, account, region, name });
    await respond(request, { Status: 'SUCCESS', PhysicalResourceId: made.physicalId, Data: made.attributes });
  } catch (error) {
    console.error(error);
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown';
    await respond(request, {
      Status: 'FAILED',
      Reason: reason,
      PhysicalResourceId: request.PhysicalResourceId ?? name,
    });
  }
}

async function respond(request: CustomResourceRequest, outcome: object): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = request;
  const response = await fetch(request.ResponseURL, {
    method: 'PUT',
    body: JSON.stringify({ StackId, RequestId, LogicalResourceId, ...outcome }),
  });
  if (!response.ok) throw new Error(`the emulator refused the answer with ${response.status}`);
}
