import { type App, Duration, Size, Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { EndpointHosting, ModelImage, ModelSource, Rollout, SageMakerEndpoint } from '../../../lib/index';

/** The spam filter in containers that are there while mail comes. */
export function spamFilterServerless(app: App): Stack {
  const stack = new Stack(app, 'spam-filter-serverless', {
    env: { region: 'eu-west-1' },
    description: 'the spam filter on SageMaker, serverless',
  });
  const repository = Repository.fromRepositoryName(stack, 'Repository', 'spam-filter');
  const artifacts = Bucket.fromBucketName(stack, 'Artifacts', 'spam-filter-artefacts');
  new SageMakerEndpoint(stack, 'Endpoint', {
    endpointName: 'spam-filter-serverless',
    // Serverless endpoints load archives only.
    model: ModelSource.fromBucket(artifacts, 'v1.tar.gz', { image: ModelImage.fromEcr(repository, '1.0.0') }),
    hosting: EndpointHosting.serverless({ memory: Size.gibibytes(1), maxConcurrency: 20 }),
    objectives: { latencyP95: Duration.millis(500), availability: 99, peakRequestsPerSecond: 20 },
    rollout: Rollout.allAtOnce({ bake: Duration.minutes(10) }),
  });
  return stack;
}
