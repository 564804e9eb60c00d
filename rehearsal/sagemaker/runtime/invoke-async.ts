import { randomUUID } from 'node:crypto';
import type { AsyncInferenceConfig } from '@aws-sdk/client-sagemaker';
import { ApiError, validationError } from '../api-error';
import type { ConnectedAws } from '../aws';
import type { Endpoint } from '../control/endpoint';
import type { FleetMember } from '../control/fleet';
import type { ContainerReply } from '../hosting/container';
import { type AsyncJob, notificationOf } from './async-notification';
import { isSuccess, type RuntimeServices, refuseByFault } from './invoke';
import { failureText } from './model-error';
import { HEADER, headerOf, present, type RuntimeReply, type RuntimeRequest } from './runtime-request';

export interface AsyncServices extends RuntimeServices {
  readonly aws: () => ConnectedAws | undefined;
  /** Whether a step policy waits for a variant's backlog. */
  readonly hasStepPolicy: (endpoint: string, variant: string) => boolean;
}

/** Without `MaxConcurrentInvocationsPerInstance` the service chooses. */
const DEFAULT_CONCURRENCY = 4;
/** How often an endpoint without capacity is looked at. */
const POLL_MS = 50;

interface Queue {
  readonly waiting: AsyncJob[];
  active: number;
  looking: boolean;
  waking: boolean;
}

/** `InvokeEndpointAsync`: requests wait in a queue of their endpoint, as long as it has no capacity. */
export class InvokeAsync {
  private readonly queues = new Map<string, Queue>();

  constructor(private readonly services: AsyncServices) {}

  invoke({ endpoint: name, headers, body }: RuntimeRequest): RuntimeReply {
    const { endpoint } = this.services.endpoints.serving(name);
    const config = endpoint.config.input.AsyncInferenceConfig;
    if (config === undefined) {
      throw validationError(`Endpoint ${name} is not asynchronous and is invoked with InvokeEndpoint.`);
    }
    const inputLocation = headerOf(headers, HEADER.inputLocation);
    if (!/^s3:\/\/[^/]+\/.+$/.test(inputLocation ?? '') && body.length === 0) {
      throw validationError(`InputLocation ${inputLocation} is not the URI of an object in S3.`);
    }
    const fault = this.services.faults.takeInvocation(name);
    refuseByFault(fault);
    const timeoutSeconds = Number(headerOf(headers, HEADER.timeoutSeconds) ?? 900);
    const job: AsyncJob = {
      ...locationsOf(config, headers),
      endpoint: name,
      inferenceId: headerOf(headers, HEADER.inferenceId) ?? randomUUID(),
      inputLocation: inputLocation ?? '',
      inline: inputLocation === undefined ? body : undefined,
      contentType: headerOf(headers, HEADER.contentTypeAsync),
      customAttributes: headerOf(headers, HEADER.customAttributes),
      accept: headerOf(headers, HEADER.acceptAsync),
      timeoutMs: timeoutSeconds * 1_000,
      receivedAt: new Date(),
      fault,
    };
    this.queue(name).waiting.push(job);
    this.look(name);
    return {
      status: 202,
      headers: present({
        [HEADER.contentType]: 'application/json',
        [HEADER.outputLocation]: job.outputLocation,
        [HEADER.failureLocation]: job.failureLocation,
      }),
      body: JSON.stringify({ InferenceId: job.inferenceId }),
    };
  }

  private queue(endpoint: string): Queue {
    const known = this.queues.get(endpoint) ?? { waiting: [], active: 0, looking: false, waking: false };
    this.queues.set(endpoint, known);
    return known;
  }

  /** Hands what waits to the endpoint's instances until nothing waits any more. */
  private look(name: string): void {
    const { background, endpoints, metrics } = this.services;
    const queue = this.queue(name);
    if (queue.looking) return;
    queue.looking = true;
    background.start(async () => {
      try {
        while (queue.waiting.length > 0) {
          const endpoint = endpoints.find(name);
          if (endpoint === undefined) {
            // It was deleted with its backlog.
            queue.waiting.length = 0;
            return;
          }
          const [member] = endpoint.fleet?.members ?? [];
          const free = member === undefined ? 0 : capacityOf(endpoint, member) - queue.active;
          metrics.backlog(name, queue.waiting.length + queue.active, member?.instances ?? 0);
          for (const job of queue.waiting.splice(0, Math.max(0, free))) this.process(job, queue);
          if (member?.instances === 0) this.wake(endpoint, member, queue);
          if (queue.waiting.length > 0) await background.pause(POLL_MS);
        }
      } finally {
        queue.looking = false;
      }
    });
  }

  private wake(endpoint: Endpoint, member: FleetMember, queue: Queue): void {
    const { background, timings, hasStepPolicy } = this.services;
    if (queue.waking || !hasStepPolicy(endpoint.name, member.variant.VariantName)) return;
    queue.waking = true;
    background.start(async () => {
      await background.pause(timings.waking);
      member.instances = Math.max(1, member.instances);
      queue.waking = false;
    });
  }

  private process(job: AsyncJob, queue: Queue): void {
    queue.active += 1;
    this.services.background.start(async () => {
      try {
        await this.answer(job);
      } finally {
        queue.active -= 1;
      }
    });
  }

  private async answer(job: AsyncJob): Promise<void> {
    const aws = this.services.aws();
    if (aws === undefined) throw new ApiError('InternalFailure', 'the double has not been told where S3 is', 500);
    const { endpoint, fleet } = this.services.endpoints.serving(job.endpoint);
    const { SuccessTopic, ErrorTopic } =
      endpoint.config.input.AsyncInferenceConfig?.OutputConfig?.NotificationConfig ?? {};
    const region = this.services.account.region;
    const outcome = await this.outcome(job, fleet.choose(undefined), aws);
    if (typeof outcome === 'string') {
      if (job.failureLocation !== undefined) {
        await aws.write(job.failureLocation, Buffer.from(outcome), 'text/plain');
      }
      if (ErrorTopic !== undefined)
        await aws.publish(ErrorTopic, notificationOf(job, region, { failureReason: outcome }));
      return;
    }
    const contentType = outcome.headers.get(HEADER.contentType) ?? 'application/octet-stream';
    await aws.write(job.outputLocation, outcome.body, contentType);
    if (SuccessTopic !== undefined) await aws.publish(SuccessTopic, notificationOf(job, region, { contentType }));
  }

  /** The container's answer, or why there is none. */
  private async outcome(job: AsyncJob, member: FleetMember, aws: ConnectedAws): Promise<ContainerReply | string> {
    const { fault } = job;
    if (fault?.kind === 'slow') await this.services.background.pause(fault.delayMs ?? 1_000);
    if (fault?.kind === 'model-error') {
      const body = Buffer.from(fault.message ?? 'fault of the rehearsal');
      return `ClientError: ${failureText({ status: fault.status ?? 500, headers: new Headers(), body })}`;
    }
    let input: { readonly body: Buffer; readonly contentType: string | undefined };
    try {
      input =
        job.inline === undefined ? await aws.read(job.inputLocation) : { body: job.inline, contentType: undefined };
    } catch (error) {
      const why = error instanceof Error ? error.name : 'unknown';
      return `ClientError: Unable to download input from ${job.inputLocation}: ${why}`;
    }
    const headers = present({
      [HEADER.contentType]: job.contentType ?? input.contentType,
      [HEADER.accept]: job.accept,
      [HEADER.customAttributes]: job.customAttributes,
      [HEADER.inferenceId]: job.inferenceId,
    });
    const reply = await member.running?.invoke({ body: input.body, headers }, job.timeoutMs);
    if (reply === undefined) return 'InternalServerError: the variant has no server';
    return isSuccess(reply) ? reply : `ClientError: ${failureText(reply)}`;
  }
}

function capacityOf({ config }: Endpoint, { instances }: FleetMember): number {
  const { MaxConcurrentInvocationsPerInstance } = config.input.AsyncInferenceConfig?.ClientConfig ?? {};
  return instances * (MaxConcurrentInvocationsPerInstance ?? DEFAULT_CONCURRENCY);
}

function locationsOf({ OutputConfig }: AsyncInferenceConfig, headers: RuntimeRequest['headers']) {
  const id = randomUUID();
  const path = [OutputConfig?.S3OutputPath, headerOf(headers, HEADER.outputPathExtension)];
  const folder = path.flatMap((part) => (part === undefined ? [] : [part.replace(/^\/|\/$/g, '')])).join('/');
  const failures = OutputConfig?.S3FailurePath?.replace(/\/$/, '');
  return {
    outputLocation: `${folder}/${headerOf(headers, HEADER.fileName) ?? `${id}.out`}`,
    failureLocation: failures === undefined ? undefined : `${failures}/${id}-error.out`,
  };
}
