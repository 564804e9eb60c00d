import { describe, expect, it } from 'vitest';
import { ApiAccess, type OidcAccessProps } from '../../lib/index';
import { messageOf, modelWith, resourcesOf, templatesOf } from '../support';

const OIDC: OidcAccessProps = { issuer: 'https://login.example.com/tenant', audience: 'spam-filter' };
const serveWith = (props: OidcAccessProps) => templatesOf(modelWith({ access: ApiAccess.oidc(props) })).serve;

describe('access by tokens of an OpenID Connect issuer', () => {
  const serve = serveWith({ ...OIDC, roles: ['caller', 'admin'], rolesClaim: 'groups' });

  it('puts the authorizer before every method', () => {
    const [[authorizer] = []] = resourcesOf(serve, 'AWS::ApiGateway::Authorizer');
    const methods = resourcesOf(serve, 'AWS::ApiGateway::Method');
    expect(methods).toHaveLength(4);
    for (const [, { Properties }] of methods) {
      expect(Properties).toMatchObject({ AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: authorizer } });
    }
  });

  it('tells the authorizer what a token must say', () => {
    serve.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'spam-filter-pilot-authorize',
      Environment: {
        Variables: {
          SLIPWAY_OIDC_ISSUER: OIDC.issuer,
          SLIPWAY_OIDC_AUDIENCE: OIDC.audience,
          SLIPWAY_OIDC_ROLES: '["caller","admin"]',
          SLIPWAY_OIDC_ROLES_CLAIM: 'groups',
        },
      },
    });
  });

  it('lets any role call, and reads the claim "roles", unless told otherwise', () => {
    serveWith(OIDC).hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { SLIPWAY_OIDC_ROLES: '[]', SLIPWAY_OIDC_ROLES_CLAIM: 'roles' } },
    });
  });

  it('refuses what cannot be a token without calling the function', () => {
    const [[, authorizer] = []] = resourcesOf(serve, 'AWS::ApiGateway::Authorizer');
    const pattern = new RegExp(String(authorizer?.Properties?.IdentityValidationExpression));
    expect(authorizer?.Properties).toMatchObject({ Type: 'TOKEN', AuthorizerResultTtlInSeconds: 60 });
    expect('Bearer eyJh.eyJz.c2ln').toMatch(pattern);
    for (const wrong of ['', 'eyJh.eyJz.c2ln', 'Basic dXNlcg==', 'Bearer a.b', 'Bearer a.b.c.d', 'Bearer a b.c.d']) {
      expect(wrong).not.toMatch(pattern);
    }
  });

  it.each<[Partial<OidcAccessProps>, string]>([
    [{ issuer: 'http://login.example.com' }, 'issuer is "http://login.example.com", expected an https URL'],
    [{ issuer: 'https://login.example.com?x=1' }, 'expected an https URL without query; copy it from the claim "iss"'],
    [{ audience: ' ' }, 'audience is " ", expected the audience of the tokens; copy it from the claim "aud"'],
    [{ roles: ['caller', ''] }, 'roles is ["caller",""], expected names of roles; remove what is none'],
    [{ roles: 'caller' as unknown as string[] }, 'roles is "caller", expected a list of names'],
    [{ issuer: undefined }, 'issuer is missing, expected an https URL'],
    [{ audience: undefined }, 'audience is missing, expected the audience of the tokens'],
    [{ rolesClaim: '' }, 'rolesClaim is "", expected the name of a claim'],
  ])('fails with %j', (changes, fault) => {
    const message = messageOf(() => serveWith({ ...OIDC, ...changes }));
    expect(message).toContain('ConfigError: pilot/serve/PredictionApi: ');
    expect(message).toContain(fault);
  });
});

it('access is by IAM signatures unless another is chosen, and there is no authorizer then', () => {
  const { serve } = templatesOf(modelWith());
  serve.allResourcesProperties('AWS::ApiGateway::Method', { AuthorizationType: 'AWS_IAM' });
  serve.resourceCountIs('AWS::ApiGateway::Authorizer', 0);
});
