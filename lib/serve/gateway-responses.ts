import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { PROBLEM_CONTENT_TYPE, type ProblemKind, problemDocument } from '../../protocol/problem';

/** What API Gateway answers itself, before or instead of a handler, as problem documents. */
const RESPONSES: readonly { readonly id: string; readonly type: ResponseType; readonly problem: ProblemKind }[] = [
  { id: 'Default4xx', type: ResponseType.DEFAULT_4XX, problem: 'malformedRequest' },
  { id: 'Default5xx', type: ResponseType.DEFAULT_5XX, problem: 'internal' },
  { id: 'BadRequestBody', type: ResponseType.BAD_REQUEST_BODY, problem: 'malformedRequest' },
  { id: 'BadRequestParameters', type: ResponseType.BAD_REQUEST_PARAMETERS, problem: 'malformedRequest' },
  { id: 'Unauthorized', type: ResponseType.UNAUTHORIZED, problem: 'unauthenticated' },
  { id: 'AccessDenied', type: ResponseType.ACCESS_DENIED, problem: 'forbidden' },
  { id: 'InvalidSignature', type: ResponseType.INVALID_SIGNATURE, problem: 'forbidden' },
  { id: 'ExpiredToken', type: ResponseType.EXPIRED_TOKEN, problem: 'forbidden' },
  // Also what an unknown path answers: API Gateway does not tell the two apart.
  { id: 'MissingToken', type: ResponseType.MISSING_AUTHENTICATION_TOKEN, problem: 'forbidden' },
  { id: 'NotFound', type: ResponseType.RESOURCE_NOT_FOUND, problem: 'notFound' },
  { id: 'TooLarge', type: ResponseType.REQUEST_TOO_LARGE, problem: 'tooLarge' },
  { id: 'MediaType', type: ResponseType.UNSUPPORTED_MEDIA_TYPE, problem: 'unsupportedMediaType' },
  { id: 'Throttled', type: ResponseType.THROTTLED, problem: 'throttled' },
  { id: 'Quota', type: ResponseType.QUOTA_EXCEEDED, problem: 'throttled' },
  { id: 'IntegrationFailure', type: ResponseType.INTEGRATION_FAILURE, problem: 'internal' },
  { id: 'IntegrationTimeout', type: ResponseType.INTEGRATION_TIMEOUT, problem: 'deadlineExceeded' },
  { id: 'AuthorizerFailure', type: ResponseType.AUTHORIZER_FAILURE, problem: 'internal' },
  { id: 'AuthorizerConfiguration', type: ResponseType.AUTHORIZER_CONFIGURATION_ERROR, problem: 'internal' },
];

/** Makes every answer of the gateway itself a problem document. The request id lets support find it in the access log. */
export function answerWithProblems(api: RestApi): void {
  for (const { id, type, problem } of RESPONSES) {
    const document = problemDocument(problem);
    // The two defaults stand for several statuses: the gateway's own is kept.
    const isDefault = type === ResponseType.DEFAULT_4XX || type === ResponseType.DEFAULT_5XX;
    const { status, ...rest } = document;
    api.addGatewayResponse(id, {
      type,
      statusCode: isDefault ? undefined : String(status),
      responseHeaders: { 'Content-Type': `'${PROBLEM_CONTENT_TYPE}'` },
      templates: {
        'application/json': JSON.stringify({
          ...rest,
          ...(isDefault ? {} : { status }),
          requestId: '$context.requestId',
        }),
      },
    });
  }
}
