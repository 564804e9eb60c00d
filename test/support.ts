import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, type Environment, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import type { IConstruct } from 'constructs';
import { stages } from '../bin/stages';
import {
  ApiAccess,
  Column,
  Criterion,
  DataClass,
  type DataPipelineOptions,
  DataSchedule,
  DataSource,
  DatasetSchema,
  GuardPolicy,
  ModelBackend,
  ModelCode,
  ModelRegistry,
  OnCall,
  PredictionLog,
  type ProductionContract,
  ProductionModel,
  type ProductionModelProps,
  StageProfile,
} from '../lib/index';

export const REGION: Environment = { region: 'eu-west-1' };
export const MODEL_FOLDER = 'examples/spam-filter/model';

/** A resource as it stands in a template. */
export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: readonly string[];
}

export interface TemplateJson {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Export?: unknown }>>;
  readonly Parameters?: Readonly<Record<string, unknown>>;
}

let outputs: string | undefined;
let count = 0;

/** An app with the flags that `bin/app.ts` sets, whose output goes when the process ends. */
export function newApp(): App {
  if (outputs === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-test-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    outputs = folder;
  }
  count += 1;
  return new App({
    context: { ...recommendedFlags, 'aws:cdk:disable-asset-staging': true },
    outdir: join(outputs, String(count)),
  });
}

/** A whole contract without a fault, with what a test changes. */
export function contractOf(changes: Partial<ProductionContract> = {}): ProductionContract {
  return {
    purpose: 'Keep spam out of the support inbox',
    owner: { team: 'mail-platform', email: 'mail@example.com', onCall: OnCall.email('night@example.com') },
    latencyP95: Duration.millis(200),
    availability: 99.9,
    peakRequestsPerSecond: 40,
    success: [Criterion.atLeast('f1', 0.95)],
    monthlyBudgetUsd: 400,
    dataClass: DataClass.PERSONAL,
    allowedRegions: ['eu-west-1'],
    ...changes,
  };
}

export type ModelChanges = Partial<ProductionModelProps> & { readonly id?: string };

/** A stage in an app of its own. */
export function modelWith(changes: ModelChanges = {}, app = newApp()): ProductionModel {
  const { id = 'pilot', ...props } = changes;
  return new ProductionModel(app, id, {
    env: REGION,
    model: 'spam-filter',
    contract: contractOf(),
    profile: StageProfile.PILOT,
    backend: ModelBackend.lambda({ code: ModelCode.node(MODEL_FOLDER) }),
    ...props,
  });
}

/** Assertions over the stacks of a stage. */
export interface StageTemplates {
  readonly state: Template;
  readonly serve: Template;
  readonly operate: Template;
  /** Only of backends that have an endpoint of their own. */
  readonly endpoint?: Template;
}

export function templatesOf(model: ProductionModel): StageTemplates {
  return {
    state: Template.fromStack(model.stateStack),
    serve: Template.fromStack(model.serveStack),
    operate: Template.fromStack(model.operateStack),
    ...(model.endpointStack === undefined ? {} : { endpoint: Template.fromStack(model.endpointStack) }),
  };
}

/** A plain stack with what a construct needs that stands alone. */
export function standalone() {
  const stack = new Stack(newApp(), 'plain', { env: REGION });
  const key = new Key(stack, 'Key');
  return {
    stack,
    key,
    registry: new ModelRegistry(stack, 'Registry', { encryptionKey: key }),
    log: new PredictionLog(stack, 'Log', { encryptionKey: key }),
    backend: ModelBackend.lambda({ code: ModelCode.node(MODEL_FOLDER) }),
  };
}

export function templateJson(template: Template): TemplateJson {
  return template.toJSON() as TemplateJson;
}

/** Logical ids and resources of a type. */
export function resourcesOf(template: Template, type: string): [string, Resource][] {
  return Object.entries(templateJson(template).Resources).filter(([, resource]) => resource.Type === type);
}

/** The first resource of a type, where there is to be one. */
export function only(template: Template, type: string): Resource {
  const [[, resource] = []] = resourcesOf(template, type);
  if (resource === undefined) throw new Error(`there is no ${type}`);
  return resource;
}

/** A property of a resource, in the shape that a test expects of it. */
export function property<T>(resource: Resource | undefined, name: string): T {
  return resource?.Properties?.[name] as T;
}

/** A synthesized stage, by which invariants are stated. */
export interface SynthesizedStage {
  readonly name: string;
  readonly profile: StageProfile;
  readonly model: ProductionModel;
  readonly templates: StageTemplates;
}

/** Callers with tokens of an issuer, functions in a VPC, and data: what the stages of `bin/stages.ts` do not choose. */
export function addOidcVpcStage(app: App): ProductionModel {
  // Imported by literals, so that the stack that it is imported in need not be deployed.
  const vpc = Vpc.fromVpcAttributes(new Stack(newApp(), 'network', { env: REGION }), 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    privateSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef1'],
  });
  return modelWith(
    {
      id: 'tokens',
      profile: StageProfile.STAGING,
      access: ApiAccess.oidc({ issuer: 'https://login.example.com', audience: 'spam-filter', roles: ['caller'] }),
      network: { vpc },
      guard: GuardPolicy.standard().maskPersonalData(),
      contract: contractOf({ dataFreshness: Duration.days(3) }),
      data: stageData(),
    },
    app,
  );
}

/** Data of a stage with everything that can be asked of them. */
export function stageData(changes: Partial<DataPipelineOptions> = {}): DataPipelineOptions {
  return {
    sources: [DataSource.inbox(), DataSource.prefix('mails-that-arrive', 'in/')],
    schema: new DatasetSchema({
      columns: [
        Column.string('text', { required: true, personal: true }),
        Column.string('label', { required: true, allowed: ['ham', 'spam'] }),
        Column.timestamp('at', { required: true }),
      ],
      freshness: { column: 'at', maxAge: Duration.days(2) },
      maximumBadShare: 0.02,
    }),
    schedule: DataSchedule.daily({ at: '02:30' }),
    startOnArrival: true,
    ...changes,
  };
}

/** Every stage of `bin/stages.ts`, and one with OIDC, a VPC and data, in one app. */
export function everyStage(): SynthesizedStage[] {
  const app = newApp();
  const made = stages.map(({ id, ...props }) => ({
    profile: props.profile,
    model: new ProductionModel(app, id, props),
  }));
  made.push({ profile: StageProfile.STAGING, model: addOidcVpcStage(app) });
  return made.map(({ profile, model }) => ({ name: model.node.id, profile, model, templates: templatesOf(model) }));
}

let synthesized: SynthesizedStage[] | undefined;

/** The same stages for every test that only reads them. */
export function synthesizedStages(): readonly SynthesizedStage[] {
  synthesized ??= everyStage();
  return synthesized;
}

/** Every resource of a stage with its stack's and its own name. */
export function allResources({ templates }: SynthesizedStage): { id: string; stack: string; resource: Resource }[] {
  return Object.entries(templates).flatMap(([stack, template]: [string, Template]) =>
    Object.entries(templateJson(template).Resources).map(([id, resource]) => ({ id, stack, resource })),
  );
}

/** Texts of the annotations on a construct and below, by level. */
export function annotations(scope: IConstruct, level: 'aws:cdk:warning' | 'aws:cdk:info'): string[] {
  return scope.node
    .findAll()
    .flatMap(({ node }) => node.metadata.filter(({ type }) => type === level).map(({ data }) => String(data)));
}

/** The message with which `run` fails. */
export function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  throw new Error('it did not fail');
}
