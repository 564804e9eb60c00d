/** What a CloudFormation custom resource is asked. */
export interface CustomResourceRequest {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
}

export interface Outcome {
  readonly status: 'SUCCESS' | 'FAILED';
  readonly physicalId: string;
  readonly reason?: string;
  readonly data?: Readonly<Record<string, string>>;
}

/** CloudFormation refuses a longer answer, and would wait for one for an hour. */
const MAX_BODY_BYTES = 4096;

/** Tells CloudFormation how it ended: without an answer a stack waits for an hour. A reason that is too long is cut. */
export async function respond(request: CustomResourceRequest, outcome: Outcome): Promise<void> {
  // The URL is signed without a content type; fetch would add one to a string.
  const headers = { 'content-type': '' };
  const response = await fetch(request.ResponseURL, { method: 'PUT', body: fittingBody(request, outcome), headers });
  if (!response.ok) throw new Error(`CloudFormation refused the answer with ${response.status}`);
}

function fittingBody(request: CustomResourceRequest, outcome: Outcome): string {
  const whole = bodyOf(request, outcome, outcome.reason);
  if (Buffer.byteLength(whole) <= MAX_BODY_BYTES || outcome.reason === undefined) return whole;
  // By characters, not by bytes: half a character would be no text. Each is a byte of JSON at least.
  const characters = [...outcome.reason];
  let kept = Math.min(characters.length, MAX_BODY_BYTES);
  for (;;) {
    const body = bodyOf(request, outcome, `${characters.slice(0, kept).join('')}...`);
    const excess = Buffer.byteLength(body) - MAX_BODY_BYTES;
    if (excess <= 0 || kept === 0) return body;
    kept = Math.max(0, kept - Math.ceil(excess / MOST_BYTES_A_CHARACTER));
  }
}

/** A control character is written as `\u0000`; anything else takes four bytes at most. */
const MOST_BYTES_A_CHARACTER = 6;

function bodyOf(request: CustomResourceRequest, outcome: Outcome, reason: string | undefined): string {
  return JSON.stringify({
    Status: outcome.status,
    Reason: reason,
    PhysicalResourceId: outcome.physicalId,
    StackId: request.StackId,
    RequestId: request.RequestId,
    LogicalResourceId: request.LogicalResourceId,
    Data: outcome.data,
  });
}

/** A text property, which the template must have set. */
export function textProperty({ ResourceProperties }: CustomResourceRequest, name: string): string {
  const value = ResourceProperties[name];
  if (typeof value !== 'string' || value === '') throw new Error(`property ${name} is missing`);
  return value;
}
