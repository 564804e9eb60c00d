import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  CfnResource,
  type IPolicyValidationContext,
  type IPolicyValidationPlugin,
  type PolicyValidationPluginReport,
  type PolicyViolation,
  Stack,
  type Stage,
  Validations,
} from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Finding, TemplateInput } from './api';
import { checkTemplates } from './check-templates';
import { RULES } from './rules/rules';

/**
 * What CDK puts before an id that is acknowledged without the name of a plugin. A finding that is reported under it is one that CDK
 * knows as acknowledged, with the reason, in its report.
 */
const ANNOTATION = 'Annotation::';

/** By app and template, who speaks of it: an app may have these checks beside its stages, and a finding is said once. */
const SPEAKERS = new WeakMap<IConstruct, Map<string, EndpointChecks>>();

/**
 * Checks every template of an app for what SageMaker, Application Auto Scaling, CloudWatch and AWS Budgets refuse or silently
 * ignore, whoever made the resources. Errors fail synthesis, warnings are shown. `docs/checks.md` lists the checks. A
 * `ProductionModel` has them already; an app needs them for what it makes beside.
 *
 * A finding is accepted on the construct that it is about, or on one around it:
 * `Validations.of(endpoint).acknowledge({ id: 'Slipway::rollback-none', reason: '...' })`.
 *
 * @example
 * Validations.of(app).addPlugins(new EndpointChecks());
 */
export class EndpointChecks implements IPolicyValidationPlugin {
  /**
   * Checks a stage. CDK asks a plugin once for all stages that have it, so they have one together.
   *
   * @internal
   */
  static _addTo(stage: Stage): void {
    Validations.of(stage).addPlugins(OF_STAGES);
  }

  /** What findings are reported under, and the prefix of their ids. */
  public readonly name: string = 'Slipway';

  /** Ids of all checks. */
  public readonly ruleIds?: string[] = RULES.map(({ id }) => id);

  /** Called by CDK at the end of synthesis. */
  public validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const bare = acknowledgedIn(context.appConstruct);
    const templates = [...stackTemplates(context), ...nestedTemplates(context)];
    const violations = assemblies(this.unspoken(context.appConstruct, templates))
      .flatMap(checkTemplates)
      .filter(({ acknowledged }) => acknowledged === undefined)
      .map((finding) => {
        const isBare = bare.get(`${basename(finding.template)}\n${finding.logicalId}`)?.has(finding.id) === true;
        return violationOf(finding, isBare ? `${ANNOTATION}${finding.id}` : finding.id);
      });
    return { success: violations.every(({ severity }) => severity !== 'error'), violations };
  }

  /** Templates that no other plugin of the app speaks of; of these this one does, however often the app is synthesized. */
  private unspoken(app: IConstruct, templates: readonly TemplateInput[]): TemplateInput[] {
    const speakers = SPEAKERS.get(app) ?? new Map<string, EndpointChecks>();
    SPEAKERS.set(app, speakers);
    return templates.filter(({ name }) => {
      const speaker = speakers.get(name) ?? this;
      speakers.set(name, speaker);
      return speaker === this;
    });
  }
}

const OF_STAGES = new EndpointChecks();

function readTemplate(file: string): TemplateInput {
  return { name: file, template: JSON.parse(readFileSync(file, 'utf8')) };
}

function stackTemplates({ appConstruct, stackTemplates }: IPolicyValidationContext): TemplateInput[] {
  const stacks = appConstruct.node.findAll().filter((construct) => Stack.isStack(construct));
  const names = new Map(stacks.map(({ node, stackName }) => [node.path, stackName]));
  return stackTemplates.map(({ templatePath, stackConstructPath }) => ({
    ...readTemplate(templatePath),
    stackName: names.get(stackConstructPath),
  }));
}

/** Templates of nested stacks, which are assets and so not among those that CDK hands out. */
function nestedTemplates({ appConstruct, stackTemplates }: IPolicyValidationContext): TemplateInput[] {
  const files = new Map(
    stackTemplates.map(({ stackConstructPath, templatePath }) => [stackConstructPath, templatePath]),
  );
  // Stacks before those that are nested in them.
  return appConstruct.node.findAll().flatMap((stack) => {
    if (!Stack.isStack(stack) || stack.nestedStackParent === undefined) return [];
    const around = files.get(stack.nestedStackParent.node.path);
    const resource = stack.nestedStackResource;
    if (around === undefined || !CfnResource.isCfnResource(resource)) return [];
    const file = join(dirname(around), stack.templateFile);
    files.set(stack.node.path, file);
    const logicalId = String(stack.nestedStackParent.resolve(resource.logicalId));
    return [{ ...readTemplate(file), parent: { name: around, logicalId } }];
  });
}

/** Templates by the folder that they are in: each stage has one, and only what is in one refers to each other. */
function assemblies(templates: readonly TemplateInput[]): TemplateInput[][] {
  const folders = new Map<string, TemplateInput[]>();
  for (const template of templates) {
    const folder = dirname(template.name);
    folders.set(folder, [...(folders.get(folder) ?? []), template]);
  }
  return [...folders.values()];
}

function violationOf(finding: Finding, ruleName: string): PolicyViolation {
  const { severity, template, logicalId, path, value, message, limit, source, fix } = finding;
  const given = value === undefined ? '' : ` is ${JSON.stringify(value)}`;
  return {
    ruleName,
    description: `${path}${given}: ${message}; limit: ${limit} (${source})`,
    fix,
    severity,
    ruleMetadata: { limit, source },
    violatingResources: [{ resourceLogicalId: logicalId, templatePath: template, locations: [path] }],
  };
}

/** Ids that are acknowledged without the name of the plugin, by file and logical id. */
function acknowledgedIn(app: IConstruct): Map<string, ReadonlySet<string>> {
  const accepted = new Map<string, ReadonlySet<string>>();
  for (const construct of app.node.findAll()) {
    if (!CfnResource.isCfnResource(construct)) continue;
    const ids = new Set(construct.node.scopes.flatMap(({ node }) => node.metadata).flatMap(bareIds));
    const stack = Stack.of(construct);
    if (ids.size > 0) accepted.set(`${stack.templateFile}\n${stack.resolve(construct.logicalId)}`, ids);
  }
  return accepted;
}

function bareIds({ type, data }: IConstruct['node']['metadata'][number]): string[] {
  if (type !== Validations.ACKNOWLEDGED_RULES_METADATA_KEY || typeof data !== 'object' || data === null) return [];
  return Object.keys(data).flatMap((id) => (id.startsWith(ANNOTATION) ? [id.slice(ANNOTATION.length)] : []));
}
