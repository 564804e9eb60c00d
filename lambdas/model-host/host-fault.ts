/**
 * Something that the host itself found wrong. Its message is written here and holds nothing of an input, so that it may be
 * answered and logged; messages of every other error are not, because user code may quote the input in them.
 */
export class HostFault extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HostFault';
  }
}
