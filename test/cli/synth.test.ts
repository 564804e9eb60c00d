import { existsSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { App, CfnOutput, Stack, Stage } from 'aws-cdk-lib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stageOutputs, stageState } from '../../cli/stage-outputs';
import { type Assembly, readStages, synthError, synthesize } from '../../cli/synth';
import { ConfigError } from '../../lib/core/config-error';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-project-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

function assemblyOf(): Assembly {
  const app = new App({ outdir: join(root, 'cdk.out') });
  for (const [name, region] of [
    ['pilot', undefined],
    ['production', 'eu-west-1'],
  ] as const) {
    const stage = new Stage(app, name, { env: { region } });
    for (const id of ['state', 'serve']) {
      const stack = new Stack(stage, id, { stackName: `demo-${name}-${id}` });
      new CfnOutput(stack, 'Name', { value: id });
    }
  }
  const { directory } = app.synth();
  return { directory, stages: readStages(directory) };
}

/** A project with its own CDK CLI, whose app is this text. */
async function projectOf(app: string): Promise<string> {
  await writeFile(join(root, 'package.json'), '{}');
  await writeFile(join(root, 'cdk.json'), '{"app":"node app.js"}');
  await writeFile(join(root, 'app.js'), app);
  await symlink(join(__dirname, '../../node_modules'), join(root, 'node_modules'));
  return root;
}

describe('the stages of a cloud assembly', () => {
  it('are read with the names, regions and templates of their stacks', () => {
    const { stages } = assemblyOf();
    expect(
      stages.map(({ name, stacks }) => [name, stacks.map(({ id, stackName, region }) => [id, stackName, region])]),
    ).toEqual([
      [
        'pilot',
        [
          ['state', 'demo-pilot-state', undefined],
          ['serve', 'demo-pilot-serve', undefined],
        ],
      ],
      [
        'production',
        [
          ['state', 'demo-production-state', 'eu-west-1'],
          ['serve', 'demo-production-serve', 'eu-west-1'],
        ],
      ],
    ]);
    const state = stages[0]?.stacks[0];
    expect(state?.template.Outputs).toMatchObject({ Name: { Value: 'state' } });
    expect(existsSync(state?.templateFile ?? '')).toBe(true);
  });
});

describe('synthesizing a project', () => {
  it('runs its CDK app', async () => {
    const project = await projectOf(`
      const { App, Stack, Stage } = require('aws-cdk-lib');
      const app = new App();
      new Stack(new Stage(app, 'pilot'), 'state', { stackName: 'demo-pilot-state' });
      app.synth();`);
    const { stages } = await synthesize(project);
    expect(stages).toMatchObject([{ name: 'pilot', stacks: [{ id: 'state', stackName: 'demo-pilot-state' }] }]);
  }, 60_000);

  it('that refuses its configuration ends with the message alone and code 2', async () => {
    const project = await projectOf(`
      class ConfigError extends Error {}
      ConfigError.prototype.name = 'ConfigError';
      throw new ConfigError('production:\\n  - owner is missing\\n  - budget is 0, expected more');`);
    await expect(synthesize(project)).rejects.toMatchObject({
      name: 'CliError',
      exitCode: 2,
      message: 'production: 2 faults: (1) owner is missing (2) budget is 0, expected more',
    });
  }, 60_000);

  it('without the CDK CLI says so', async () => {
    await expect(synthesize(root)).rejects.toThrow('the CDK CLI is not installed in');
  });
});

describe('the reason of a failed synthesis', () => {
  const printed = (error: Error) =>
    `/app/lib/x.js:12\n    throw error;\n    ^\n\n${error.stack}\n\nNode.js v20.0.0\nSubprocess exited with error 1\n`;

  it.each([
    ['one fault', new ConfigError('production', 'stage has no owner'), 'production: stage has no owner', 2],
    ['several faults', new ConfigError('p', ['a is 1', 'b is 2']), 'p: 2 faults: (1) a is 1 (2) b is 2', 2],
    ['another error', new RangeError('at most 5 stages'), 'synthesis failed: at most 5 stages', 1],
  ])('of %s is its message without the stack', (_, error, message, exitCode) => {
    expect(synthError(printed(error))).toMatchObject({ message, exitCode });
  });

  it('of a validation names each fault and where it is', () => {
    const validated = (faults: string) =>
      `core/synthesis.js:2\n  \`);throw Validation failed with the following errors:\n     ^\n\n[«V» Validation failed with the following errors:\n${faults}    ...aws-cdk-lib, node internals...\n\nSubprocess exited with error 1\n`;
    expect(synthError(validated('  [production] clause "owner" is enforced by nothing\n'))).toMatchObject({
      message: 'production: clause "owner" is enforced by nothing',
      exitCode: 2,
    });
    expect(synthError(validated('  [p/a] x is 1\n  [p/b] y is 2\n')).message).toBe(
      '2 faults: (1) p/a: x is 1 (2) p/b: y is 2',
    );
  });

  it('is the last line where no error was printed', () => {
    expect(synthError('warn\n--app is required\n')).toMatchObject({
      message: 'synthesis failed: --app is required',
      exitCode: 1,
    });
    expect(synthError('').message).toMatch(/^synthesis failed: /);
  });
});

describe('the outputs of a stage', () => {
  /** CloudFormation that answers this, in the regions that were asked. */
  function cloudFormationOf(statusCode: number, body: string, regions: (string | undefined)[] = []) {
    return (region: string | undefined) => {
      regions.push(region);
      return new CloudFormationClient({
        region: region ?? 'us-east-1',
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
        maxAttempts: 1,
        requestHandler: {
          handle: async () => ({
            response: { statusCode, headers: { 'content-type': 'text/xml' }, body: Buffer.from(body) },
          }),
        },
      });
    };
  }
  const STACK = `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>s</StackName><Outputs>
    <member><OutputKey>RegistryTableName</OutputKey><OutputValue>table</OutputValue></member>
    <member><OutputKey>ModelName</OutputKey><OutputValue>demo</OutputValue></member>
    </Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
  const error = (code: string, message: string) =>
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;

  it('are those of its stack of state, in its region', async () => {
    const regions: (string | undefined)[] = [];
    const options = { assembly: assemblyOf(), cloudFormation: cloudFormationOf(200, STACK, regions) };
    expect(await stageOutputs('production', options)).toEqual({ RegistryTableName: 'table', ModelName: 'demo' });
    expect(await stageState('pilot', options)).toMatchObject({ stackName: 'demo-pilot-state', region: undefined });
    expect(regions).toEqual(['eu-west-1', undefined]);
  });

  it('fail for a stage that the project does not have, and name those it has', async () => {
    await expect(stageOutputs('prod', { assembly: assemblyOf() })).rejects.toMatchObject({
      exitCode: 2,
      message: 'there is no stage "prod"; this project has pilot, production',
    });
  });

  it('fail for a stage that is not deployed, and say how to deploy it', async () => {
    const body = error('ValidationError', 'Stack with id demo-production-state does not exist');
    const options = { assembly: assemblyOf(), cloudFormation: cloudFormationOf(400, body) };
    await expect(stageOutputs('production', options)).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(
        /no stack demo-production-state in eu-west-1; run "npx cdk deploy 'production\/\*'"$/,
      ),
    });
  });

  it('fail with one line when AWS refuses the credentials', async () => {
    const body = error('InvalidClientTokenId', 'The security token included in the request is invalid.');
    const options = { assembly: assemblyOf(), cloudFormation: cloudFormationOf(403, body) };
    await expect(stageOutputs('pilot', options)).rejects.toMatchObject({
      exitCode: 1,
      message:
        'could not read stack demo-pilot-state: AWS does not accept the credentials; check AWS_PROFILE and the AWS_ variables',
    });
  });
});
