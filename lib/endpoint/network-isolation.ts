import { show } from '../core/checks';
import { ConfigError } from '../core/config-error';

/** Whether the model's container may reach a network. SageMaker fetches image and artefact itself, whichever it is. */
export class NetworkIsolation {
  /** The container reaches nothing and nothing reaches it, beside its requests. */
  static on(): NetworkIsolation {
    return new NetworkIsolation(true, '');
  }

  /**
   * The container may reach the network, such as one that downloads its weights from a hub.
   *
   * @param reason why it must, for whoever reviews it; three words at least
   */
  static off(reason: string): NetworkIsolation {
    if (!/\S+\s+\S+\s+\S+/.test(reason)) {
      throw new ConfigError(
        'NetworkIsolation.off',
        `the reason is ${show(reason)}, expected three words at least; say why the container must reach the network`,
      );
    }
    return new NetworkIsolation(false, reason);
  }

  private constructor(
    readonly isolated: boolean,
    /** Why not; empty where it is isolated. */
    readonly reason: string,
  ) {}
}
