import { type CustomResourceRequest, textProperty } from '../shared/custom-resource';

/** What the template asked for. */
export interface Expected {
  readonly endpoint: string;
  readonly config: string;
  /** Image of each variant, where the template says it. */
  readonly images: readonly { readonly variant: string; readonly image: string }[];
  /** Alarms that roll an update back. */
  readonly alarms: readonly string[];
}

/** CloudFormation hands properties on as they are in the template, numbers and booleans as texts. */
export function expectedOf(request: CustomResourceRequest): Expected {
  const { Images, RollbackAlarms } = request.ResourceProperties;
  return {
    endpoint: textProperty(request, 'EndpointName'),
    config: textProperty(request, 'EndpointConfigName'),
    images: listOf(Images).map((entry) => {
      const { Variant, Image } = entry as { readonly Variant?: unknown; readonly Image?: unknown };
      return { variant: String(Variant), image: String(Image) };
    }),
    alarms: listOf(RollbackAlarms).map(String),
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
