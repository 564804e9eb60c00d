import { Annotations, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { newApp } from '../support';

describe('a deprecated call of the CDK', () => {
  it('throws in every test', () => {
    const app = newApp();
    const [first, second] = [new Stack(app, 'first'), new Stack(app, 'second')];
    expect(() => first.addDependency(second)).toThrow(/Stack#addDependency is deprecated/);
  });

  it('that is an annotation throws in every test', () => {
    expect(() => Annotations.of(newApp()).addDeprecation('old', 'take the new one')).toThrow(/old.*take the new one/);
  });
});
