import { describe, expect, it } from 'vitest';
import { TemplateSet } from '../../lib/check/template/template-set';
import { placeholder } from './corpus/templates';

/** What is known of the property `P` of the resource `Thing`. */
function property(value: unknown, rest: object = {}, others: Readonly<Record<string, object>> = {}) {
  const template = { Resources: { Thing: { Type: 'Test::Thing', Properties: { P: value } } }, ...rest };
  const inputs = [
    { name: 'main', template },
    ...Object.entries(others).map(([name, other]) => ({ name, template: other })),
  ];
  const set = new TemplateSet(inputs);
  const [thing] = set.ofType('Test::Thing');
  if (thing === undefined) throw new RangeError('no thing');
  return set.properties(thing).at('P');
}

const sub = (text: string, ...values: object[]) => ({ 'Fn::Sub': values.length === 0 ? text : [text, ...values] });

describe('values that a template tells', () => {
  it.each<[string, unknown, unknown]>([
    ['a join of texts', { 'Fn::Join': ['-', ['a', 'b']] }, 'a-b'],
    ['a join of numbers', { 'Fn::Join': ['', ['a', 1]] }, 'a1'],
    ['a text without placeholders', sub('a'), 'a'],
    ['a placeholder with a value of its own', sub(placeholder('x'), { x: 'y' }), 'y'],
    ['an escaped placeholder', sub(`$${'{!x}'}`), placeholder('x')],
    ['equal branches', { 'Fn::If': ['C', 'a', 'a'] }, 'a'],
    ['one of a list', { 'Fn::Select': [1, ['a', 'b']] }, 'b'],
    ['one of a list, by a text', { 'Fn::Select': ['0', ['a', 'b']] }, 'a'],
    ['a part of a text', { 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b'] }] }, 'b'],
    ['functions within functions', { 'Fn::Join': ['', [sub('a'), { 'Fn::Select': [0, ['b']] }]] }, 'ab'],
  ])('%s', (_, value, expected) => {
    expect(property(value).text).toBe(expected);
  });

  it('of a mapping', () => {
    const Mappings = { Stages: { production: { size: 7 } } };
    expect(property({ 'Fn::FindInMap': ['Stages', 'production', 'size'] }, { Mappings }).number).toBe(7);
    expect(property({ 'Fn::FindInMap': ['Stages', 'pilot', 'size'] }, { Mappings }).number).toBeUndefined();
  });

  it('of an export of another template', () => {
    const other = {
      Resources: {},
      Outputs: { Name: { Value: { 'Fn::Join': ['-', ['spam', 'filter']] }, Export: { Name: 'the-name' } } },
    };
    expect(property({ 'Fn::ImportValue': 'the-name' }, {}, { other }).text).toBe('spam-filter');
    expect(property({ 'Fn::ImportValue': 'another' }, {}, { other }).text).toBeUndefined();
  });

  it('of an output of the one stack of a name', () => {
    const thing = {
      Resources: {
        Thing: {
          Type: 'Test::Thing',
          Properties: { P: { 'Fn::GetStackOutput': { StackName: 's', OutputName: 'N' } } },
        },
      },
    };
    const other = { Resources: {}, Outputs: { N: { Value: 'there' } } };
    const named = (...names: string[]) => {
      const others = names.map((name, index) => ({ name: `other-${index}`, stackName: name, template: other }));
      const set = new TemplateSet([{ name: 'main', template: thing }, ...others]);
      return set.ofType('Test::Thing').map((resource) => set.properties(resource).at('P').text);
    };
    expect([named('s'), named('t'), named('s', 's')]).toEqual([['there'], [undefined], [undefined]]);
  });

  it('of the stack around a nested stack, and of the nested stack', () => {
    const outer = {
      Resources: {
        Child: { Type: 'AWS::CloudFormation::Stack', Properties: { Parameters: { Size: 5 } } },
        Reader: { Type: 'Test::Reader', Properties: { P: { 'Fn::GetAtt': ['Child', 'Outputs.Name'] } } },
      },
    };
    const inner = {
      Parameters: { Size: { Type: 'Number' }, Free: { Type: 'Number' } },
      Resources: { Thing: { Type: 'Test::Thing', Properties: { P: { Ref: 'Size' }, Q: { Ref: 'Free' } } } },
      Outputs: { Name: { Value: 'inside' } },
    };
    const set = new TemplateSet([
      { name: 'outer', template: outer },
      { name: 'inner', template: inner, parent: { name: 'outer', logicalId: 'Child' } },
    ]);
    const [thing, reader] = set.ofType('Test::Thing', 'Test::Reader').map((resource) => set.properties(resource));
    expect(thing?.at('P').number).toBe(5);
    expect(thing?.at('Q').number).toBeUndefined();
    expect(reader?.at('P').text).toBe('inside');
  });

  it('nothing, where AWS::NoValue stands', () => {
    expect(property({ Ref: 'AWS::NoValue' }).presence).toBe('no');
    expect(property({ 'Fn::If': ['C', { Ref: 'AWS::NoValue' }, { Ref: 'AWS::NoValue' }] }).presence).toBe('no');
    expect(property(['a', { Ref: 'AWS::NoValue' }]).items).toHaveLength(1);
  });
});

describe('values that only the deployment knows', () => {
  it.each<[string, unknown]>([
    ['a parameter', { Ref: 'Parameter' }],
    ['a pseudo parameter', { Ref: 'AWS::Region' }],
    ['an attribute', { 'Fn::GetAtt': ['Other', 'Arn'] }],
    ['a text with a parameter', sub(`a-${placeholder('Parameter')}`)],
    ['a join with a parameter', { 'Fn::Join': ['', ['a', { Ref: 'Parameter' }]] }],
    ['an import', { 'Fn::ImportValue': 'x' }],
    ['branches that differ', { 'Fn::If': ['C', 'a', 'b'] }],
    ['a dynamic reference', '{{resolve:ssm:/a/b}}'],
    ['a dynamic reference within a text', 'a-{{resolve:secretsmanager:x}}'],
    ['a macro', { 'Fn::Transform': { Name: 'x' } }],
    ['a macro among members', { a: 1, 'Fn::Transform': { Name: 'x' } }],
    ['a function that nobody knows', { 'Fn::Other': 1 }],
    ['a split of a text that is not known', { 'Fn::Select': [0, { 'Fn::Split': ['/', { Ref: 'Parameter' }] }] }],
    ['characters of the markers', 'a\u{E000}0\u{E001}'],
  ])('%s is there, and no text, number or list', (_, value) => {
    const { presence, text, number, items, isComplete } = property(value);
    expect({ presence, text, number, items, isComplete }).toEqual({
      presence: 'yes',
      text: undefined,
      number: undefined,
      items: [],
      isComplete: false,
    });
  });

  it('may be absent where a condition chooses AWS::NoValue, also within another', () => {
    const maybe = { 'Fn::If': ['C', 'a', { Ref: 'AWS::NoValue' }] };
    expect(property(maybe).presence).toBe('maybe');
    expect(property({ 'Fn::If': ['D', maybe, 'b'] }).presence).toBe('maybe');
    expect(property({ 'Fn::If': ['D', 'a', 'b'] }).presence).toBe('yes');
    expect(property(['a', maybe])).toMatchObject({ isComplete: false });
  });

  it('hide what is below them', () => {
    expect(property({ Ref: 'Parameter' }).at('any', 0, 'place').presence).toBe('maybe');
    expect(property({ a: 1 }).at('any', 0, 'place').presence).toBe('no');
  });

  it('are equal only if they stand for the same', () => {
    const [a, b] = property([{ Ref: 'A' }, { Ref: 'B' }]).items;
    expect(a?.symbol).not.toBe(b?.symbol);
    const [one, other] = property([{ Ref: 'A' }, sub(placeholder('A'))]).items;
    expect(one?.symbol).toBe(other?.symbol);
  });

  it('are shown to people by their names', () => {
    expect(property(sub(`a-${placeholder('AWS::Region')}`)).shown).toBe(`a-${placeholder('{"Ref":"AWS::Region"}')}`);
  });

  it('include a name that is made of itself', () => {
    const template = {
      Resources: {
        Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { 'Fn::Join': ['', ['x', { Ref: 'Bucket' }]] } } },
      },
    };
    const set = new TemplateSet([{ name: 'main', template }]);
    const [bucket] = set.ofType('AWS::S3::Bucket');
    expect(bucket && set.properties(bucket).at('BucketName').text).toBeUndefined();
  });

  it('include templates that are no objects, and members of any kind', () => {
    for (const template of [null, 3, 'x', [], { Resources: [] }, { Resources: { A: null, B: { Type: 5 } } }]) {
      expect(new TemplateSet([{ name: 'main', template }]).ofType('A')).toEqual([]);
    }
  });
});

describe('an order of resources', () => {
  const template = {
    Resources: {
      First: { Type: 'Test::A' },
      Second: { Type: 'Test::B', DependsOn: 'First' },
      Third: { Type: 'Test::C', Properties: { P: [sub(`x-${placeholder('Second.Arn')}`)] } },
      Circle: { Type: 'Test::D', DependsOn: ['Circle', 'Third'] },
    },
  };
  const set = new TemplateSet([{ name: 'main', template }]);
  const [first, , third, circle] = ['A', 'B', 'C', 'D'].map((name) => set.ofType(`Test::${name}`)[0]);

  it('follows DependsOn, references and texts, over others', () => {
    if (first === undefined || third === undefined || circle === undefined)
      throw new RangeError('a resource is missing');
    expect(set.isMadeAfter(third, first)).toBe(true);
    expect(set.isMadeAfter(circle, first)).toBe(true);
    expect(set.isMadeAfter(first, third)).toBe(false);
  });
});
