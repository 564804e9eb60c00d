import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { controlledStage } from './stage';

describe('cdk-nag', () => {
  it('finds nothing in the three stacks', () => {
    const before = process.env.CDK_VALIDATION;
    delete process.env.CDK_VALIDATION;
    try {
      const { app } = controlledStage();
      Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
      let error = '';
      try {
        app.synth();
      } catch (thrown) {
        error = String(thrown);
      }
      const file = join(app.outdir, 'validation-report.json');
      expect(existsSync(file), error).toBe(true);
      const { pluginReports } = JSON.parse(readFileSync(file, 'utf8')) as {
        pluginReports: {
          violations?: { ruleName: string; description: string; violatingConstructs?: { constructPath?: string }[] }[];
        }[];
      };
      const found = pluginReports.flatMap(({ violations = [] }) =>
        violations.map(
          ({ ruleName, description, violatingConstructs = [] }) =>
            `${ruleName} on ${violatingConstructs.map(({ constructPath }) => constructPath).join(', ')}: ${description}`,
        ),
      );
      expect(found).toEqual([]);
    } finally {
      process.env.CDK_VALIDATION = before;
    }
  }, 120_000);
});
