import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AccessLogField,
  AccessLogFormat,
  EndpointType,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { LogGroup, type LogGroupProps, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledge } from '../core/acknowledge';
import { CLAUSE } from '../core/clause';
import type { FunctionSettings } from '../core/handler-function';
import { Trace } from '../core/trace';
import { AccessLogRole } from './access-log-role';

interface PredictionRestApiProps {
  readonly name: string;
  readonly stageName: string;
  /** Requests a second that pass; the burst is two seconds of it. */
  readonly requestsPerSecond: number;
  readonly functionSettings: FunctionSettings;
}

/** The REST API without its routes: throttled, logged, traced. */
export function predictionRestApi(scope: Construct, props: PredictionRestApiProps): RestApi {
  const { functionSettings: settings, requestsPerSecond: rate } = props;
  const logs: LogGroupProps = {
    retention: settings.logRetention ?? RetentionDays.ONE_MONTH,
    removalPolicy: settings.logRemovalPolicy ?? RemovalPolicy.DESTROY,
    encryptionKey: settings.encryptionKey,
  };
  const api = new RestApi(scope, 'RestApi', {
    restApiName: props.name,
    description: `predictions of ${props.name}`,
    endpointTypes: [EndpointType.REGIONAL],
    cloudWatchRole: false,
    // Bodies reach the handler as bytes: as text, API Gateway replaces what is not UTF-8 without a word.
    binaryMediaTypes: ['application/json'],
    deployOptions: {
      stageName: props.stageName,
      throttlingRateLimit: rate,
      throttlingBurstLimit: Math.max(1, Math.ceil(2 * rate)),
      accessLogDestination: new LogGroupLogDestination(new LogGroup(scope, 'AccessLog', logs)),
      accessLogFormat: ACCESS_LOG_FORMAT,
      // Errors only, and never bodies: execution logs at INFO would hold what callers send.
      loggingLevel: MethodLoggingLevel.ERROR,
      dataTraceEnabled: false,
      // Metrics by API and stage come anyway; those by method cost extra and nothing reads them.
      metricsEnabled: false,
      tracingEnabled: true,
    },
  });
  // Named as API Gateway names it: it would make the group itself, unencrypted and kept for ever.
  const executionLog = new LogGroup(scope, 'ExecutionLog', {
    ...logs,
    logGroupName: `API-Gateway-Execution-Logs_${api.restApiId}/${props.stageName}`,
  });
  // Without the account's role the stage cannot be created with logs.
  const accessLogRole = new AccessLogRole(scope, 'AccessLogRole', {
    deployment: props.name,
    functionSettings: settings,
  });
  api.deploymentStage.node.addDependency(accessLogRole, executionLog);
  Trace.enforce(
    CLAUSE.peakRequestsPerSecond,
    api.deploymentStage,
    `lets ${rate} requests a second pass, refuses more with 429`,
  );
  acknowledgeChoices(api);
  return api;
}

function acknowledgeChoices(api: RestApi): void {
  acknowledge(api, 'AwsSolutions-APIG2', 'the handler checks bodies itself and answers with problem documents');
  acknowledge(api, 'AwsSolutions-COG4', 'callers are services that sign with IAM or bring a token of their own issuer');
  acknowledge(
    api.deploymentStage,
    'AwsSolutions-APIG3',
    'no anonymous caller gets past authorization; a web ACL is the choice of the account',
  );
}

/** Who called what and how it ended; never bodies, query strings or tokens. */
const ACCESS_LOG_FORMAT = AccessLogFormat.custom(
  JSON.stringify({
    requestId: AccessLogField.contextRequestId(),
    time: AccessLogField.contextRequestTime(),
    method: AccessLogField.contextHttpMethod(),
    route: AccessLogField.contextResourcePath(),
    status: AccessLogField.contextStatus(),
    responseBytes: AccessLogField.contextResponseLength(),
    latencyMs: AccessLogField.contextResponseLatency(),
    integrationLatencyMs: AccessLogField.contextIntegrationLatency(),
    caller: AccessLogField.contextIdentityCaller(),
    // Of an authorizer: the subject of the token.
    principal: AccessLogField.contextAuthorizerPrincipalId(),
    error: AccessLogField.contextErrorResponseType(),
  }),
);
