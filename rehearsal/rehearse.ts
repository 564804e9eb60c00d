import { constants } from 'node:os';
import { collectMails } from './data/collect-mails';
import { StageData } from './data/stage-data';
import { EMULATOR_CREDENTIALS } from './emulator/emulator';
import { identity } from './identity';
import { measure, trafficReport } from './measure';
import { joinedFeedback } from './observe/records';
import { Progress, type ProgressOutput } from './progress';
import { RehearsedStage } from './rehearsed-stage';
import type { NotRunReport, RehearsalReport, ReportParts } from './report/report';
import { completeReport } from './report/verdict';
import type { RehearsedBackend } from './stage/cdk';
import { deployedReport } from './stage/deployed';
import { Pace } from './traffic/pace';
import { type SendOptions, sendFeedback, sendMails, warmUp } from './traffic/send-mails';
import { localMails, stageController, stageRegistry, trainSpamFilter } from './traffic/train-model';

export interface RehearseOptions {
  readonly project: string;
  readonly stage: string;
  /**
   * Where the model runs.
   * @default as the stage says
   */
  readonly backend?: RehearsedBackend;
  /** Keep the stage running at the end. */
  readonly keep: boolean;
  readonly output: ProgressOutput;
  /** Environment in which the emulator is installed, where it is not that of this process. */
  readonly installEnvironment?: NodeJS.ProcessEnv;
  /** Mails to send; the first of the held-out ones. */
  readonly mails?: number;
}

export interface Rehearsal {
  readonly report: RehearsalReport;
  /** Why it ended early; the report says what was done until then. */
  readonly error?: unknown;
  /** What to try, where the stage was kept. */
  readonly kept?: KeptStage;
}

export interface KeptStage {
  readonly url: string;
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

const STEPS = [
  'start the emulator',
  'synthesize the stage',
  'bootstrap',
  'deploy',
  'collect real mails',
  'train on real mails',
  'register and use the version',
  'warm up',
  'take the paths that mails do not',
  'send held-out mails',
  'send feedback',
  'collect metrics, evaluate alarms',
  'destroy and look for leftovers',
] as const;

const [START, SYNTH, BOOTSTRAP, DEPLOY, COLLECT, TRAIN, USE, WARM_UP, WALK, TRAFFIC, FEEDBACK, OBSERVE, DESTROY] =
  STEPS;

const MAILS = 600;
const CONCURRENCY = 4;

/** What no rehearsal on this machine can check. */
const NOT_RUN: readonly NotRunReport[] = [
  {
    what: 'expiry of records, payloads and logs',
    why: 'the emulator keeps DynamoDB TTL and S3 lifecycle settings without acting on them',
  },
  { what: 'encryption with the stage key', why: 'the emulator accepts the key and stores without it' },
  { what: 'API access log', why: 'the emulator writes none' },
  {
    what: 'invocations, errors and throttles of functions behind the API',
    why: 'the emulator counts only what is invoked through the Lambda API',
  },
  { what: 'provisioned concurrency and cold starts of Lambda', why: 'functions run as processes of this machine' },
  { what: 'refusal of connections without TLS', why: 'loopback has none; the statements that deny it are left out' },
  { what: 'delivery of e-mails', why: 'the emulator sends none; topics and subscriptions are deployed' },
];

/** What it cannot check of an endpoint besides. */
const NOT_RUN_OF_ENDPOINTS: readonly NotRunReport[] = [
  {
    what: 'what Application Auto Scaling decides',
    why: 'the double keeps targets and policies, and scales nothing but what wakes from zero',
  },
  {
    what: 'permissions of the execution role and of calls to SageMaker',
    why: 'the double enforces no IAM; a test compares calls and policies',
  },
  { what: 'pulling images, GPUs, network isolation', why: "the container's server runs as a process of this machine" },
  { what: 'changes of the endpoint as metrics', why: 'the emulator publishes none of Step Functions' },
];

/** The main job: a whole stage from nothing to a report, on this machine. */
export async function rehearse(options: RehearseOptions): Promise<Rehearsal> {
  const startedAt = new Date();
  const progress = new Progress(options.output, options.keep ? STEPS.filter((name) => name !== DESTROY) : STEPS);
  const stage = new RehearsedStage(options);
  const parts: Writable<Measurements> = { ...NOTHING_MEASURED };
  const onSignal = (signal: NodeJS.Signals) => {
    options.output.write(`\n${signal}: ending the emulator\n`);
    stage.endNow();
    process.exit(128 + constants.signals[signal]);
  };
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  process.once('SIGHUP', onSignal);
  const report = () =>
    completeReport({
      ...identity(options.project, options.stage, stage, startedAt),
      backend: options.backend ?? 'lambda',
      ...parts,
      notRun: stage.double === undefined ? NOT_RUN : [...NOT_RUN, ...NOT_RUN_OF_ENDPOINTS],
      steps: progress.steps,
    });
  try {
    await run(options, stage, progress, parts, startedAt);
    if (!options.keep) return { report: report() };
    const kept: KeptStage = {
      url: stage.apiUrl,
      endpoint: stage.emulator.endpoint,
      region: stage.region,
      credentials: EMULATOR_CREDENTIALS,
    };
    stage.keep();
    return { report: report(), kept };
  } catch (error) {
    return { report: report(), error };
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, onSignal);
    await stage.end();
  }
}

async function run(
  options: RehearseOptions,
  stage: RehearsedStage,
  progress: Progress,
  parts: Writable<Measurements>,
  since: Date,
): Promise<void> {
  await progress.step(
    START,
    () => stage.startEmulator(),
    ({ endpoint }) => endpoint,
  );
  const templates = await progress.step(
    SYNTH,
    () => stage.synthesize(),
    ({ stacks }) => `${stacks.length} stacks`,
  );
  await progress.step(BOOTSTRAP, () => stage.bootstrap());
  const deployed = await progress.step(
    DEPLOY,
    () => stage.deploy(),
    () => `${templates.resources.length} resources`,
  );
  parts.deployed = deployedReport(templates);

  const data = StageData.of(stage.config, deployed.outputs);
  const training = await progress.step(
    COLLECT,
    async () => {
      if (data === undefined) {
        parts.data = 'not declared';
        return localMails();
      }
      const collected = await collectMails(data, stage.folder, (text) => progress.tell(text));
      parts.data = collected.report;
      return collected.training;
    },
    ({ dataset, split }) =>
      `${dataset ?? 'from disk'}: ${split.train.length} to train, ${split.holdOut.length} held out`,
  );
  const trained = await progress.step(
    TRAIN,
    () => trainSpamFilter(stage.folder, training),
    ({ report }) => `${report.train} mails, F1 ${report.metrics.f1?.toFixed(3)}`,
  );
  const registry = stageRegistry(stage.config, deployed.outputs);
  const controller = stageController(stage.config, deployed.outputs);
  const version = await progress.step(
    USE,
    async () => {
      const { version: registered } = await registry.register({
        path: trained.artifact,
        metrics: trained.report.metrics,
        parents: training.dataset === undefined ? undefined : [training.dataset],
        description: 'rehearsal',
      });
      if (controller === undefined) await registry.use(registered.version);
      else await controller.run({ action: 'use', version: registered.version }, toldTo(progress));
      return registered.version;
    },
    (id) => id,
  );
  parts.training = { ...trained.report, modelVersion: version };

  const callers = stage.callers();
  const caller = await callers.create('slipway-rehearsal-caller');
  const warmedUp = await progress.step(
    WARM_UP,
    () => warmUp(caller, trained.holdOut, CONCURRENCY),
    (all) =>
      `${all.length} requests, the slowest ${Math.max(...all.map(({ answer }) => answer.latencyMs)).toFixed(0)} ms`,
  );
  const walked = await progress.step(
    WALK,
    () => stage.walkPaths(caller),
    ({ paths }) => `${paths.filter(({ ok }) => ok).length} of ${paths.length} went well`,
  );
  parts.paths = walked.paths;
  const mails = evenly(trained.holdOut, options.mails ?? MAILS);
  const { peakRequestsPerSecond, minimumFeedback } = templates.facts;
  const paced = (): SendOptions => ({
    concurrency: CONCURRENCY,
    pace: Pace.below(peakRequestsPerSecond),
    onProgress: (done, of) => tell(progress, done, of),
  });
  const trafficSince = new Date();
  const started = performance.now();
  const sent = await progress.step(
    TRAFFIC,
    () => sendMails(caller, mails, paced()),
    (all) => `${all.filter(({ answer }) => answer.status === 200).length} of ${all.length} answered`,
  );
  parts.traffic = trafficReport(sent, CONCURRENCY, (performance.now() - started) / 1000);
  parts.feedback = await progress.step(
    FEEDBACK,
    async () => {
      const told = await sendFeedback(caller, sent, paced());
      return { ...told, joined: joinedFeedback(sent, await stage.records()), neededByCriteria: minimumFeedback };
    },
    ({ joined, sent: all }) => `${joined} of ${all} joined`,
  );
  Object.assign(
    parts,
    await progress.step(
      OBSERVE,
      () => measure(stage, { before: [...warmedUp, ...walked.sent], sent, since, trafficSince }),
      ({ alarms }) => `${alarms?.length ?? 0} alarms`,
    ),
  );
  await callers.remove();

  if (options.keep) {
    parts.nothingLeft = { checked: false, removedRetained: [], leftOver: [] };
    return;
  }
  parts.nothingLeft = await progress.step(
    DESTROY,
    () => stage.tearDown(),
    ({ leftOver }) => (leftOver.length === 0 ? 'nothing left' : `${leftOver.length} left over`),
  );
}

/** `count` of `items`, spread over all of them: the corpus comes sorted by its groups. */
function evenly<T>(items: readonly T[], count: number): T[] {
  const taken = Math.min(count, items.length);
  return Array.from({ length: taken }, (_, index) => items[Math.floor((index * items.length) / taken)]).filter(
    (item): item is T => item !== undefined,
  );
}

/** What the controller does, beside the step that it is asked in. */
function toldTo(progress: Progress) {
  return { started: () => {}, entered: (_at: Date, text: string) => progress.tell(text) };
}

function tell(progress: Progress, done: number, of: number): void {
  if (done % 25 === 0 || done === of) progress.tell(`${done} of ${of}`);
}

type Measurements = Pick<
  ReportParts,
  | 'deployed'
  | 'data'
  | 'training'
  | 'traffic'
  | 'quality'
  | 'latency'
  | 'guard'
  | 'paths'
  | 'feedback'
  | 'records'
  | 'denied'
  | 'alarms'
  | 'budget'
  | 'nothingLeft'
>;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const NOTHING_MEASURED: Measurements = {
  deployed: null,
  data: null,
  training: null,
  traffic: null,
  quality: null,
  latency: null,
  guard: null,
  paths: null,
  feedback: null,
  records: null,
  denied: null,
  alarms: null,
  budget: null,
  nothingLeft: null,
};
