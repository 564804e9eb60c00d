import { describe, expect, it } from 'vitest';
import { authorization, hasRole } from '../../lambdas/authorize/policy';

const CLAIMS = { iss: 'https://login.example.com', sub: 'mail-gateway' };

describe('roles', () => {
  it.each([
    ['an array', ['reader', 'caller']],
    ['a string', 'caller'],
    ['a string with spaces', 'reader caller admin'],
  ])('in %s let in where one of them is wanted', (_, roles) => {
    expect(hasRole({ ...CLAIMS, roles }, 'roles', ['caller', 'operator'])).toBe(true);
  });

  it.each<[string, unknown]>([
    ['absent', undefined],
    ['null', null],
    ['empty', []],
    ['an empty string', ''],
    ['others', ['reader']],
    ['alike but longer', 'caller-2 recaller'],
    ['of another case', ['Caller']],
    ['separated by commas', 'reader,caller'],
    ['nested in arrays', [['caller']]],
    ['nested in an object', { caller: true, roles: ['caller'] }],
    ['a number', 7],
  ])('do not where they are %s', (_, roles) => {
    expect(hasRole({ ...CLAIMS, roles }, 'roles', ['caller'])).toBe(false);
  });

  it('are those of the claim that was chosen, whose name may be a URL', () => {
    const claims = { ...CLAIMS, 'https://example.com/roles': ['caller'], roles: ['reader'] };
    expect(hasRole(claims, 'https://example.com/roles', ['caller'])).toBe(true);
    expect(hasRole(claims, 'roles', ['caller'])).toBe(false);
  });

  it('are not taken from what every object has', () => {
    for (const claim of ['constructor', '__proto__', 'toString'])
      expect(hasRole(CLAIMS, claim, ['caller'])).toBe(false);
  });

  it('do not matter where none is wanted', () => {
    expect(hasRole(CLAIMS, 'roles', [])).toBe(true);
  });
});

describe('the answer to API Gateway', () => {
  const METHOD = 'arn:aws:execute-api:eu-west-1:111122223333:abc123/v1/POST/predictions/p-1/feedback';

  it('covers every route of the stage of the API and nothing else', () => {
    expect(authorization(CLAIMS, METHOD, true).policyDocument).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Action: 'execute-api:Invoke',
          Effect: 'Allow',
          Resource: 'arn:aws:execute-api:eu-west-1:111122223333:abc123/v1/*',
        },
      ],
    });
  });

  it('denies a caller without a role by a policy, which API Gateway answers with 403', () => {
    expect(authorization(CLAIMS, METHOD, false).policyDocument.Statement).toEqual([
      {
        Action: 'execute-api:Invoke',
        Effect: 'Deny',
        Resource: 'arn:aws:execute-api:eu-west-1:111122223333:abc123/v1/*',
      },
    ]);
  });
});
