import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REHEARSAL_STACK, STAND_IN_FOR } from '../stand-ins/stand-in-types';
import { CONTRACT_METADATA, FACTS_METADATA, type StageFacts } from './facts';

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly Condition?: string;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

export interface StageStack {
  readonly stackName: string;
  readonly template: Template;
}

/** A resource of the stage as it was synthesized for the rehearsal. */
export interface StageResource {
  readonly stack: string;
  readonly logicalId: string;
  /** The type that was declared, also where a stand-in took its place. */
  readonly type: string;
  readonly isStandIn: boolean;
  readonly path: string;
  readonly retained: boolean;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** The synthesized stage: its stacks in the order of the assembly, and what the app says of itself. */
export class StageTemplates {
  readonly facts: StageFacts;
  readonly stacks: readonly StageStack[];

  constructor(assembly: string) {
    const own = readManifest(assembly);
    const rehearsal = own.stacks.find(({ stackName }) => stackName === REHEARSAL_STACK);
    const facts = rehearsal?.template.Metadata?.[FACTS_METADATA];
    if (facts === undefined) throw new Error(`the assembly ${assembly} was not synthesized for a rehearsal`);
    this.facts = facts as StageFacts;
    this.stacks = own.nested.flatMap((folder) => readManifest(folder).stacks);
  }

  /** Without the resources that a condition leaves out. */
  get resources(): StageResource[] {
    return this.stacks.flatMap(({ stackName, template }) =>
      Object.entries(template.Resources)
        .filter(([, { Condition }]) => Condition !== 'NotInRehearsal')
        .map(([logicalId, resource]) => describe(stackName, logicalId, resource)),
    );
  }

  /** Clause of the contract by logical id of what enforces it. */
  get clauses(): ReadonlyMap<string, string> {
    const lines = this.stacks.flatMap(({ template }) => {
      const trace = template.Metadata?.[CONTRACT_METADATA];
      return Array.isArray(trace) ? (trace as { readonly clause: string; readonly logicalId: string }[]) : [];
    });
    return new Map(lines.map(({ clause, logicalId }) => [logicalId, clause]));
  }
}

function describe(stack: string, logicalId: string, resource: Resource): StageResource {
  const { ServiceToken: _token, [STAND_IN_FOR]: standsFor, ...properties } = resource.Properties ?? {};
  return {
    stack,
    logicalId,
    type: typeof standsFor === 'string' ? standsFor : resource.Type,
    isStandIn: typeof standsFor === 'string',
    path: String(resource.Metadata?.['aws:cdk:path'] ?? '').replace(/\/Resource$/, ''),
    retained: (resource.DeletionPolicy ?? '').startsWith('Retain'),
    properties: typeof standsFor === 'string' ? properties : (resource.Properties ?? {}),
  };
}

interface Manifest {
  readonly artifacts: Readonly<
    Record<
      string,
      {
        readonly type: string;
        readonly properties?: {
          readonly templateFile?: string;
          readonly stackName?: string;
          readonly directoryName?: string;
        };
      }
    >
  >;
}

function readManifest(folder: string): { readonly stacks: StageStack[]; readonly nested: string[] } {
  const file = join(folder, 'manifest.json');
  if (!existsSync(file)) throw new Error(`there is no cloud assembly in ${folder}`);
  const { artifacts }: Manifest = JSON.parse(readFileSync(file, 'utf8'));
  const stacks: StageStack[] = [];
  const nested: string[] = [];
  for (const [id, { type, properties }] of Object.entries(artifacts)) {
    if (type === 'cdk:cloud-assembly') nested.push(join(folder, properties?.directoryName ?? id));
    if (type !== 'aws:cloudformation:stack') continue;
    const template: Template = JSON.parse(
      readFileSync(join(folder, properties?.templateFile ?? `${id}.template.json`), 'utf8'),
    );
    stacks.push({ stackName: properties?.stackName ?? id, template });
  }
  return { stacks, nested };
}
