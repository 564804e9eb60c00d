import { EndpointControl } from '../../cli/endpoint-control/control';
import type { EnteredState, ExecutionEnd, ExecutionStatus, ExecutionsPort } from '../../cli/state-machine/follow';
import type { ControlResult } from '../../protocol/endpoint-control';

export const EXECUTION = 'arn:aws:states:eu-west-1:111122223333:execution:demo-pilot-endpoint-controller:one';

/** An execution that enters these states, one with each look, and ends. */
export class FakeControl implements ExecutionsPort {
  readonly asked: unknown[] = [];
  slept = 0;
  private looks = 0;

  constructor(
    private readonly states: readonly string[],
    private readonly end: ExecutionEnd,
  ) {}

  async start(request: unknown) {
    this.asked.push(request);
    return EXECUTION;
  }
  async status(): Promise<ExecutionStatus> {
    this.looks += 1;
    return this.looks < this.states.length ? { kind: 'running' } : this.end;
  }
  async entered(_execution: string, after: number): Promise<readonly EnteredState[]> {
    return this.states.slice(after, this.looks).map((state, index) => ({
      id: after + index + 1,
      state,
      at: new Date(Date.UTC(2026, 0, 1, 9, 0, after + index)),
    }));
  }

  get control(): EndpointControl {
    return new EndpointControl({
      port: this,
      identity: async () => 'arn:ada',
      sleep: async (ms) => {
        this.slept += ms;
      },
    });
  }
}

export function succeeding(result: Partial<ControlResult> = {}, states = ['TakeLease', 'Release']): FakeControl {
  const whole: ControlResult = {
    action: 'stop',
    version: 'v-1',
    desiredState: 'stopped',
    updated: true,
    warmUp: 'none',
    text: 'the endpoint is stopped and costs nothing; v-1 serves when it is started',
    ...result,
  };
  return new FakeControl(states, { kind: 'succeeded', output: whole });
}

export function failing(error: string, cause: string): FakeControl {
  return new FakeControl(['TakeLease', 'Restore'], { kind: 'failed', error, cause });
}
