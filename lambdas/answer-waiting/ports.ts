import type { PayloadReference, Ports } from '../shared/prediction/ports';

/** What answering requests that wait needs of the world. Every method may reject: the message is then delivered again. */
export interface WorkerPorts extends Pick<Ports, 'records' | 'backend' | 'guard' | 'clock' | 'chance' | 'log'> {
  readonly payloads: Ports['payloads'] & { remove(reference: PayloadReference): Promise<void> };
  readonly waiting: NonNullable<Ports['waiting']>;
  /** The version that serves now; undefined where that cannot be said. */
  liveVersion(): Promise<string | undefined>;
}

export interface Worker {
  readonly ports: WorkerPorts;
  readonly settings: { readonly deployment: string; readonly payloadBucket: string };
  /** Writes one metric line. */
  emit(line: string): void;
}
