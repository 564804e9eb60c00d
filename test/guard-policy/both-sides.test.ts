import { Lazy, Size, Token } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { compileGuard } from '../../lambdas/shared/guard/compile';
import { GuardMode, GuardPolicy, SensitiveData } from '../../lib/index';
import { messageOf, modelWith } from '../support';

const none = GuardPolicy.none();
const schema = (of: unknown) => () => none.inputSchema(of as { [name: string]: unknown });

/** What a caller without types may give. */
function untyped<T>(value: unknown): T {
  return value as T;
}

type Case = readonly [name: string, make: () => GuardPolicy, fault: string];

const BAD: readonly Case[] = [
  [
    'a schema of an unknown type',
    schema({ type: 'strng' }),
    'the schema at /type is "strng", expected one of ["array"',
  ],
  ['no schema', schema(undefined), 'the schema is undefined, expected an object; give a JSON Schema'],
  ['a schema that is text', schema('string'), 'the schema is "string", expected an object'],
  ['a schema that is a list', schema([]), 'the schema is [], expected an object'],
  ['a pattern that is none', schema({ pattern: '(' }), 'Invalid regular expression'],
  [
    'a remote $ref',
    schema({ $ref: 'https://example.com/a.json' }),
    "can't resolve reference https://example.com/a.json",
  ],
  ['a $ref to nothing', schema({ $ref: '#/$defs/a' }), "can't resolve reference #/$defs/a"],
  [
    'a draft that is not known',
    schema({ $schema: 'http://json-schema.org/draft-04/schema#' }),
    '$schema is "http://json-schema.org/draft-04',
  ],
  ['a $schema that is no text', schema({ $schema: 7 }), '$schema is 7, expected one of'],
  [
    'exclusiveMinimum of draft 4',
    schema({ exclusiveMinimum: true }),
    'the schema at /exclusiveMinimum is true, expected number',
  ],
  ['an $id that is no URI', schema({ $id: 'urn:x' }), 'URN without nid'],
  ['an asynchronous schema', schema({ $async: true, type: 'string' }), '$async true, expected none'],
  ['a misspelt keyword', schema({ maxlength: 3 }), 'unknown keyword: "maxlength"'],
  [
    'a misspelt keyword further down',
    schema({ properties: { a: { requierd: ['b'] } } }),
    'unknown keyword: "requierd"',
  ],
  [
    'an unknown format',
    schema({ properties: { a: { format: 'emali' } } }),
    'unknown format "emali" at "/properties/a"',
  ],
  ['an if that decides nothing', schema({ if: { type: 'string' } }), '"if" without "then" and "else"'],
  [
    'a keyword of a later draft',
    schema({ $schema: 'http://json-schema.org/draft-07/schema#', prefixItems: [] }),
    'unknown keyword: "prefixItems"',
  ],
  ['no terms', () => none.blockTerms([]), 'terms is [], expected a list of words or phrases'],
  ['null for terms', () => none.blockTerms(untyped(null)), 'terms is null, expected a list of words or phrases'],
  ['text for terms', () => none.blockTerms(untyped('abc')), 'terms is "abc", expected a list of words or phrases'],
  ['a term that is a number', () => none.blockTerms(untyped(['a', 7])), 'terms[1] is 7, expected text of 1 to 200'],
  ['an empty term', () => none.maskTerms(['a', ' ']), 'terms[1] is " ", expected text of 1 to 200'],
  ['an invisible term', () => none.blockTerms(['\u200b']), 'terms[0] is "\\u{200b}", expected text of 1 to 200'],
  ['a term of 300 characters', () => none.blockTerms(['x'.repeat(300)]), 'terms[0] is "xxx'],
  ['no kinds', () => none.mask([]), 'kinds is [], expected one or more kinds'],
  ['null for kinds', () => none.mask(untyped(null)), 'kinds is null, expected one or more kinds'],
  ['an unknown kind', () => none.mask(untyped(['CARDS'])), 'kinds is "CARDS", expected one of CARD, IBAN'],
  [
    'an unknown mode',
    () => none.maskSecrets({ mode: untyped('log') }),
    'mode is "log", expected one of enforce, observe',
  ],
  ['a name in capitals', () => none.maskSecrets({ name: 'Secrets' }), 'the rule name is "Secrets", expected 1 to 64'],
  ['a name of 65 characters', () => none.maskSecrets({ name: 'x'.repeat(65) }), 'the rule name is "xxx'],
  ['a name with two hyphens', () => none.maskSecrets({ name: 'a--b' }), 'the rule name is "a--b"'],
  ['a name that is a number', () => none.maskSecrets({ name: untyped(7) }), 'the rule name is 7'],
  [
    'two rules of one name',
    () => GuardPolicy.standard().maskSecrets(),
    '"secrets" exists already; give one of them another name',
  ],
];

/** What never reaches the handler's document. */
const BAD_FOR_CONSTRUCTS: readonly Case[] = [
  ['a number for a size', () => none.maxSize(untyped(5)), 'maxSize is 5, expected a Size'],
  ['null for a size', () => none.maxSize(untyped(null)), 'maxSize is null, expected a Size'],
  ['a limit above the API’s', () => none.maxSize(Size.mebibytes(2)), 'maxSize is 2097152, expected a whole number'],
  ['a limit of nothing', () => none.maxSize(Size.bytes(0)), 'maxSize is 0, expected a whole number'],
  [
    'a limit that only the deployment knows',
    () => none.maxSize(Size.bytes(Token.asNumber({ Ref: 'X' }))),
    'maxSize is known only when it is deployed',
  ],
  [
    'a schema that only the deployment knows',
    schema(Lazy.any({ produce: () => ({}) })),
    'known only when it is deployed, expected plain JSON',
  ],
  [
    'a bound that only the deployment knows',
    schema({ minimum: Token.asNumber({ Ref: 'X' }) }),
    'the schema at "/minimum" is known only when',
  ],
  ['a regular expression', schema({ pattern: /x/ }), 'the schema at "/pattern" is {}, expected plain JSON'],
  ['a function', schema({ properties: () => ({}) }), 'the schema at "/properties" is '],
  ['NaN', schema({ minimum: Number.NaN }), 'the schema at "/minimum" is NaN, expected plain JSON'],
  ['no policy', () => untyped('standard'), 'guard is "standard", expected a GuardPolicy'],
];

const GOOD: readonly (readonly [string, () => GuardPolicy])[] = [
  [
    'a schema of draft-07',
    schema({
      $schema: 'http://json-schema.org/draft-07/schema#',
      definitions: { a: { type: 'string' } },
      items: [{ $ref: '#/definitions/a' }],
    }),
  ],
  [
    'a schema of 2019-09',
    schema({
      $schema: 'https://json-schema.org/draft/2019-09/schema',
      $recursiveAnchor: true,
      items: { $recursiveRef: '#' },
    }),
  ],
  [
    'a schema of 2020-12',
    schema({ $schema: 'https://json-schema.org/draft/2020-12/schema', prefixItems: [{ type: 'string' }] }),
  ],
  [
    'a schema that names its draft with a #',
    schema({ $schema: 'https://json-schema.org/draft/2020-12/schema#', type: 'object' }),
  ],
  [
    'a schema with $id and $defs',
    schema({ $id: 'https://example.com/input.json', $defs: { a: { type: 'string' } }, $ref: '#/$defs/a' }),
  ],
  [
    'a schema with annotations',
    schema({
      title: 't',
      description: 'd',
      $comment: 'c',
      default: '',
      examples: ['x'],
      readOnly: true,
      deprecated: true,
    }),
  ],
  [
    'a schema without types, with unions and overlapping patterns',
    schema({
      type: ['string', 'object'],
      properties: { ab: {} },
      patternProperties: { '^a': {} },
      required: ['c'],
      minLength: 1,
    }),
  ],
  [
    'a schema with formats',
    schema({ anyOf: ['date-time', 'email', 'uuid', 'ipv4', 'uri'].map((format) => ({ format })) }),
  ],
  ['a schema with an undefined member', schema({ type: 'string', maxLength: undefined })],
  ['a schema that takes everything', schema({})],
  ['a name of 64 characters', () => none.maskSecrets({ name: `x-${'1'.repeat(62)}` })],
  ['a term of 200 characters', () => none.blockTerms(['x'.repeat(200)])],
  [
    'every kind of rule',
    () =>
      GuardPolicy.standard()
        .maxSize(Size.kibibytes(4))
        .maskPersonalData({ mode: GuardMode.OBSERVE })
        .blockTerms(['a b'])
        .block([SensitiveData.CARD]),
  ],
];

describe('a guard policy that the handler could not run', () => {
  it.each(BAD)('fails synthesis and the cold start: %s', (_, make, fault) => {
    const guard = make();
    const message = messageOf(() => modelWith({ guard }));
    expect(message).toContain('ConfigError: pilot/serve/PredictionApi:');
    expect(message).toContain(fault);
    const document = JSON.parse(JSON.stringify(guard._document()));
    expect(() => compileGuard(document)).toThrow(fault);
  });

  it.each(BAD_FOR_CONSTRUCTS)('fails synthesis: %s', (_, make, fault) => {
    const message = messageOf(() => modelWith({ guard: make() }));
    expect(message).toMatch(/^ConfigError: pilot(\/serve\/PredictionApi)?:/);
    expect(message).toContain(fault);
  });

  it('is told with every fault, each with its rule, beside faults of other props', () => {
    const guard = none
      .inputSchema({ maxlength: 3, properties: { a: { requierd: ['b'] } } }, { name: 'shape' })
      .mask(untyped(['CARDS']), { name: 'cards' })
      .maxSize(untyped(5));
    expect(messageOf(() => modelWith({ guard }))).toBe(
      [
        'ConfigError: pilot/serve/PredictionApi:',
        'maxSize is 5, expected a Size; use Size.kibibytes(64)',
        'guard rule "cards": kinds is "CARDS", expected one of CARD, IBAN, EMAIL, PHONE, US_SSN, IPV4, IPV6, AWS_ACCESS_KEY, AWS_SECRET_KEY, JWT; use one of them',
        'guard rule "shape": the schema cannot be enforced: unknown keyword: "maxlength"; correct or remove it',
        'guard rule "shape": the schema cannot be enforced: unknown keyword: "requierd"; correct or remove it',
      ].join('\n  - '),
    );
  });
});

it.each(GOOD)('a guard policy that handlers can run is taken by both sides: %s', (_, make) => {
  const guard = make();
  expect(() => modelWith({ guard })).not.toThrow();
  const document = JSON.parse(JSON.stringify(guard._document()));
  expect(compileGuard(document).request('x').failures).toEqual([]);
});
