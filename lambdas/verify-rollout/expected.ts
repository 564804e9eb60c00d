import { type CustomResourceRequest, textProperty } from '../shared/custom-resource';

/** An inference component and the name of the model that it is to serve. */
export interface ExpectedComponent {
  readonly component: string;
  readonly model: string;
}

/** What the template asked for. */
export interface Expected {
  readonly endpoint: string;
  readonly config: string;
  /** Image of each variant, where the template says it. */
  readonly images: readonly { readonly variant: string; readonly image: string }[];
  /** Inference components; none where the endpoint hosts its model itself. */
  readonly components: readonly ExpectedComponent[];
  /** Alarms that roll an update back. */
  readonly alarms: readonly string[];
}

/** CloudFormation hands properties on as they are in the template, numbers and booleans as texts. */
export function expectedOf(request: CustomResourceRequest): Expected {
  const { Images, Components, RollbackAlarms } = request.ResourceProperties;
  return {
    endpoint: textProperty(request, 'EndpointName'),
    config: textProperty(request, 'EndpointConfigName'),
    images: listOf(Images).map((entry) => {
      const { Variant, Image } = entry as { readonly Variant?: unknown; readonly Image?: unknown };
      return { variant: String(Variant), image: String(Image) };
    }),
    components: listOf(Components).map((entry) => {
      const { Component, Model } = entry as { readonly Component?: unknown; readonly Model?: unknown };
      return { component: String(Component), model: String(Model) };
    }),
    alarms: listOf(RollbackAlarms).map(String),
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
