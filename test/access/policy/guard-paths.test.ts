// The guard's look at a place, written out for each row and field: it must be the same as comparing the whole path.
import fc from 'fast-check';
import type { GraphQLResolveInfo } from 'graphql';
import { expect, it } from 'vitest';
import { isDenied } from '../../../src/access/policy/index.ts';

type Path = GraphQLResolveInfo['path'];

const name = fc.constantFrom('a', 'b', 'nodes', '@');
const path = fc.array(name, { minLength: 1, maxLength: 4 });

/** As graphql-js has it: an index for each place in a list. */
function pathOf(names: readonly string[]): Path {
  let at: Path | undefined;
  for (const [index, text] of names.entries())
    at = { prev: at, key: text === '@' ? index : text, typename: undefined };
  return at!;
}

it('is closed at its own places alone, however many there are', () => {
  let closedOnes = 0;
  fc.assert(
    fc.property(fc.array(path, { minLength: 1, maxLength: 9 }), path, (paths, asked) => {
      const pathKeys = new Set(paths.map((names) => names.join('.')));
      const decision = {
        ...{ denials: [], toldTypes: null, isEverythingDenied: false },
        deniedPaths: new Map([['Customer.notes', paths]]),
      };
      for (const names of [asked, ...paths]) {
        const expected = pathKeys.has(names.join('.'));
        expect(isDenied({ decision }, 'Customer.notes', { path: pathOf(names) })).toBe(expected);
        expect(isDenied({ decision }, 'Customer.name', { path: pathOf(names) })).toBe(false);
        if (expected) closedOnes += 1;
      }
    }),
    { numRuns: 1_000 },
  );
  expect(closedOnes).toBeGreaterThan(1_000);
});
