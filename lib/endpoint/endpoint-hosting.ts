import { AsyncHosting, type AsyncHostingProps } from './async-hosting';
import { ComponentHosting, type ScaleToZeroHostingProps } from './component-hosting';
import type { IEndpointHosting } from './hosting';
import { RealTimeHosting, type RealTimeHostingProps } from './real-time-hosting';
import { ServerlessHosting, type ServerlessHostingProps } from './serverless-hosting';

/** How an endpoint runs its model. A factory; `docs/choosing-a-backend.md` compares what it makes. */
export class EndpointHosting {
  /** Instances that wait for requests. */
  static realTime(props: RealTimeHostingProps): IEndpointHosting {
    return new RealTimeHosting(props);
  }

  /** Containers that AWS starts for requests and takes away after them; no GPU. */
  static serverless(props: ServerlessHostingProps = {}): IEndpointHosting {
    return new ServerlessHosting(props);
  }

  /** Instances that work off a queue and answer into a bucket; none while nothing waits. */
  static asynchronous(props: AsyncHostingProps): IEndpointHosting {
    return new AsyncHosting(props);
  }

  /** Inference components on a fleet whose instances go with the last copy. */
  static scaleToZero(props: ScaleToZeroHostingProps): IEndpointHosting {
    return new ComponentHosting(props);
  }

  private constructor() {}
}
