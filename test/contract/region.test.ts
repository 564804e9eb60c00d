import { Aws } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { checkRegion } from '../../lib/contract/check-contract';
import { contractOf, messageOf, modelWith } from '../support';

const contract = contractOf({ allowedRegions: ['eu-west-1', 'eu-central-1'] });

describe('the region of a stage', () => {
  it.each(['eu-west-1', 'eu-central-1'])('may be %s, which the contract allows', (region) => {
    expect(checkRegion(contract, region)).toEqual([]);
  });

  it('fails outside of the contract, and says what is allowed', () => {
    expect(messageOf(() => modelWith({ contract, env: { region: 'us-east-1' } }))).toBe(
      'ConfigError: pilot: env.region is "us-east-1", expected one of eu-west-1, eu-central-1; move the stage, or allow the region in the contract',
    );
  });

  it.each([undefined, Aws.REGION])('fails as %s: nobody knows then where the data will live', (region) => {
    expect(checkRegion(contract, region)).toEqual([
      'env.region is not stated, expected one of eu-west-1, eu-central-1; the contract allows only these regions',
    ]);
  });
});
