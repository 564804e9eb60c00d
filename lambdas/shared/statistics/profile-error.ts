/** A profile that cannot be read, or two that do not belong together. Its text holds no value of the data. */
export class ProfileError extends Error {
  public override readonly name = 'ProfileError';
}
