import { S3Client } from '@aws-sdk/client-s3';
import type { ClientConfig } from '../aws';
import type { LeftResource, NothingLeftReport } from '../report/report';
import type { Cdk } from '../stage/cdk';
import { type DeployedStage, deleteStack, liftTerminationProtection } from '../stage/deployed';
import type { StageTemplates } from '../stage/templates';
import { REHEARSAL_STACK, STAND_IN_FUNCTION } from '../stand-ins/stand-in-types';
import { emptyBucket } from './empty-bucket';
import type { Inventory } from './inventory';

export interface TeardownOptions {
  readonly config: ClientConfig;
  readonly cdk: Cdk;
  readonly templates: StageTemplates;
  readonly deployed: DeployedStage;
  readonly inventory: Inventory;
  /** What was there before the stage. */
  readonly before: ReadonlySet<string>;
}

/** Destroys the stage and says what was left: kept by its profile, and then removed, or left over, which is a failure. */
export async function tearDown(options: TeardownOptions): Promise<NothingLeftReport> {
  const { config, cdk, templates, deployed, inventory, before } = options;
  await emptyBuckets(config, templates, deployed);
  await liftTerminationProtection(config, templates);
  await cdk.destroy(templates.facts.stage);
  await deleteStack(config, REHEARSAL_STACK);

  const kept = retainedIds(templates, deployed);
  const left = notBefore(await inventory.take(), before);
  const removedRetained: LeftResource[] = [];
  for (const { type, name } of left.filter((resource) => kept.has(idOf(resource)))) {
    await inventory.remove(type, name);
    removedRetained.push({ type, name: shortName(name) });
  }
  const after = notBefore(await inventory.take(), before);
  for (const { type, name } of after.filter(isOfRehearsal)) await inventory.remove(type, name);
  const leftOver = after
    .filter((resource) => !isOfRehearsal(resource))
    .map(({ type, name }) => ({ type, name: shortName(name) }));
  return { checked: true, removedRetained, leftOver };
}

/** CDK empties buckets with a custom resource that the emulator cannot run. */
async function emptyBuckets(
  config: ClientConfig,
  templates: StageTemplates,
  { physicalIds }: DeployedStage,
): Promise<void> {
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  for (const { stack, logicalId, type } of templates.resources) {
    const bucket = physicalIds.get(`${stack}/${logicalId}`);
    if (type === 'AWS::S3::Bucket' && bucket !== undefined) await emptyBucket(s3, bucket);
  }
}

function retainedIds(templates: StageTemplates, { physicalIds }: DeployedStage): ReadonlySet<string> {
  const retained = templates.resources.filter((resource) => resource.retained);
  return new Set(
    retained.flatMap(({ stack, logicalId, type }) => {
      const id = physicalIds.get(`${stack}/${logicalId}`);
      return id === undefined ? [] : [idOf({ type, name: id })];
    }),
  );
}

function notBefore(now: ReadonlySet<string>, before: ReadonlySet<string>): LeftResource[] {
  return [...now]
    .filter((entry) => !before.has(entry))
    .map((entry) => {
      const at = entry.indexOf(' ');
      return { type: entry.slice(0, at), name: entry.slice(at + 1) };
    });
}

/** The emulator makes log groups for functions whose own is gone; that of the stand-ins is the rehearsal's, not the stage's. */
function isOfRehearsal({ type, name }: LeftResource): boolean {
  return type === 'AWS::Logs::LogGroup' && name === `/aws/lambda/${STAND_IN_FUNCTION}`;
}

/** One name for what CloudFormation knows by ARN and its service lists by id or name. */
function idOf({ type, name }: LeftResource): string {
  if (type === 'AWS::KMS::Key') return `${type} ${name.split('/').at(-1)}`;
  // The ARN of a secret is its name and six random characters.
  if (type === 'AWS::SecretsManager::Secret') return `${type} ${name.replace(/^arn:.*:secret:(.*)-\w{6}$/, '$1')}`;
  return `${type} ${name}`;
}

function shortName(name: string): string {
  return name.startsWith('arn:') ? (name.split(':').at(-1) ?? name) : name;
}
