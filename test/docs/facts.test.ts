import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { describe, expect, it } from 'vitest';
import * as slipway from '../../lib/index';
import { Severity, StageProfile } from '../../lib/index';
import { PROBLEM, problemDocument } from '../../protocol/problem';
import { documents, fencesOf, readDocument, tableOf } from './documents';

const readme = readDocument('README.md');

/** A value of a profile as the table of the README writes it. */
function written(property: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (value instanceof Duration)
    return value.toHours() % 24 === 0 ? `${value.toDays()} days` : `${value.toHours()} hours`;
  if (value instanceof Severity) return value.name;
  return property === 'logRetention' ? `${value} days` : String(value);
}

describe('the README', () => {
  it('says of each profile what it is', () => {
    const profiles = [StageProfile.PILOT, StageProfile.STAGING, StageProfile.PRODUCTION];
    const properties = Object.keys(StageProfile.PILOT).filter((name) => name !== 'name' && name !== 'settings');
    expect(properties.length).toBeGreaterThan(10);
    const rows = tableOf(readme, 'property').map(([first = '', ...values]) => [
      /^`(\w+)`/.exec(first)?.[1] ?? first,
      ...values,
    ]);
    expect(rows.sort()).toEqual(
      properties
        .map((name) => [
          name,
          ...profiles.map((profile) => written(name, Object.getOwnPropertyDescriptor(profile, name)?.value)),
        ])
        .sort(),
    );
  });

  it('lists every construct of the library, and nothing else as one', () => {
    const constructs = Object.entries(slipway)
      .filter(([, member]) => typeof member === 'function' && member.prototype instanceof Construct)
      .map(([name]) => `\`${name}\``);
    expect(
      tableOf(readme, 'construct')
        .map(([name]) => name)
        .sort(),
    ).toEqual(constructs.sort());
  });

  it('names only classes that the library exports as choices', () => {
    const named = tableOf(readme, 'class').flatMap(([first = '']) =>
      [...first.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((name) => name !== undefined && !Object.hasOwn(slipway, name))).toEqual([]);
  });
});

describe('problem documents in the documents', () => {
  it('are as the API sends them', () => {
    const shown = documents()
      .flatMap(fencesOf)
      .filter(({ language, code }) => language === 'json' && code.includes('urn:slipway:problem:'))
      .map(({ code }) => JSON.parse(code));
    expect(shown.length).toBeGreaterThan(0);
    const known = Object.keys(PROBLEM).map((kind) => problemDocument(kind as keyof typeof PROBLEM));
    for (const { type, title, status } of shown) expect(known).toContainEqual({ type, title, status });
  });
});
