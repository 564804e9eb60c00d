import { STAND_IN_FOR } from '../stand-ins/stand-in-types';
import type { Properties, StandInRequest } from './stand-in';
import { standInFor } from './stand-ins-by-type';

interface CustomResourceRequest {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Properties;
  readonly OldResourceProperties?: Properties;
}

/** Answers for resources that the emulator lacks: records what was declared, and makes the real thing where it can. */
export async function handler(request: CustomResourceRequest): Promise<void> {
  const [, , , region = '', account = '', stackPath = ''] = request.StackId.split(':');
  const stack = stackPath.split('/')[1] ?? '';
  const logicalId = request.LogicalResourceId;
  const name = `${stack}-${logicalId}`;
  const properties = declared(request.ResourceProperties);
  try {
    const asked = { properties, account, region, stack, logicalId, name };
    await respond(request, { Status: 'SUCCESS', ...(await answer(request, asked)) });
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

async function answer(request: CustomResourceRequest, asked: StandInRequest): Promise<object> {
  const standIn = standInFor(String(request.ResourceProperties[STAND_IN_FOR]));
  const physicalId = request.PhysicalResourceId ?? asked.name;
  if (request.RequestType === 'Delete') {
    await standIn.delete({ ...asked, physicalId });
    return { PhysicalResourceId: physicalId };
  }
  const made =
    request.RequestType === 'Create'
      ? await standIn.create(asked)
      : await standIn.update({ ...asked, physicalId, before: declared(request.OldResourceProperties ?? {}) });
  return { PhysicalResourceId: made.physicalId, Data: made.attributes };
}

/** Without what the rehearsal added. */
function declared({ ServiceToken: _token, [STAND_IN_FOR]: _type, ...properties }: Properties): Properties {
  return properties;
}

async function respond(request: CustomResourceRequest, outcome: object): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = request;
  const response = await fetch(request.ResponseURL, {
    method: 'PUT',
    body: JSON.stringify({ StackId, RequestId, LogicalResourceId, ...outcome }),
  });
  if (!response.ok) throw new Error(`the emulator refused the answer with ${response.status}`);
}
