import { describe, expect, it } from 'vitest';
import { hostingTypes, isHostingType } from '../../lib/core/hosting-types';
import { hasLocalNvme } from '../../lib/core/instance-facts';
import { nearest } from '../../lib/core/nearest';

describe('instance types of hosting', () => {
  it('are known with facts and without', () => {
    expect(
      ['ml.m5.large', 'ml.g5.xlarge', 'ml.t2.medium', 'ml.m8g.48xlarge', 'ml.p6e-gb200.36xlarge'].filter(isHostingType),
    ).toHaveLength(5);
    expect(['ml.g99.huge', 'm5.large', 'ml.m5', '', 'constructor'].filter(isHostingType)).toEqual([]);
    expect(hostingTypes().every(isHostingType)).toBe(true);
    expect(new Set(hostingTypes()).size).toBe(hostingTypes().length);
  });

  it.each([
    ['ml.g5.xlarge', true],
    ['ml.g4dn.xlarge', true],
    ['ml.m5d.large', true],
    ['ml.r7gd.large', true],
    ['ml.p6-b300.48xlarge', true],
    ['ml.dl1.24xlarge', true],
    ['ml.m5.large', false],
    ['ml.c6gn.large', false],
    ['ml.p3.2xlarge', false],
    ['ml.inf2.xlarge', false],
  ])('%s has local disks: %s', (type, expected) => {
    expect(hasLocalNvme(type)).toBe(expected);
  });
});

describe('the nearest name', () => {
  it.each([
    ['ml.m5.lrage', ['ml.m5.large', 'ml.m5.xlarge'], 'ml.m5.large'],
    ['MODELLATENCY', ['ModelLatency'], 'ModelLatency'],
    ['abc', ['xyz'], undefined],
    ['abc', [], undefined],
    ['a', ['b'], undefined],
  ])('to %s among %j is %s', (name, known, expected) => {
    expect(nearest(name, known)).toBe(expected);
  });
});
