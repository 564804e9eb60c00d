import { type App, Duration, Size, Stack } from 'aws-cdk-lib';
import {
  DeepLearningContainer,
  EndpointHosting,
  ModelSource,
  NetworkIsolation,
  Rollout,
  SageMakerEndpoint,
  ScalingSchedule,
} from '../../lib/index';

/** A language model of 7 billion parameters on one GPU, which is there while somebody uses it. */
export function gpuLlm(app: App): Stack {
  const stack = new Stack(app, 'gpu-llm', {
    env: { region: 'eu-west-1' },
    description: 'a language model on GPUs that go to zero',
  });
  new SageMakerEndpoint(stack, 'Endpoint', {
    endpointName: 'gpu-llm',
    model: ModelSource.deepLearningContainer(DeepLearningContainer.lmi('0.36.0-lmi21.0.0-cu129'), {
      environment: {
        HF_MODEL_ID: 'Qwen/Qwen2.5-7B-Instruct',
        // What a prompt and its answer may be together: the memory beside the weights is for this.
        OPTION_MAX_MODEL_LEN: '8192',
        OPTION_MAX_ROLLING_BATCH_SIZE: '8',
      },
    }),
    hosting: EndpointHosting.scaleToZero({
      instanceType: 'ml.g5.xlarge',
      // Both hold the model too, where there is no g5 to be had.
      fallbackInstanceTypes: ['ml.g6.xlarge', 'ml.g5.2xlarge'],
      // 7.6 billion parameters of two bytes.
      modelMemory: Size.gibibytes(15),
      // Drivers for CUDA 12.9, which the container brings.
      inferenceAmiVersion: 'al2023-ami-sagemaker-inference-gpu-4-1',
      // Fetching 15 GB and loading it.
      startupTimeout: Duration.minutes(20),
      maxCopies: 4,
      maxConcurrentRequests: 8,
      schedules: [ScalingSchedule.officeHours({ minimumInstances: 1, timeZone: 'Europe/Berlin' })],
    }),
    objectives: { latencyP95: Duration.seconds(20), availability: 99, peakRequestsPerSecond: 2 },
    rollout: Rollout.rolling({ batchPercent: 50 }),
    networkIsolation: NetworkIsolation.off('the container fetches its weights from the hub'),
  });
  return stack;
}
