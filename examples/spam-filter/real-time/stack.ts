import { type App, Duration, Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import {
  EndpointHosting,
  EndpointScaling,
  ModelImage,
  ModelSource,
  Rollout,
  SageMakerEndpoint,
  ScalingSchedule,
} from '../../../lib/index';

/** The spam filter on instances that wait for mail. */
export function spamFilterRealTime(app: App): Stack {
  const stack = new Stack(app, 'spam-filter-real-time', {
    env: { region: 'eu-west-1' },
    description: 'the spam filter on SageMaker, real time',
  });
  const repository = Repository.fromRepositoryName(stack, 'Repository', 'spam-filter');
  const artifacts = Bucket.fromBucketName(stack, 'Artifacts', 'spam-filter-artefacts');
  new SageMakerEndpoint(stack, 'Endpoint', {
    endpointName: 'spam-filter-real-time',
    model: ModelSource.fromBucket(artifacts, 'v1/', { image: ModelImage.fromEcr(repository, '1.0.0') }),
    hosting: EndpointHosting.realTime({
      instanceType: 'ml.m7i.large',
      scaling: EndpointScaling.onInvocations({
        // Measure it: what one instance answers within the objective.
        maxRequestsPerSecond: 40,
        schedules: [ScalingSchedule.officeHours({ minimumInstances: 3, timeZone: 'Europe/Berlin' })],
      }),
    }),
    objectives: { latencyP95: Duration.millis(100), availability: 99.9, peakRequestsPerSecond: 60 },
    minimumInstances: 2,
    rollout: Rollout.canary({ percent: 50 }),
  });
  return stack;
}
