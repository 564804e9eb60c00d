const SAGEMAKER_API = 'https://docs.aws.amazon.com/sagemaker/latest/APIReference';
const SAGEMAKER_GUIDE = 'https://docs.aws.amazon.com/sagemaker/latest/dg';
const SCALING_API = 'https://docs.aws.amazon.com/autoscaling/application/APIReference';
const BUDGETS_API = 'https://docs.aws.amazon.com/aws-cost-management/latest/APIReference';

/** An operation or a type of the SageMaker API reference. */
export function sageMakerApi(name: string): string {
  return `${SAGEMAKER_API}/API_${name}.html`;
}

/** A page of the SageMaker developer guide. */
export function sageMakerGuide(page: string): string {
  return `${SAGEMAKER_GUIDE}/${page}.html`;
}

/** An operation or a type of the API reference of Application Auto Scaling. */
export function scalingApi(name: string): string {
  return `${SCALING_API}/API_${name}.html`;
}

/** A type of the API reference of AWS Budgets. */
export function budgetsApi(name: string): string {
  return `${BUDGETS_API}/API_budgets_${name}.html`;
}
