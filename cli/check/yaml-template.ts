import { type CollectionTag, parse, type ScalarTag, YAMLMap, type YAMLSeq } from 'yaml';

/** Functions that CloudFormation writes as tags. `!Ref` and `!Condition` have no prefix in their long form. */
const FUNCTIONS =
  'And Base64 Cidr Equals FindInMap GetAtt GetAZs If ImportValue Join Length Not Or Select Split Sub ToJsonString Transform'.split(
    ' ',
  );

/** Every short tag, for a text, a list and an object, as the object that it is short for. */
const TAGS: (ScalarTag | CollectionTag)[] = [...FUNCTIONS, 'Ref', 'Condition'].flatMap((name) => {
  const tag = `!${name}`;
  const long = FUNCTIONS.includes(name) ? `Fn::${name}` : name;
  return [
    { tag, resolve: (text: string) => ({ [long]: text }) },
    { tag, collection: 'seq' as const, resolve: (list: YAMLMap | YAMLSeq) => under(long, list) },
    { tag, collection: 'map' as const, resolve: (map: YAMLMap | YAMLSeq) => under(long, map) },
  ];
});

/** A template in YAML. Merge keys and aliases are resolved; dates stay texts, as CloudFormation takes them. */
export function parseYamlTemplate(text: string): unknown {
  return parse(text, { customTags: TAGS, merge: true, logLevel: 'error' });
}

function under(key: string, value: YAMLMap | YAMLSeq): YAMLMap {
  const map = new YAMLMap();
  map.set(key, value);
  return map;
}
