import { type GuardPolicyDocument, PERSONAL_KINDS, SECRET_KINDS } from '../protocol/guard';

/** A policy with every kind of rule. */
export const ALL_RULES: GuardPolicyDocument = {
  request: [
    { kind: 'size', name: 'size', mode: 'enforce', maxBytes: 1024 * 1024 },
    { kind: 'schema', name: 'schema', mode: 'enforce', schema: { type: 'string', maxLength: 1024 * 1024 } },
    {
      kind: 'terms',
      name: 'terms',
      mode: 'enforce',
      action: 'block',
      terms: Array.from({ length: 1000 }, (_, index) => `forbidden phrase ${index}`),
    },
    { kind: 'sensitive', name: 'secrets', mode: 'enforce', action: 'block', kinds: SECRET_KINDS },
    { kind: 'sensitive', name: 'personal', mode: 'enforce', action: 'mask', kinds: PERSONAL_KINDS },
  ],
  reply: [],
  recordMask: [...PERSONAL_KINDS, ...SECRET_KINDS],
};
