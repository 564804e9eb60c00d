/** IAM actions behind the SDK calls of this handler, by what the endpoint is; tests compare them with the sources and with its role. */
export const CALLS_OF = {
  always: ['cloudwatch:DescribeAlarmHistory', 'sagemaker:DescribeEndpoint', 'sagemaker:DescribeEndpointConfig'],
  /** An endpoint of inference components. */
  components: ['sagemaker:DescribeInferenceComponent'],
} as const;

export const CALLS = [...CALLS_OF.always, ...CALLS_OF.components] as const;
