import jsonata from 'jsonata';

interface State {
  readonly Type: 'Task' | 'Choice' | 'Wait' | 'Pass' | 'Fail';
  readonly End?: boolean;
  readonly Arguments?: { readonly Payload: unknown };
  readonly Output?: unknown;
  readonly Next?: string;
  readonly Seconds?: number;
  readonly Choices?: readonly { readonly Condition: string; readonly Next: string }[];
  readonly Default?: string;
  readonly Retry?: readonly { readonly MaxAttempts: number }[];
  readonly Catch?: readonly { readonly Output: unknown; readonly Next: string }[];
  readonly Error?: string;
  readonly Cause?: string;
}

/** What an execution came to. */
export interface Ended {
  readonly status: 'SUCCEEDED' | 'FAILED';
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
  /** States in the order in which they were entered. */
  readonly path: readonly string[];
}

export interface MachineOptions {
  readonly execution: string;
  readonly startedAt: string;
  readonly input: unknown;
  /** The function behind every task. */
  invoke(payload: unknown): Promise<unknown>;
  /** Lets the time of a Wait state pass, and that of a pause between attempts. */
  pass(seconds: number): Promise<void> | void;
}

/** The execution was ended from outside: nothing catches it. */
export class Aborted extends Error {}

const MOST_STATES = 2_000;

/** Runs a definition in JSONata as Step Functions does, as far as the controller uses it. */
export async function execute(
  definition: { readonly StartAt: string; readonly States: Readonly<Record<string, object>> },
  options: MachineOptions,
): Promise<Ended> {
  const { execution, startedAt, input: given } = options;
  const context = { Execution: { Id: execution, StartTime: startedAt, Input: given } };
  const path: string[] = [];
  let name: string | undefined = definition.StartAt;
  let input = given;
  while (name !== undefined && path.length < MOST_STATES) {
    const state = definition.States[name] as State | undefined;
    if (state === undefined) throw new Error(`state ${name} does not exist`);
    path.push(name);
    const states = { input, context };
    switch (state.Type) {
      case 'Task': {
        const { output, next } = await task(state, states, options);
        input = output;
        name = next;
        break;
      }
      case 'Wait':
        await options.pass(state.Seconds ?? 0);
        name = state.Next;
        break;
      case 'Choice':
        name = await chosen(state, states);
        break;
      case 'Pass':
        if (state.End !== true) throw new Error(`${name} is a Pass state that goes on; the controller has none`);
        return { status: 'SUCCEEDED', output: await evaluate(state.Output, states), path };
      case 'Fail': {
        const cause = String(await evaluate(state.Cause, states));
        return { status: 'FAILED', error: state.Error, cause, path };
      }
    }
  }
  throw new Error(`the execution does not end: ${path.slice(-12).join(', ')}`);
}

async function task(state: State, states: object, { invoke, pass }: MachineOptions) {
  const payload = await evaluate(state.Arguments?.Payload, states);
  const attempts = 1 + (state.Retry?.[0]?.MaxAttempts ?? 0);
  for (let attempt = 1; ; attempt += 1) {
    try {
      // Through JSON, as between Step Functions and Lambda.
      const result = { Payload: JSON.parse(JSON.stringify(await invoke(structuredClone(payload)))) };
      return { output: await evaluate(state.Output, { ...states, result }), next: state.Next };
    } catch (error) {
      if (error instanceof Aborted) throw error;
      if (attempt < attempts) {
        await pass(2);
        continue;
      }
      const [caught] = state.Catch ?? [];
      if (caught === undefined) throw error;
      const errorOutput = { Error: 'Runtime.HandlerError', Cause: '' };
      return { output: await evaluate(caught.Output, { ...states, errorOutput }), next: caught.Next };
    }
  }
}

async function chosen({ Choices = [], Default }: State, states: object): Promise<string | undefined> {
  for (const { Condition, Next } of Choices) {
    const holds = await evaluate(Condition, states);
    if (typeof holds !== 'boolean') throw new Error(`"${Condition}" is no boolean`);
    if (holds) return Next;
  }
  return Default;
}

const compiled = new Map<string, ReturnType<typeof jsonata>>();

/** An expression that gives nothing fails the execution, as `States.QueryEvaluationError` does. */
async function evaluate(template: unknown, states: object): Promise<unknown> {
  if (Array.isArray(template)) return Promise.all(template.map((part) => evaluate(part, states)));
  if (typeof template === 'object' && template !== null) {
    const entries = Object.entries(template).map(async ([key, part]) => [key, await evaluate(part, states)] as const);
    return Object.fromEntries(await Promise.all(entries));
  }
  if (typeof template !== 'string' || !template.startsWith('{%')) return template;
  const expression = compiled.get(template) ?? jsonata(template.slice(2, -2));
  compiled.set(template, expression);
  const value = await expression.evaluate({}, { states });
  if (value === undefined) throw new Error(`expression ${template} gives nothing`);
  return value;
}
