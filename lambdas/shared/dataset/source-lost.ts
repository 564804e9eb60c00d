/** The object was not as it was planned when it was read: it is gone, or another one lies under its key. */
export class SourceLost extends Error {
  constructor(
    readonly how: 'changed' | 'gone',
    options?: ErrorOptions,
  ) {
    super(`a source object is ${how === 'gone' ? 'gone' : 'another than was planned'}`, options);
    this.name = 'SourceLost';
  }
}
