// The algebra of requirements, against the only thing it is for: which callers meet them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  both,
  implies,
  missingScopes,
  open,
  scopes,
  authenticated,
  adminOnly,
  type Requirement,
} from '../../../src/access/policy/rules/requirement.ts';
import { judge, meets, shieldRule, shieldTree } from '../../../src/access/policy/rules/rules.ts';
import { anonymous, type Principal } from '../../../src/core/principal.ts';
import { keyWith } from '../support/real-policy.ts';

const names = ['read:a', 'write:a', 'read:b', 'write:b', 'workspace:manage'] as const;
const scopeSet = fc.subarray([...names]);
const single = fc.oneof(
  fc.constantFrom(open, authenticated, adminOnly),
  fc.subarray([...names], { minLength: 1 }).map((all) => scopes(...(all as [string, ...string[]]))),
);
/** No feature has alternatives yet, the type allows them; joined with `authenticated` they take their normal form. */
const alternatives = fc
  .array(scopeSet, { minLength: 1, maxLength: 3 })
  .map((anyOf) => both({ name: 'as written', authenticated: true, anyOf }, authenticated));
const requirement: fc.Arbitrary<Requirement> = fc
  .array(fc.oneof(single, alternatives), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.reduce(both));

const everySet = Array.from({ length: 2 ** names.length }, (_, bits) =>
  names.filter((_name, index) => (bits >> index) & 1),
);
const everyCaller: readonly Principal[] = [anonymous, ...everySet.map(keyWith)];
const admits = (asked: Requirement) => everyCaller.map((caller) => meets(caller, asked));
const runs = { numRuns: 500 };

describe('both', () => {
  it('admits exactly the callers that each of the two admits', () => {
    fc.assert(
      fc.property(requirement, requirement, (a, b) => {
        const right = admits(b);
        expect(admits(both(a, b))).toEqual(admits(a).map((isIn, index) => isIn && right[index]));
      }),
      runs,
    );
  });

  it('is the same object in whatever order and grouping', () => {
    fc.assert(
      fc.property(requirement, requirement, requirement, (a, b, c) => {
        expect(both(a, b)).toBe(both(b, a));
        expect(both(both(a, b), c)).toBe(both(a, both(b, c)));
        expect(both(a, a)).toBe(a);
        expect(both(a, open)).toBe(a);
      }),
      runs,
    );
  });

  it('implies each of the two', () => {
    fc.assert(
      fc.property(requirement, requirement, (a, b) => implies(both(a, b), a) && implies(both(a, b), b)),
      runs,
    );
  });
});

describe('alternatives', () => {
  it('mean in their normal form what they meant as they were written', () => {
    const written = fc.array(scopeSet, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(written, fc.boolean(), (anyOf, authenticatedToo) => {
        const asked = both({ name: 'as written', authenticated: authenticatedToo, anyOf }, authenticated);
        for (const caller of everyCaller) {
          const holdsAll = (all: readonly string[]) => all.every((scope) => caller.scopes.has(scope));
          expect(meets(caller, asked)).toBe(caller.kind !== 'ANONYMOUS' && anyOf.some(holdsAll));
        }
      }),
      runs,
    );
  });
});

describe('implies', () => {
  it('is true exactly when every caller that meets the one meets the other', () => {
    fc.assert(
      fc.property(requirement, requirement, (given, asked) => {
        const met = admits(asked);
        expect(implies(given, asked)).toBe(admits(given).every((isIn, index) => !isIn || met[index]));
      }),
      runs,
    );
  });

  it('never lets a public requirement stand for one that needs a credential', () => {
    expect(implies(open, authenticated)).toBe(false);
    expect(implies(authenticated, scopes('read:a'))).toBe(false);
    expect(implies(scopes('read:a'), authenticated)).toBe(true);
  });
});

describe('missingScopes', () => {
  it('names scopes that are not held, and adding them is enough', () => {
    fc.assert(
      fc.property(requirement, scopeSet, (asked, held) => {
        const missing = missingScopes(asked, new Set(held));
        expect(missing.filter((scope) => (held as string[]).includes(scope))).toEqual([]);
        expect(meets(keyWith([...held, ...missing]), asked)).toBe(true);
      }),
      runs,
    );
  });

  it('names the first of two alternatives that lack as many', () => {
    const anyOf = [['write:a'], ['read:a'], ['read:b', 'write:b']];
    const asked = both({ name: 'as written', authenticated: true, anyOf }, authenticated);
    expect(missingScopes(asked, new Set())).toEqual(['read:a']);
    expect(missingScopes(asked, new Set(['read:b']))).toEqual(['read:a']);
  });

  it('is empty exactly when a known caller meets the requirement', () => {
    fc.assert(
      fc.property(requirement, scopeSet, (asked, held) => {
        expect(missingScopes(asked, new Set(held)).length === 0).toBe(meets(keyWith(held), asked));
      }),
      runs,
    );
  });
});

describe('names', () => {
  it('are equal for equal requirements only, which then are the same object', () => {
    fc.assert(
      fc.property(requirement, requirement, (a, b) => {
        const isSame = JSON.stringify(admits(a)) === JSON.stringify(admits(b));
        expect(a.name === b.name).toBe(isSame);
        expect(a === b).toBe(isSame);
      }),
      runs,
    );
  });

  it('give each requirement one shield rule of its own', () => {
    fc.assert(
      fc.property(requirement, requirement, (a, b) => (shieldRule(a) === shieldRule(b)) === (a === b)),
      runs,
    );
    const tree = shieldTree([
      ['Query', 'a', scopes('read:a')],
      ['Query', 'b', scopes('read:a')],
      ['A', 'x', open],
    ]);
    expect(Object.keys(tree)).toEqual(['Query', 'A']);
    expect(tree['Query']!['a']).toBe(tree['Query']!['b']);
  });
});

describe('a shield rule', () => {
  it('gives every caller the verdict of its requirement', async () => {
    await fc.assert(
      fc.asyncProperty(requirement, fc.constantFrom(...everyCaller), async (asked, caller) => {
        expect(await judge(asked, caller)).toBe(meets(caller, asked));
      }),
      { numRuns: 300 },
    );
  });
});
