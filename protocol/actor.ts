/** Who calls: the authenticated principal, never a name that the caller typed. */
export interface Actor {
  /** `iam:<account>:<unique id>` or `oidc:<issuer>#<sub>`. */
  readonly id: string;
}

/** What of a REST API request context says who the caller is. */
export interface CallerContext {
  readonly identity?: {
    readonly accountId?: string | null;
    readonly caller?: string | null;
    readonly userArn?: string | null;
  } | null;
  /** The context that our own authorizer returns. */
  readonly authorizer?: Readonly<Record<string, unknown>> | null;
}

/** Keys of the context that the OIDC authorizer hands to the API. */
export const AUTHORIZER_CONTEXT = { actor: 'slipwayActor' } as const;

export function oidcActorId(issuer: string, subject: string): string {
  return `oidc:${issuer}#${subject}`;
}

/**
 * The actor of a request, or undefined when nobody authenticated it.
 * An assumed role is one actor whatever its session is called: the caller chooses that name.
 */
export function actorOf(context: CallerContext): Actor | undefined {
  const fromAuthorizer = context.authorizer?.[AUTHORIZER_CONTEXT.actor];
  if (typeof fromAuthorizer === 'string' && fromAuthorizer !== '') return { id: fromAuthorizer };

  const { accountId, caller, userArn } = context.identity ?? {};
  if (!accountId) return undefined;
  const uniqueId = caller?.split(':', 1)[0];
  if (uniqueId) return { id: `iam:${accountId}:${uniqueId}` };
  if (!userArn) return undefined;
  // arn:aws:sts::<account>:assumed-role/<role>/<session>: the session is dropped.
  const principal = userArn.includes(':assumed-role/') ? userArn.split('/').slice(0, 2).join('/') : userArn;
  return { id: `iam:${accountId}:${principal}` };
}
