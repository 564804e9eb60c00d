import { App, Duration, Stack, TimeZone } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import {
  EndpointScaling,
  EndpointSchedule,
  GuardPolicy,
  type IModelBackend,
  ModelBackend,
  ModelImage,
  ModelSource,
  type ProductionModel,
  Rollout,
  StageProfile,
} from '../lib/index';
import { modelWith, newApp, REGION, type SynthesizedStage, templatesOf } from './support';

/** What an endpoint is, as far as the API in front of it is concerned. */
export type EndpointKind = 'real-time' | 'serverless' | 'sleeping' | 'asynchronous';

/** Imported by literals, so that the stack that it is imported in need not be deployed, and its app is never synthesized. */
function image(): ModelImage {
  const elsewhere = new Stack(new App({ autoSynth: false }), 'images', { env: REGION });
  return ModelImage.fromEcr(
    Repository.fromRepositoryAttributes(elsewhere, 'Repository', {
      repositoryArn: 'arn:aws:ecr:eu-west-1:123456789012:repository/spam-filter',
      repositoryName: 'spam-filter',
    }),
    '1.0.0',
  );
}

/** Whichever version of the registry is to serve. */
export function registryModel(): ModelSource {
  return ModelSource.fromRegistry({ image: image() });
}

/** A backend of each kind. */
export function endpointBackend(kind: EndpointKind): IModelBackend {
  const model = registryModel();
  switch (kind) {
    case 'real-time':
      return ModelBackend.sageMakerRealTime({
        model,
        instanceType: 'ml.m7i.large',
        scaling: EndpointScaling.onInvocations({ maxRequestsPerSecond: 20 }),
      });
    case 'serverless':
      return ModelBackend.sageMakerServerless({
        model: ModelSource.fromRegistry({ image: image(), archive: 'model.tar.gz' }),
        contentType: 'text/csv',
        rollout: Rollout.allAtOnce({ bake: Duration.minutes(5) }),
      });
    case 'sleeping':
      return ModelBackend.sageMakerScaleToZero({ model, instanceType: 'ml.g5.xlarge', rollout: Rollout.rolling() });
    case 'asynchronous':
      return ModelBackend.sageMakerAsync({ model, instanceType: 'ml.g5.xlarge' });
  }
}

const KINDS: readonly EndpointKind[] = ['real-time', 'serverless', 'sleeping', 'asynchronous'];
/** As staging, but for what sleeps: a pilot's endpoint expires, and no instance is kept. */
const profile = StageProfile.custom('endpoints', StageProfile.STAGING, {
  minimumInstances: 0,
  expiresAfter: Duration.days(30),
  stopWhenIdleFor: Duration.hours(8),
});
let synthesized: SynthesizedStage[] | undefined;

/** One stage for each kind of endpoint, in one app. */
export function endpointStages(app = newApp()): SynthesizedStage[] {
  return KINDS.map((kind) => {
    const guard = GuardPolicy.standard().maskPersonalData();
    const model = modelWith({ id: kind, profile, backend: endpointBackend(kind), guard }, app);
    if (kind === 'real-time') keepOfficeHours(model);
    return { name: kind, profile, model, templates: templatesOf(model) };
  });
}

/** As whoever made a stage can. */
function keepOfficeHours({ operateStack, controller, monitor }: ProductionModel): void {
  if (controller === undefined) throw new Error('a stage with an endpoint has no controller');
  const hours = { timeZone: TimeZone.EUROPE_DUBLIN, startAt: '07:30', stopAt: '19:00' };
  new EndpointSchedule(operateStack, 'OfficeHours', { controller, monitor, ...hours });
}

/** The same stages for every test that only reads them. */
export function synthesizedEndpointStages(): readonly SynthesizedStage[] {
  synthesized ??= endpointStages();
  return synthesized;
}
