import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesBetween } from '../../../cli/stage-diff/compare-values';

const named = (name: string) => (text: string) => text.replaceAll(name, '<stage>');
const SIDES = { from: named('pilot'), to: named('production') };

describe('the changes between two values', () => {
  it.each([
    ['a number', { a: { b: 1 } }, { a: { b: 2 } }, [{ path: 'a.b', from: 1, to: 2 }]],
    ['a number and its text', { a: 1 }, { a: '1' }, [{ path: 'a', from: 1, to: '1' }]],
    ['a zero that was not there', {}, { a: 0 }, [{ path: 'a', to: 0 }]],
    ['a member that is gone', { a: { b: 1 } }, {}, [{ path: 'a', from: { b: 1 } }]],
    ['a list that became an object', { a: [1] }, { a: { 0: 1 } }, [{ path: 'a', from: [1], to: { 0: 1 } }]],
    ['an element at the beginning', [1, 2, 3], [0, 1, 2, 3], [{ path: '[0]', to: 0 }]],
    ['an element that is gone', ['a', 'b', 'c'], ['a', 'c'], [{ path: '[1]', from: 'b' }]],
    ['a change within an element', [{ k: 1, v: 1 }, 5], [{ k: 1, v: 2 }, 5], [{ path: '[0].v', from: 1, to: 2 }]],
    ['a text beside a name', 'pilot-a', 'production-b', [{ path: '', from: '<stage>-a', to: '<stage>-b' }]],
    ['a name within a value that is new', {}, { a: ['production'] }, [{ path: 'a', to: ['<stage>'] }]],
  ])('hold %s', (_, from, to, changes) => {
    expect(changesBetween(from, to, SIDES)).toEqual(changes);
  });

  it.each([
    ['the name of each stage', { a: 'in pilot' }, { a: 'in production' }],
    ['a word that is the name of one of them by chance', { a: 'pilot' }, { a: 'pilot' }],
    ['names within lists', ['pilot/x', 1], ['production/x', 1]],
    ['the order of members', { a: 1, b: 2 }, { b: 2, a: 1 }],
  ])('do not hold %s', (_, from, to) => {
    expect(changesBetween(from, to, SIDES)).toEqual([]);
  });

  const same = { from: (text: string) => text, to: (text: string) => text };

  it('are none exactly between equal values', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (a, b) => {
        expect(changesBetween(a, structuredClone(a), same)).toEqual([]);
        // JSON knows no -0.
        const [left, right] = [JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b))];
        expect(changesBetween(left, right, same).length === 0).toBe(isEqual(left, right));
      }),
    );
  });

  it('are as many and mirrored the other way round', () => {
    const value = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof(fc.nat(3), fc.constantFrom('x', 'y')));
    fc.assert(
      fc.property(value, value, (a, b) => {
        const mirrored = changesBetween(b, a, same).map(({ path, from, to }) => [path, to, from]);
        expect(
          changesBetween(a, b, same)
            .map(({ path, from, to }) => [path, from, to])
            .toSorted(),
        ).toEqual(mirrored.toSorted());
      }),
    );
  });

  it('of lists name only what is in one of them', () => {
    const list = fc.array(fc.nat(4), { maxLength: 8 });
    fc.assert(
      fc.property(list, list, list, (before, inserted, after) => {
        const changes = changesBetween([...before, ...after], [...before, ...inserted, ...after], same);
        expect(changes.map(({ from }) => from)).toEqual(inserted.map(() => undefined));
        expect(changes.map(({ to }) => to).toSorted()).toEqual(inserted.toSorted());
      }),
    );
  });
});

function isEqual(a: unknown, b: unknown): boolean {
  try {
    expect(a).toStrictEqual(b);
    return true;
  } catch {
    return false;
  }
}
