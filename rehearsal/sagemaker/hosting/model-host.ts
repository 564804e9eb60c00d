import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ArtefactOptions, bringArtefact } from './artefacts';
import { Container, type ContainerReply, type ContainerRequest } from './container';
import type { HostedModel } from './hosted-model';
import { HostingFault } from './hosting-fault';
import { type ImageServers, serverOf } from './image-map';

export interface ModelHostOptions {
  /** Models and the log of their servers go below it. */
  readonly folder: string;
  readonly images: ImageServers;
  readonly artefacts: ArtefactOptions;
  readonly startUpMs: number;
  /** Gives up what is being started. */
  readonly signal: AbortSignal;
}

/** A model that answers. */
export interface RunningModel {
  invoke(request: ContainerRequest, timeoutMs: number): Promise<ContainerReply>;
  stop(): Promise<void>;
}

/** Runs models: brings the artefact, starts the image's server, waits until it is healthy. */
export class ModelHost {
  private readonly containers = new Set<Container>();

  constructor(private readonly options: ModelHostOptions) {}

  /** @param subject What the failure is about, as in "The primary container for production variant AllTraffic". */
  async start(model: HostedModel, subject: string): Promise<RunningModel> {
    const { folder, images, artefacts, startUpMs, signal } = this.options;
    const server = serverOf(model.image, images);
    if (server === undefined) {
      throw new HostingFault(
        `${subject} failed: the image ${model.image} does not exist, or the role may not pull it.`,
      );
    }
    await mkdir(folder, { recursive: true });
    const modelFolder = await mkdtemp(join(folder, 'model-'));
    const remove = () => rm(modelFolder, { recursive: true, force: true });
    const log = openSync(join(folder, 'containers.log'), 'a');
    try {
      if (model.artefact !== undefined) await bringArtefact(model.artefact, modelFolder, artefacts);
      const { environment } = model;
      const container = await Container.start({
        subject,
        server,
        environment,
        modelFolder,
        startUpMs,
        signal,
        log,
      });
      this.containers.add(container);
      return {
        invoke: (request, timeoutMs) => container.invoke(request, timeoutMs),
        stop: async () => {
          await container.stop();
          this.containers.delete(container);
          await remove();
        },
      };
    } catch (error) {
      await remove();
      throw error;
    } finally {
      closeSync(log);
    }
  }

  /** Ends every server. */
  async stop(): Promise<void> {
    await Promise.all([...this.containers].map((container) => container.stop()));
  }

  /** Process ids of the servers that run. */
  get pids(): number[] {
    return [...this.containers].flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }
}
