import type { Rule } from '../rule';
import { sageMakerApi } from '../sources';

export const shadowRules: readonly Rule[] = [
  {
    id: 'shadow-limit',
    severity: 'error',
    what: 'A configuration with shadow variants has more than one of them, or more than one production variant',
    limit: 'One variant in `ProductionVariants` and one in `ShadowProductionVariants`',
    source: sageMakerApi('CreateEndpointConfig'),
    fix: 'Keep one production variant and one shadow variant',
    *check({ endpoints }) {
      for (const { properties, production, shadow } of endpoints.configs) {
        if (shadow.length === 0 || (shadow.length === 1 && production.length <= 1)) continue;
        const at = properties.at(shadow.length > 1 ? 'ShadowProductionVariants' : 'ProductionVariants');
        const message = `there are ${production.length} production variants and ${shadow.length} shadow variants`;
        yield { at, message };
      }
    },
  },
];
