/** The real thing behind a stand-in, where the emulator or a double has the service's API. */
export interface Made {
  /** What `Ref` answers. Another one than before means a replacement: CloudFormation deletes the old one at the end. */
  readonly physicalId: string;
  /** What `Fn::GetAtt` answers. */
  readonly attributes: Readonly<Record<string, string>>;
}

export type Properties = Readonly<Record<string, unknown>>;

export interface StandInRequest {
  /** As the template declares them, but for primitives, which are strings. */
  readonly properties: Properties;
  readonly account: string;
  readonly region: string;
  readonly stack: string;
  readonly logicalId: string;
  /** Unique in the account and the same for every update of one resource. */
  readonly name: string;
}

export interface UpdateRequest extends StandInRequest {
  readonly physicalId: string;
  readonly before: Properties;
}

export interface DeleteRequest extends StandInRequest {
  readonly physicalId: string;
}

/** How one type is made, changed and taken away. Errors become the reason of the failure. */
export interface StandIn {
  create(request: StandInRequest): Promise<Made>;
  update(request: UpdateRequest): Promise<Made>;
  /** Succeeds where there is nothing any more. */
  delete(request: DeleteRequest): Promise<void>;
}
