export type ResourceKind = 'model' | 'endpoint-config' | 'endpoint' | 'inference-component';

/** The account and region that the double plays. */
export class Account {
  constructor(
    readonly region: string,
    readonly id: string,
  ) {}

  /** SageMaker writes names in ARNs in lower case. */
  arn(kind: ResourceKind, name: string): string {
    return `arn:aws:sagemaker:${this.region}:${this.id}:${kind}/${name.toLowerCase()}`;
  }
}
