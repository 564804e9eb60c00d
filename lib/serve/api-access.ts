import { Duration } from 'aws-cdk-lib';
import { AuthorizationType, type IAuthorizer, TokenAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import type { Construct } from 'constructs';
import { ENV } from '../../protocol/env';
import { checkText, faultsOf, show } from '../core/checks';
import { ConfigError } from '../core/config-error';
import { type FunctionSettings, HandlerFunction } from '../core/handler-function';

/** Properties of access by tokens of an OpenID Connect issuer. */
export interface OidcAccessProps {
  /** The issuer, an https URL as its tokens state it in `iss`; its keys are found by OpenID Connect discovery. */
  readonly issuer: string;
  /** The audience that tokens must be meant for (`aud`). */
  readonly audience: string;
  /**
   * Roles of which a token must have at least one.
   * @default every caller with a valid token of the issuer may call
   */
  readonly roles?: string[];
  /**
   * The claim that holds the roles, as an array or a string with spaces.
   * @default 'roles'
   */
  readonly rolesClaim?: string;
}

/** What a way of access needs of the API that it protects. */
export interface ApiAccessBindOptions {
  /** `<model>-<stage>`. */
  readonly deployment: string;
  /** How functions of the stage are run and logged. */
  readonly functionSettings: FunctionSettings;
}

/** How methods of the API are authorized. */
export interface ApiAuthorization {
  readonly authorizationType: AuthorizationType;
  readonly authorizer?: IAuthorizer;
}

/** Who may call the prediction API. */
export abstract class ApiAccess {
  /** Callers sign with AWS credentials (SigV4) and need `execute-api:Invoke`, as `PredictionApi.grantInvoke` gives it. */
  static iam(): ApiAccess {
    return new IamAccess();
  }

  /** Callers bring a token of an OpenID Connect issuer as `Authorization: Bearer ...`. */
  static oidc(props: OidcAccessProps): ApiAccess {
    return new OidcAccess(props);
  }

  /** Creates what the way of access needs in `scope`. */
  abstract bind(scope: Construct, options: ApiAccessBindOptions): ApiAuthorization;
}

class IamAccess extends ApiAccess {
  bind(): ApiAuthorization {
    return { authorizationType: AuthorizationType.IAM };
  }
}

class OidcAccess extends ApiAccess {
  constructor(private readonly props: OidcAccessProps) {
    super();
  }

  bind(scope: Construct, options: ApiAccessBindOptions): ApiAuthorization {
    checkOidc(scope, this.props);
    const handler = new HandlerFunction(scope, 'Authorize', {
      ...options.functionSettings,
      handler: 'authorize',
      functionName: `${options.deployment}-authorize`,
      description: `checks tokens of callers of ${options.deployment}`,
      timeout: Duration.seconds(10),
    });
    handler.addEnvironment(ENV.oidcIssuer, this.props.issuer);
    handler.addEnvironment(ENV.oidcAudience, this.props.audience);
    handler.addEnvironment(ENV.oidcRoles, JSON.stringify(this.props.roles ?? []));
    handler.addEnvironment(ENV.oidcRolesClaim, this.props.rolesClaim ?? 'roles');
    const authorizer = new TokenAuthorizer(scope, 'Authorizer', {
      handler,
      // Refuses what cannot be a token without calling the function.
      validationRegex: '^[Bb]earer [A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$',
      // A token that expires meanwhile is let in so much longer; each minute saves most calls of a busy caller.
      resultsCacheTtl: Duration.minutes(1),
    });
    return { authorizationType: AuthorizationType.CUSTOM, authorizer };
  }
}

function checkOidc(scope: Construct, props: OidcAccessProps): void {
  const faults = faultsOf(
    checkText('issuer', props.issuer, {
      required: true,
      pattern: /^https:\/\/[^\s?#]+$/,
      expected: 'an https URL without query',
      fix: 'copy it from the claim "iss" of a token',
    }),
    checkText('audience', props.audience, {
      required: true,
      pattern: /\S/,
      expected: 'the audience of the tokens',
      fix: 'copy it from the claim "aud" of a token; without it tokens for other services would pass',
    }),
  );
  const claim = checkText('rolesClaim', props.rolesClaim, {
    pattern: /\S/,
    expected: 'the name of a claim',
    fix: "leave it out for 'roles'",
  });
  if (claim !== undefined) faults.push(claim);
  const roles: unknown = props.roles ?? [];
  if (!Array.isArray(roles)) faults.push(`roles is ${show(roles)}, expected a list of names; such as ['caller']`);
  else if (roles.some((role) => typeof role !== 'string' || role.trim() === ''))
    faults.push(`roles is ${show(roles)}, expected names of roles; remove what is none`);
  if (faults.length > 0) throw new ConfigError(scope, faults);
}
