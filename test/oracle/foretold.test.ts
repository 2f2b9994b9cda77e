// What would be denied is told from the coordinates that a run used, without its variables: for drawn operations and callers it
// must be exactly what the gate denies when the operation comes with its variables.
import { getOperationAST, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGate, requirementOf, scopesLacking, usedCoordinates } from '../../src/access/policy/index.ts';
import { isVenueMark } from '../../src/access/policy/rules/venue-rule.ts';
import { ApiError } from '../../src/core/errors.ts';
import { allFeatures } from '../../src/services.ts';
import { typeById } from './support/declarations.ts';
import { openDenseHouse } from './support/dense-house.ts';
import { Differential, type Drawn } from './support/differential.ts';
import { openSeededHouse, type SeededHouse } from './support/seeded-house.ts';
import { seed, wantedPairs } from './support/settings.ts';

let seeded: SeededHouse;
let drawn: Iterable<Drawn>;

beforeAll(async () => {
  seeded = await openSeededHouse();
  const dense = await openDenseHouse(allFeatures, typeById(allFeatures));
  const { pool, identities } = seeded;
  const { dataScopes } = seeded.house.app.scopes;
  drawn = new Differential({ dense, pool, identities, dataScopes }).operations(wantedPairs, seed + 2);
});
afterAll(() => seeded.house.close());

/** The plan of a drawn operation; null when it is over a limit, or no operation of this schema. */
function planOf(gate: ReturnType<typeof createGate>, { document, operation }: Drawn) {
  if (validate(gate.schema, document).length > 0) return null;
  try {
    return gate.plan(document, getOperationAST(document, operation.operationName)!);
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
}

describe('The coordinates that an operation used', () => {
  it(`foretell what ${wantedPairs} pairs of an operation and a caller are denied`, async () => {
    const { schema, policy } = seeded.house.app.schema;
    const gate = createGate(schema, policy);
    const counts = { pairs: 0, denied: 0, dynamic: 0 };
    for (const one of drawn) {
      const plan = planOf(gate, one);
      if (!plan) continue;
      const { variables, text } = one.operation;
      const used = usedCoordinates(policy, plan, variables);
      const unknown = used.filter((coordinate) => requirementOf(policy, coordinate) === null);
      expect(unknown.filter((coordinate) => !isVenueMark(coordinate))).toEqual([]);
      for (const principal of one.principals) {
        if (principal.kind === 'ANONYMOUS') continue;
        const { denials } = await gate.decide(plan, principal, variables);
        const missing = [...new Set(denials.flatMap((denial) => denial.missing))].sort();
        expect(scopesLacking(policy, used, principal.scopes), text).toEqual(missing);
        counts.pairs += 1;
        counts.denied += denials.length > 0 ? 1 : 0;
        counts.dynamic += plan.isStatic ? 0 : 1;
      }
    }
    console.log(`foretold: ${JSON.stringify(counts)}`);
    expect(counts.pairs).toBeGreaterThan(wantedPairs * 0.7);
    expect(counts.denied).toBeGreaterThan(counts.pairs / 10);
    expect(counts.dynamic).toBeGreaterThan(counts.pairs / 20);
  });

  it('leave out what the schema has no more, and say so', () => {
    const { policy } = seeded.house.app.schema;
    expect(requirementOf(policy, 'Customer.shoeSize')).toBeNull();
    expect(requirementOf(policy, 'Cusomer')).toBeNull();
    expect(requirementOf(policy, 'Customer')).toBe(policy.ofType('Customer'));
    expect(scopesLacking(policy, ['Customer.shoeSize'], new Set())).toEqual([]);
  });
});
