import { ApiError } from '../api-error';
import type { Double } from '../double';

/** An operation of a JSON protocol: its input comes from the wire, and the operation looks at what it uses. */
type Operation = (input: never) => object | Promise<object>;
type Operations = Readonly<Record<string, Operation>>;

function sageMaker(double: Double): Operations {
  const { models, configs, endpoints, components, tags } = double;
  return {
    CreateModel: (input) => models.create(input),
    DescribeModel: (input) => models.describe(input),
    DeleteModel: (input) => models.delete(input),
    ListModels: () => models.list(),
    CreateEndpointConfig: (input) => configs.create(input),
    DescribeEndpointConfig: (input) => configs.describe(input),
    DeleteEndpointConfig: (input) => configs.delete(input),
    ListEndpointConfigs: () => configs.list(),
    CreateEndpoint: (input) => endpoints.create(input),
    DescribeEndpoint: (input) => endpoints.describe(input),
    UpdateEndpoint: (input) => endpoints.update(input),
    UpdateEndpointWeightsAndCapacities: (input) => endpoints.updateWeightsAndCapacities(input),
    DeleteEndpoint: (input) => endpoints.delete(input),
    ListEndpoints: (input) => endpoints.list(input),
    CreateInferenceComponent: (input) => components.create(input),
    DescribeInferenceComponent: (input) => components.describe(input),
    UpdateInferenceComponent: (input) => components.update(input),
    UpdateInferenceComponentRuntimeConfig: (input) => components.updateRuntimeConfig(input),
    DeleteInferenceComponent: (input) => components.delete(input),
    ListInferenceComponents: (input) => components.list(input),
    AddTags: (input) => tags.add(input),
    ListTags: (input) => tags.list(input),
    DeleteTags: (input) => tags.remove(input),
  };
}

function autoScaling({ scaling }: Double): Operations {
  return {
    RegisterScalableTarget: (input) => scaling.registerTarget(input),
    DescribeScalableTargets: (input) => scaling.describeTargets(input),
    DeregisterScalableTarget: (input) => scaling.deregisterTarget(input),
    PutScalingPolicy: (input) => scaling.putPolicy(input),
    DescribeScalingPolicies: (input) => scaling.describePolicies(input),
    DeleteScalingPolicy: (input) => scaling.deletePolicy(input),
    PutScheduledAction: (input) => scaling.putAction(input),
    DescribeScheduledActions: (input) => scaling.describeActions(input),
    DeleteScheduledAction: (input) => scaling.deleteAction(input),
  };
}

/** What `X-Amz-Target` names. */
export class ControlPlane {
  private readonly services: Readonly<Record<string, Operations>>;

  constructor(double: Double) {
    this.services = { SageMaker: sageMaker(double), AnyScaleFrontendService: autoScaling(double) };
  }

  async call(target: string, body: string): Promise<object> {
    const [service = '', name = ''] = target.split('.');
    const operation = this.services[service]?.[name];
    if (operation === undefined)
      throw new ApiError('UnknownOperationException', `${target} is not known to the double`);
    return operation(parsed(body) as never);
  }
}

function parsed(body: string): object {
  try {
    const value: unknown = body === '' ? {} : JSON.parse(body);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Refused below, like any other body that is no object.
  }
  throw new ApiError('SerializationException', 'the body is not a JSON object');
}
