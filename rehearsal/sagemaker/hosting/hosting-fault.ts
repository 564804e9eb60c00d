/** Why a model could not be hosted; its message becomes the `FailureReason`. */
export class HostingFault extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HostingFault';
  }
}
