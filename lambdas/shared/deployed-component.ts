/** An inference component as SageMaker describes it. */
export interface DeployedComponent {
  readonly status: string;
  /** The model that it serves; several where it has a specification for each instance type and they differ. */
  readonly models: readonly string[];
  readonly failureReason: string | undefined;
}
