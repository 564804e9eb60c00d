/** The first request to an endpoint that was started or changed. */
export class WarmUp {
  /**
   * One request with this body. What the model answers does not matter; that it answers does.
   *
   * @param body as the model takes it
   * @param contentType of the body, `application/json` by default
   */
  static request(body: string, contentType: string = 'application/json'): WarmUp {
    return new WarmUp(body, contentType);
  }

  /** No request: for endpoints that take asynchronous requests only. */
  static none(): WarmUp {
    return new WarmUp(undefined, '');
  }

  private constructor(
    /** @internal */
    readonly _body: string | undefined,
    /** @internal */
    readonly _contentType: string,
  ) {}
}
