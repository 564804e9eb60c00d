import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  UpdateTerminationProtectionCommand,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import type { ClientConfig } from '../aws';
import type { DeployedReport, StandInReport } from '../report/report';
import type { StageTemplates } from './templates';

/** The stage as CloudFormation knows it. */
export interface DeployedStage {
  readonly outputs: Readonly<Record<string, string>>;
  /** Physical id by `<stack>/<logical id>`. */
  readonly physicalIds: ReadonlyMap<string, string>;
}

export async function readDeployedStage(config: ClientConfig, templates: StageTemplates): Promise<DeployedStage> {
  const client = new CloudFormationClient(config);
  const outputs: Record<string, string> = {};
  const physicalIds = new Map<string, string>();
  for (const { stackName } of templates.stacks) {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    for (const { OutputKey, OutputValue } of Stacks?.[0]?.Outputs ?? []) {
      if (OutputKey !== undefined && OutputValue !== undefined) outputs[OutputKey] = OutputValue;
    }
    const { StackResources } = await client.send(new DescribeStackResourcesCommand({ StackName: stackName }));
    for (const { LogicalResourceId, PhysicalResourceId } of StackResources ?? []) {
      if (PhysicalResourceId !== undefined) physicalIds.set(`${stackName}/${LogicalResourceId}`, PhysicalResourceId);
    }
  }
  return { outputs, physicalIds };
}

/** What the profile protects must go all the same when the rehearsal ends. */
export async function liftTerminationProtection(config: ClientConfig, templates: StageTemplates): Promise<void> {
  const client = new CloudFormationClient(config);
  for (const { stackName } of templates.stacks) {
    await client.send(
      new UpdateTerminationProtectionCommand({ StackName: stackName, EnableTerminationProtection: false }),
    );
  }
}

/** Deletes a stack of the rehearsal's own and waits until it is gone. */
export async function deleteStack(config: ClientConfig, StackName: string): Promise<void> {
  const client = new CloudFormationClient(config);
  await client.send(new DeleteStackCommand({ StackName }));
  await waitUntilStackDeleteComplete({ client, maxWaitTime: 60, minDelay: 1 }, { StackName });
}

/** The API, of the emulator or of a double, that holds the real thing behind a stand-in. */
const BACKED_BY: Readonly<Record<string, string>> = {
  'AWS::ApplicationAutoScaling::ScalableTarget': 'double of Application Auto Scaling',
  'AWS::ApplicationAutoScaling::ScalingPolicy': 'double of Application Auto Scaling',
  'AWS::Budgets::Budget': 'Budgets API',
  'AWS::CloudWatch::Alarm': 'CloudWatch API',
  'AWS::SageMaker::Endpoint': 'double of SageMaker',
  'AWS::SageMaker::EndpointConfig': 'double of SageMaker',
  'AWS::SageMaker::InferenceComponent': 'double of SageMaker',
  'AWS::SageMaker::Model': 'double of SageMaker',
};

export function deployedReport(templates: StageTemplates): DeployedReport {
  const resources = templates.resources;
  const standIns = resources.filter(({ isStandIn }) => isStandIn);
  return {
    stacks: templates.stacks.map(({ stackName }) => ({
      name: stackName,
      resources: resources.filter(({ stack }) => stack === stackName).length,
    })),
    resourcesUnchanged: resources.length - standIns.length,
    resourceTypes: new Set(resources.map(({ type }) => type)).size,
    standIns: standIns.map(
      ({ logicalId, path, type, stack }): StandInReport => ({
        logicalId,
        path,
        type,
        stack,
        backedBy: BACKED_BY[type],
      }),
    ),
  };
}
