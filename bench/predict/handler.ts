import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { kilobyteOf, PROSE } from '../text';

/**
 * The shipped bundle of a handler that takes predictions, in a process of its own, asked as Lambda asks it. Arguments: the bundle's folder, the URL of the
 * services, how many callers at once (0: the first answer only), and how many requests. Standard output is what the handler
 * logs; figures go to the process that started this one.
 */
const [, , folder = '', services = '', callers = '1', requests = '1'] = process.argv;

export interface Figures {
  /** Milliseconds from the start of the process to the first answer. */
  readonly firstAnswerMs: number;
  /** Milliseconds of each request, in the order of their ends. */
  readonly grossMs: readonly number[];
  /** The same without what the services held back. Only with one caller. */
  readonly netMs: readonly number[];
  /** Milliseconds of processor time of this process for each request. Only with one caller. */
  readonly cpuMs: readonly number[];
  /** Milliseconds that all requests took together. */
  readonly togetherMs: number;
  readonly maxRssKiB: number;
}

/** After these, the compiler of V8 has done most of what it does: 500 more made no difference that could be seen. */
const WARM_UP = 1_500;

type Handler = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;

measure().then(
  (figures) => process.send?.(figures, () => process.exit()),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);

async function measure(): Promise<Figures> {
  const { handler }: { handler: Handler } = require(folder);
  await ask(handler);
  const firstAnswerMs = performance.now();
  const grossMs: number[] = [];
  const netMs: number[] = [];
  const cpuMs: number[] = [];
  const [atOnce, count] = [Number(callers), Number(requests)];
  if (atOnce === 0)
    return { firstAnswerMs, grossMs, netMs, cpuMs, togetherMs: 0, maxRssKiB: process.resourceUsage().maxRSS };
  for (let i = 0; i < WARM_UP; i += 1) await ask(handler);
  await held();
  const started = performance.now();
  if (atOnce === 1) {
    for (let i = 0; i < count; i += 1) {
      const cpu = process.cpuUsage();
      const took = await ask(handler);
      const { user, system } = process.cpuUsage(cpu);
      grossMs.push(took);
      cpuMs.push((user + system) / 1000);
      netMs.push(took - (await held()));
    }
  } else {
    let left = count;
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (left > 0) {
          left -= 1;
          grossMs.push(await ask(handler));
        }
      }),
    );
  }
  return {
    firstAnswerMs,
    grossMs,
    netMs,
    cpuMs,
    togetherMs: performance.now() - started,
    maxRssKiB: process.resourceUsage().maxRSS,
  };
}

async function ask(handler: Handler): Promise<number> {
  const event = eventOf(kilobyteOf(PROSE));
  const started = performance.now();
  const { statusCode, body } = await handler(event);
  const took = performance.now() - started;
  if (statusCode !== 200) throw new Error(`the handler answered ${statusCode}: ${body}`);
  return took;
}

/** Milliseconds that the services held back since this was asked last. */
async function held(): Promise<number> {
  const response = await fetch(`${services}/held`);
  return Number(await response.text()) / 1000;
}

/** What a handler reads of an event; API Gateway sends more. */
function eventOf(text: string): APIGatewayProxyEvent {
  return {
    resource: '/predictions',
    path: '/predictions',
    httpMethod: 'POST',
    headers: { 'Content-Type': 'application/json' },
    multiValueHeaders: {},
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    stageVariables: null,
    body: JSON.stringify({ input: text }),
    isBase64Encoded: false,
    requestContext: {
      identity: { accountId: '000000000000', caller: 'AIDABENCH', userArn: 'arn:aws:iam::000000000000:user/bench' },
    } as APIGatewayProxyEvent['requestContext'],
  };
}
