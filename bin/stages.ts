import { Duration, type Environment, Size } from 'aws-cdk-lib';
import {
  Column,
  Criterion,
  DataClass,
  type DataPipelineOptions,
  DataSchedule,
  DataSource,
  DatasetSchema,
  EndpointScaling,
  GuardPolicy,
  HoldOut,
  type IModelBackend,
  ModelBackend,
  ModelCode,
  ModelImage,
  ModelSource,
  OnCall,
  type ProductionContract,
  StageProfile,
} from '../lib/index';

/** One entry per stage; `bin/app.ts` makes a `ProductionModel` of each. */
export interface StageEntry {
  readonly id: string;
  readonly env: Environment;
  readonly model: string;
  readonly contract: ProductionContract;
  readonly profile: StageProfile;
  readonly backend: IModelBackend;
  readonly guard: GuardPolicy;
  readonly data: DataPipelineOptions;
}

const contract: ProductionContract = {
  purpose: 'Keep spam out of the support inbox',
  owner: {
    team: 'mail-platform',
    email: 'mail-platform@example.com',
    onCall: OnCall.email('mail-platform-night@example.com'),
    costCentre: 'support',
  },
  latencyP95: Duration.millis(200),
  timeout: Duration.seconds(5),
  availability: 99.9,
  peakRequestsPerSecond: 40,
  requestsPerMonth: 3_000_000,
  success: [Criterion.atLeast('f1', 0.95), Criterion.atLeast('accuracy', 0.95)],
  positiveLabel: 'spam',
  monthlyBudgetUsd: 400,
  financeEmails: ['finance@example.com'],
  dataClass: DataClass.PERSONAL,
  allowedRegions: ['eu-west-1'],
};

/** Mails with the truth about them, as the team that reads them sorts them. */
const data: DataPipelineOptions = {
  dataset: 'mails',
  sources: [DataSource.inbox('mails/')],
  schema: new DatasetSchema({
    columns: [
      Column.string('id', { required: true, maxLength: 100 }),
      Column.timestamp('sent'),
      Column.string('label', { required: true, allowed: ['ham', 'spam'], maxPsi: 0.25 }),
      Column.string('fingerprint', { required: true, pattern: '[0-9a-f]{64}' }),
      Column.string('text', { required: true, personal: true }),
    ],
    key: ['id'],
    // Copies of one mail stand on one side.
    group: ['fingerprint'],
    minimumRows: 100,
    maximumBadShare: 0.01,
    classBalance: { column: 'label', shares: { spam: { minimum: 0.05, maximum: 0.7 } } },
  }),
  holdOut: HoldOut.byHash({ share: 0.2 }),
  schedule: DataSchedule.daily({ at: '03:00' }),
  partitions: 2,
};

const common = {
  env: { region: 'eu-west-1' },
  model: 'spam-filter',
  contract,
  backend: ModelBackend.lambda({ code: ModelCode.node('examples/spam-filter/model') }),
  // Mails with attachments are larger than what the standard policy lets pass.
  guard: GuardPolicy.standard().maxSize(Size.kibibytes(512)).maskPersonalData(),
  data,
};

/**
 * The same model on SageMaker, as `npx slipway rehearse pilot --backend sagemaker` runs it; put it into an entry below to deploy it.
 * Its image is made of `examples/spam-filter/container` and pushed to the repository once.
 */
export const endpointBackend: IModelBackend = ModelBackend.sageMakerRealTime({
  model: ModelSource.fromRegistry({ image: ModelImage.fromEcrByName('spam-filter', '1.0.0') }),
  instanceType: 'ml.m7i.large',
  // Measure it: what one instance answers within the objective.
  scaling: EndpointScaling.onInvocations({ maxRequestsPerSecond: 40 }),
});

export const stages: readonly StageEntry[] = [
  { ...common, id: 'pilot', profile: StageProfile.PILOT },
  { ...common, id: 'staging', profile: StageProfile.STAGING },
  { ...common, id: 'production', profile: StageProfile.PRODUCTION },
];
