import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { type EndpointCommandOptions, stopEndpointCommand, wakeCommand } from '../../cli/endpoint';
import { stageControl } from '../../cli/endpoint-control/stage-control';
import { runCommand } from '../../cli/run';
import type { Pointers } from '../../protocol/model-version';
import { EXECUTION, FakeControl, failing, succeeding } from './fake-control';

const serving: Pointers = {
  revision: 1,
  desired: 'v-1',
  desiredState: 'running',
  routing: { live: 'v-1', canary: null, shadow: null },
  changedBy: 'arn:ada',
  changedAt: '2026-01-01',
};

interface Setting {
  readonly control?: FakeControl;
  readonly pointers?: Pointers;
  readonly confirm?: EndpointCommandOptions['confirm'];
}

/** Runs `slipway <args>` against a stage whose controller is played. */
async function slipway(setting: Setting, ...args: string[]) {
  const { control = succeeding(), pointers = serving, confirm } = setting;
  let out = '';
  let err = '';
  const options: EndpointCommandOptions = {
    output: { write: (text: string) => (out += text) },
    connect: async () => ({ control: control.control, pointers: async () => pointers }),
    confirm,
  };
  const program = new Command('slipway').addCommand(stopEndpointCommand(options)).addCommand(wakeCommand(options));
  const code = await runCommand(program, args, { write: (text: string) => (err += text) });
  return { code, out, err, asked: control.asked };
}

describe('slipway stop-endpoint', () => {
  it('asks the controller in the name of who runs it, and shows each phase once', async () => {
    const states = [
      'TakeLease',
      'AfterTakeLease',
      'WaitForUpdate',
      'FollowUpdate',
      'WaitForUpdate',
      'SettleEndpoint',
      'Done',
    ];
    const { code, out, err, asked } = await slipway(
      { control: succeeding({}, states) },
      ...['stop-endpoint', 'pilot', '--yes', '--reason', 'the demo is over'],
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(asked).toEqual([{ action: 'stop', reason: 'the demo is over', requestedBy: 'arn:ada' }]);
    expect(out.split('\n')).toEqual([
      'execution one; it goes on where this command is interrupted',
      '09:00:00  asking for the endpoint',
      '09:00:02  CloudFormation updates the stack',
      '09:00:05  verifying the endpoint',
      'the endpoint is stopped and costs nothing; v-1 serves when it is started',
      '',
    ]);
  });

  it('prints nothing but JSON with --json', async () => {
    const { out } = await slipway({}, 'stop-endpoint', 'pilot', '--yes', '--json');
    expect(JSON.parse(out)).toMatchObject({ action: 'stop', version: 'v-1', desiredState: 'stopped' });
  });

  it('says what it would do with --dry-run, and does nothing', async () => {
    const { code, out, asked } = await slipway({}, 'stop-endpoint', 'pilot', '--dry-run');
    expect(code).toBe(0);
    expect(out).toContain('interrupts its service: predictions are answered 503 until "slipway wake pilot"');
    expect(out).toContain('v-1 serves again then\nnothing was stopped\n');
    expect(asked).toEqual([]);
    const json = await slipway({}, 'stop-endpoint', 'pilot', '--dry-run', '--json');
    expect(JSON.parse(json.out)).toMatchObject({ dryRun: true });
  });

  it('asks first where there is somebody to ask', async () => {
    const questions: string[] = [];
    const answer = (yes: boolean) => async (question: string) => {
      questions.push(question);
      return yes;
    };
    const no = await slipway({ confirm: answer(false) }, 'stop-endpoint', 'pilot');
    expect(no).toMatchObject({ code: 1, err: 'slipway: the endpoint of pilot was left as it is\n', asked: [] });
    const yes = await slipway({ confirm: answer(true) }, 'stop-endpoint', 'pilot');
    expect(yes.code).toBe(0);
    expect(yes.asked).toEqual([{ action: 'stop', reason: 'stopped by hand', requestedBy: 'arn:ada' }]);
    expect(questions[0]).toMatch(/interrupts its service.*\nStop it\?$/);
  });

  it('needs --yes where there is nobody to ask', async () => {
    const { code, err, asked } = await slipway({}, 'stop-endpoint', 'pilot');
    expect({ code, asked }).toEqual({ code: 2, asked: [] });
    expect(err).toContain('; add --yes where nobody can be asked');
  });

  it.each([
    [{ ...serving, desiredState: 'stopped' as const }, 'the endpoint of pilot is stopped already'],
    [{ ...serving, desired: null }, 'no version was ever used in pilot, so that nothing runs there'],
  ])('says so where nothing is interrupted (%#)', async (pointers, text) => {
    const { out } = await slipway({ pointers }, 'stop-endpoint', 'pilot', '--dry-run');
    expect(out).toContain(text);
  });
});

describe('slipway wake', () => {
  it('starts the endpoint without a question, and tells what its first request was answered with', async () => {
    const woken = succeeding({ action: 'start', desiredState: 'running', warmUp: 'ModelError', text: 'v-1 serves' });
    const { code, out, asked } = await slipway({ control: woken }, 'wake', 'pilot');
    expect(code).toBe(0);
    expect(asked).toEqual([{ action: 'start', reason: 'woken by hand', requestedBy: 'arn:ada' }]);
    expect(out).toMatch(/\nv-1 serves; its first request was answered with ModelError\n$/);
  });
});

describe('an execution that does not succeed', () => {
  it.each([
    ['EndpointBusy', 'arn:bob has been changing the endpoint (use) since 2026-01-01; ask again', 1, ''],
    ['EndpointRefused', '"reason" is no text', 2, ''],
    ['EndpointStackUnusable', 'there is no stack', 1, ''],
    ['EndpointRolledBack', 'the update was rolled back: alarm', 1, '; what was desired before is desired again'],
    ['EndpointNotRestored', 'a step failed', 1, ''],
  ])('with %s is told in one line', async (error, cause, code, after) => {
    const ended = await slipway({ control: failing(error, cause) }, 'wake', 'pilot');
    expect(ended.code).toBe(code);
    expect(ended.err).toBe(`slipway: ${cause}${after} (${error})\n`);
  });

  it('because somebody ended it is told too', async () => {
    const control = new FakeControl(['TakeLease'], { kind: 'ended', status: 'ABORTED' });
    const { code, err } = await slipway({ control }, 'wake', 'pilot');
    expect(code).toBe(1);
    expect(err).toContain(`execution ${EXECUTION} ended as ABORTED; what it left half done is restored by whoever`);
  });

  it('because AWS refuses is told with what to do', async () => {
    const control = succeeding();
    control.start = () => Promise.reject(Object.assign(new Error('x'), { name: 'ExpiredTokenException' }));
    const { code, err } = await slipway({ control }, 'wake', 'pilot');
    expect({ code, err }).toEqual({
      code: 1,
      err: 'slipway: could not start the endpoint: the AWS credentials have expired; sign in again\n',
    });
  });
});

describe('a long execution', () => {
  it('is looked at less often after two minutes', async () => {
    const control = succeeding({}, [...Array.from({ length: 100 }, () => 'WaitForUpdate'), 'Done']);
    const { out } = await slipway({ control }, 'stop-endpoint', 'pilot', '--yes');
    expect(control.slept).toBe(59 * 2_000 + 41 * 10_000);
    expect(out.match(/CloudFormation updates the stack/g)).toHaveLength(1);
  });
});

describe('the controller of a stage', () => {
  const state = {
    stackName: 'demo-pilot-state',
    stackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/demo-pilot-state/1',
    region: 'eu-west-1',
  };
  const started: unknown[] = [];
  const client = {
    send: async ({ input }: { input: unknown }) => {
      started.push(input);
      return { executionArn: EXECUTION, status: 'FAILED', error: 'E', cause: 'c', events: [] };
    },
  };

  it('is found by the output of its state, in the account and region of its stack', async () => {
    const outputs = { EndpointControllerName: 'demo-pilot-endpoint-controller' };
    const control = stageControl({ ...state, outputs }, client as never, async () => 'arn:ada');
    await control?.run({ action: 'start', reason: 'r' }, { started: () => {}, entered: () => {} }).catch(() => {});
    expect(started[0]).toEqual({
      stateMachineArn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:demo-pilot-endpoint-controller',
      input: '{"action":"start","reason":"r","requestedBy":"arn:ada"}',
    });
  });

  it('is none where the stage has no output of it', () => {
    expect(stageControl({ ...state, outputs: {} }, client as never, async () => '')).toBeUndefined();
  });
});
