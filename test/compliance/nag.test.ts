import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, CfnResource, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { everythingIn } from '../everything';
import { modelWith, newApp } from '../support';

/** CDK's own validator, and with it its plugins, is off in other tests for its two seconds. Synthesis does not yield. */
function withValidation<T>(run: () => T): T {
  const before = process.env.CDK_VALIDATION;
  delete process.env.CDK_VALIDATION;
  try {
    return run();
  } finally {
    process.env.CDK_VALIDATION = before;
  }
}

interface Report {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly violations?: readonly {
      readonly ruleName: string;
      readonly description: string;
      readonly severity?: string;
      readonly violatingConstructs?: readonly { readonly constructPath?: string }[];
    }[];
  }[];
}

/** What synthesis with all checks says: the error it ends with, if any, and the report that it writes. */
function validated(app: App): { error: string; report: Report } {
  return withValidation(() => {
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    let error = '';
    try {
      app.synth();
    } catch (thrown) {
      error = String(thrown);
    }
    const file = join(app.outdir, 'validation-report.json');
    if (!existsSync(file)) throw new Error(`validation did not run: ${error || 'no report was written'}`);
    return { error, report: JSON.parse(readFileSync(file, 'utf8')) };
  });
}

/** Findings of every plugin, errors and warnings alike. */
function findings({ pluginReports }: Report): string[] {
  return pluginReports.flatMap(({ pluginName, violations = [] }) =>
    violations.map(({ ruleName, severity, description, violatingConstructs = [] }) => {
      const where = violatingConstructs.map(({ constructPath }) => constructPath).join(', ');
      return `${pluginName}: ${severity} ${ruleName} on ${where}: ${description}`;
    }),
  );
}

describe('cdk-nag AwsSolutions and the validator of CDK', () => {
  it('find nothing that is not acknowledged with its reason, in any stage and on any endpoint', () => {
    const app = newApp();
    everythingIn(app);
    const { error, report } = validated(app);
    expect(findings(report)).toEqual([]);
    expect(error).toBe('');
  }, 120_000);

  it('fail on what is planted: a bucket without TLS, a policy for everything, a template error', () => {
    const app = newApp();
    const { serveStack } = modelWith({}, app);
    new Bucket(serveStack, 'Planted');
    new Role(serveStack, 'PlantedRole', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }).addToPolicy(
      new PolicyStatement({ actions: ['s3:*'], resources: ['*'] }),
    );
    new CfnResource(serveStack, 'PlantedFunction', {
      type: 'AWS::Lambda::Function',
      properties: { MemorySize: 64, Role: 'r', Code: { ZipFile: '' }, Runtime: 'nodejs24.x', Handler: 'i.h' },
    });
    const { error, report } = validated(app);
    expect(error).toContain('AwsSolutions-S10');
    const found = findings(report).join('\n');
    expect(found).toMatch(/AwsSolutions-S10.* on pilot\/serve\/Planted/);
    expect(found).toMatch(/AwsSolutions-IAM5\[Resource::\*\].* on pilot\/serve\/PlantedRole/);
    expect(found).toMatch(/CloudFormation Validate: .* on pilot\/serve\/PlantedFunction/);
  }, 120_000);

  it('are told why, for each finding that is accepted', () => {
    const app = newApp();
    const reasons = everythingIn(app).flatMap((made) =>
      made.node
        .findAll()
        .flatMap(({ node }) => node.metadata)
        .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
        .flatMap(({ data }) => Object.entries(data as Record<string, string>)),
    );
    expect(reasons.length).toBeGreaterThan(20);
    for (const [id, reason] of reasons) {
      expect(reason, id).toMatch(/(\S+ ){4}/);
      // A whole rule may be accepted on one construct, a wildcard only by the very resource that it names.
      expect(id).not.toMatch(/IAM[45]$/);
    }
  });
});
