import { type ISecurityGroup, type IVpc, SecurityGroup, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { CfnModel } from 'aws-cdk-lib/aws-sagemaker';
import type { Construct } from 'constructs';
import { NetworkIsolation } from './network-isolation';

/** How the model's containers are connected. */
export interface EndpointNetworkOptions {
  /**
   * Network of the instances. They reach ECR and S3 through it: over NAT, or gateway and interface endpoints.
   * @default SageMaker's own network
   */
  readonly vpc?: IVpc;
  /**
   * Subnets within `vpc`; two zones at least.
   * @default the VPC's private subnets
   */
  readonly vpcSubnets?: SubnetSelection;
  /**
   * Security groups within `vpc`.
   * @default one of the endpoint's own: outbound only
   */
  readonly securityGroups?: ISecurityGroup[];
  /**
   * Whether containers may reach a network.
   * @default NetworkIsolation.on()
   */
  readonly networkIsolation?: NetworkIsolation;
}

/** The two properties that a model, or a configuration with inference components, has of a network. */
export interface BoundNetwork {
  readonly vpcConfig?: CfnModel.VpcConfigProperty;
  readonly enableNetworkIsolation: boolean;
}

export function networkFaults({ vpc, vpcSubnets, securityGroups }: EndpointNetworkOptions): string[] {
  if (vpc !== undefined || (vpcSubnets === undefined && (securityGroups ?? []).length === 0)) return [];
  return ['vpcSubnets or securityGroups are given without vpc, expected all or none; give the VPC that they are in'];
}

export function bindNetwork(scope: Construct, endpointName: string, options: EndpointNetworkOptions): BoundNetwork {
  const enableNetworkIsolation = (options.networkIsolation ?? NetworkIsolation.on()).isolated;
  const { vpc } = options;
  if (vpc === undefined) return { enableNetworkIsolation };
  const groups = options.securityGroups ?? [
    new SecurityGroup(scope, 'SecurityGroup', { vpc, description: `outbound only, for the endpoint ${endpointName}` }),
  ];
  return {
    enableNetworkIsolation,
    vpcConfig: {
      subnets: vpc.selectSubnets(options.vpcSubnets).subnetIds,
      securityGroupIds: groups.map(({ securityGroupId }) => securityGroupId),
    },
  };
}
