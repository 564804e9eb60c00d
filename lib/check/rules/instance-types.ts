import { hostingTypes, isHostingType } from '../../core/hosting-types';
import { nearest } from '../../core/nearest';
import { instanceTypesOf } from '../endpoint/endpoint-model';
import type { Rule, Subject } from '../rule';
import { sageMakerApi } from '../sources';
import type { Field } from '../template/field';

export const instanceTypeRules: readonly Rule[] = [
  {
    id: 'instance-type',
    severity: 'warning',
    what: 'An instance type is not known',
    limit: 'The types that the API reference lists for hosting; newer ones may exist',
    source: sageMakerApi('ProductionVariant'),
    fix: 'Correct the type, or acknowledge that it is newer',
    *check(subject) {
      for (const at of typesOf(subject)) {
        const type = at.text ?? '';
        if (isHostingType(type)) continue;
        const near = nearest(type, hostingTypes());
        const message = `no instance type ${type} is known`;
        yield { at, message, ...(near === undefined ? {} : { fix: `Did you mean ${near}?` }) };
      }
    },
  },
];

function typesOf({ endpoints }: Subject): readonly Field[] {
  const variants = endpoints.configs.flatMap(({ production, shadow }) => [...production, ...shadow]);
  const specifications = endpoints.components.flatMap((component) => [
    component.at('Specification'),
    ...component.at('Specifications').items,
  ]);
  const ofComponents = specifications.map((specification) => specification.at('InstanceType'));
  return [...variants.flatMap(instanceTypesOf), ...ofComponents.filter(({ text }) => text !== undefined)];
}
