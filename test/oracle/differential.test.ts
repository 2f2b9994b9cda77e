// The gate against an oracle that shares no decision with it: graphql-shield over the whole schema. Thousands of drawn
// operations, each for several callers, must come to the same data and the same denied paths on both sides.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allFeatures } from '../../src/services.ts';
import { createGate } from '../../src/access/policy/index.ts';
import { anonymous, type Principal } from '../../src/core/principal.ts';
import { assembleUnguarded } from '../../src/graphql/schema.ts';
import { compareQuery } from './support/compare.ts';
import { declarationsOf, typeById } from './support/declarations.ts';
import { openDenseHouse, type Sides } from './support/dense-house.ts';
import { Differential, report, smallest, type Drawn } from './support/differential.ts';
import { outcomeOfAnswer, outcomeOfRefusal } from './support/enforced.ts';
import { openSeededHouse, type SeededHouse } from './support/seeded-house.ts';
import { seed, wantedPairs } from './support/settings.ts';
import { isMet, ShieldOracle } from './support/shield-oracle.ts';

const concreteType = typeById(allFeatures);
const declared = declarationsOf(allFeatures);
const pairsByHttp = 200;
/** The server parses 2,000 tokens. */
const maxTextLength = 3_500;
let seeded: SeededHouse;
let dense: Sides;
let store: Sides;
let differential: Differential;

beforeAll(async () => {
  seeded = await openSeededHouse();
  dense = await openDenseHouse(allFeatures, concreteType);
  const { schema, policy } = seeded.house.app.schema;
  const bare = await assembleUnguarded(allFeatures);
  store = {
    ...{ schema, policy, runs: null },
    enforcement: { schema, gate: createGate(schema, policy) },
    oracle: new ShieldOracle({ ...bare, concreteType, declared }),
    contextFor: seeded.contextFor,
  };
  const { pool, identities } = seeded;
  const { dataScopes } = seeded.house.app.scopes;
  differential = new Differential({ dense, store, pool, identities, dataScopes });
});
afterAll(() => seeded.house.close());

type Rows = Readonly<Record<string, readonly object[]>>;

/** A query writes nothing but that somebody read the request log, and since when records are noted that keys are answered. */
const withoutReadings = (rows: Rows): Rows => ({
  ...rows,
  recording: [],
  audit_entries: rows['audit_entries']!.filter(
    (row) => !('action' in row) || row.action !== 'requestLog.read',
  ),
});

describe('the gate and graphql-shield over the whole schema', () => {
  it(`agree on ${wantedPairs} pairs of an operation and a caller`, { timeout: 7_200_000 }, async () => {
    const before = await seeded.everyRow();
    const figures = await differential.run(wantedPairs, seed);
    console.log(report(figures, seed));
    expect(figures.invalid.slice(0, 3)).toEqual([]);
    expect(smallest(figures.disagreements)).toBe('none');
    expect(figures.pairs).toBeGreaterThanOrEqual(wantedPairs);
    expect(figures.tooExpensive).toBeLessThan(figures.pairs / 20);
    expect(withoutReadings(await seeded.everyRow())).toEqual(withoutReadings(before));
  });

  it(`agree by HTTP on ${pairsByHttp} pairs, and a denied mutation writes nothing`, async () => {
    const differences: string[] = [];
    let compared = 0;
    for (const drawn of differential.operations(pairsByHttp * 4, seed + 1)) {
      if (drawn.operation.text.length > maxTextLength) continue;
      for (const principal of drawn.principals) {
        if (compared >= pairsByHttp) break;
        const found = await differencesByHttp(drawn, principal);
        compared += found === null ? 0 : 1;
        differences.push(...(found ?? []));
      }
    }
    console.log(`oracle by HTTP: ${compared} pairs, ${differences.length} differences`);
    expect(differences.slice(0, 3)).toEqual([]);
    expect(compared).toBe(pairsByHttp);
  });
});

describe('the shield tree', () => {
  it('asks of each field what the features declare: its own rule, and that of the type it leads to', async () => {
    const { dataScopes } = seeded.house.app.scopes;
    const { identities } = seeded;
    const ofTypes = store.schema.getTypeMap();
    const held = [...dataScopes, 'workspace:manage', 'workspace:own', 'account:manage'];
    for (const [typeName, fieldName, requirement] of dense.policy.fields) {
      const type = ofTypes[typeName] as unknown as { getFields(): Record<string, { type: unknown }> };
      const target = String(type.getFields()[fieldName]!.type).replaceAll(/[[\]!]/g, '');
      const own = declared[`${typeName}.${fieldName}`];
      const asked = [own ?? declared[typeName], declared[target]].filter((one) => one !== undefined);
      for (const lacking of ['', ...held]) {
        const { workspaceId, apiKeyId, secretId } = identities;
        const scopes = new Set(held.filter((scope) => scope !== lacking));
        const caller = {
          kind: 'API_KEY',
          ip: '127.0.0.1',
          workspaceId,
          apiKeyId,
          label: 'test',
          secretId,
          venueIds: null,
          operationIds: null,
          scopes,
        } as const;
        // Whoever selects a field has reached its type, and so has met what that type asks.
        if (declared[typeName] && !isMet(caller, declared[typeName])) continue;
        const isAllowed = asked.every((one) => isMet(caller, one));
        expect(isMet(caller, requirement), `${typeName}.${fieldName} without ${lacking}`).toBe(isAllowed);
      }
      if (asked.some((one) => one.authenticated)) expect(isMet(anonymous, requirement)).toBe(false);
    }
  });
});

/** Sends one pair with a real key of those scopes; null when it is not for sending: no key can be it, or it may write. */
async function differencesByHttp({ operation, document }: Drawn, drawn: Principal): Promise<string[] | null> {
  if (drawn.kind !== 'API_KEY') return null;
  const { dataScopes } = seeded.house.app.scopes;
  const scopes = dataScopes.filter((scope) => drawn.scopes.has(scope));
  // Nobody can be given a key without scopes.
  if (scopes.length === 0) return null;
  const { workspace, house } = seeded;
  const key = await (drawn.venueIds
    ? workspace.venueKey(drawn.venueIds, ...scopes)
    : workspace.key(...scopes));
  // Its first use is written down now, and not between two answers that are compared.
  await key.send('{ __typename }');
  await house.app.lastUsed.flush();
  const { apiKeyId, secret } = key;
  const caller = { ...drawn, apiKeyId, secretId: secret.split('_')[2]!, scopes: new Set(scopes) };
  const { text, operationName, variables, type } = operation;
  // What is left of a limit is another number for each request.
  if (/\brateLimit\b/.test(text)) return null;
  const request = { document, operationName, variables };
  if (type === 'mutation') {
    const oracle = await dense.oracle.run(request, dense.contextFor(caller));
    if (oracle.denied.size === 0) return null;
    const before = await seeded.everyRow();
    const answer = await key.send(text, variables, operationName);
    expect(answer.status, answer.text).toBe(403);
    expect(answer.data).toBeUndefined();
    expect(await seeded.everyRow()).toEqual(before);
    expect([...outcomeOfRefusal(answer.errors![0]!).denied].sort()).toEqual([...oracle.denied].sort());
    return [];
  }
  const oracle = await store.oracle.run(request, store.contextFor(caller));
  const answer = await key.send(text, variables, operationName);
  const server = outcomeOfAnswer(answer.data, answer.errors, answer.status === 403);
  // Texts of other errors are written by the error door.
  const plain = { otherErrors: [] };
  return compareQuery({ ...oracle, ...plain }, { ...server, ...plain }, false).map(
    (difference) => `${difference}\n${text}\n${JSON.stringify(variables)} ${scopes.join(' ')}`,
  );
}
