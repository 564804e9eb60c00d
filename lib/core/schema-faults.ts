import { createRequire } from 'node:module';
import { Token } from 'aws-cdk-lib';
import { show } from './checks';
import { checkModule } from './package-files';
import { unplainPart } from './plain-json';

/** What `dist/checks/schema-faults.js` exports. */
interface SchemaFaultsModule {
  schemaFaults(ruleName: string, schema: unknown): string[];
}

/** Faults by rule and schema: stages usually share their schema, and compiling one takes milliseconds. */
const known = new Map<string, readonly string[]>();

/**
 * Every fault of the JSON schema of a guard rule, found by the very code that the handler runs at its cold start. That code is
 * bundled with the package and loaded only when there is a schema.
 */
export function schemaFaults(ruleName: string, schema: unknown): readonly string[] {
  const unplain = unplainPart(schema);
  if (unplain !== undefined) {
    const what = Token.isUnresolved(unplain.value) ? 'known only when it is deployed' : show(unplain.value);
    return [
      `guard rule ${show(ruleName)}: the schema at "${unplain.pointer}" is ${what}, expected plain JSON; give the value itself`,
    ];
  }
  const text = JSON.stringify({ ruleName, schema });
  let faults = known.get(text);
  if (faults === undefined) {
    const load = createRequire(__filename);
    const { schemaFaults: find } = load(checkModule('schema-faults')) as SchemaFaultsModule;
    // As the handler reads it: from a file of JSON.
    faults = find(ruleName, JSON.parse(text).schema);
    known.set(text, faults);
  }
  return faults;
}
