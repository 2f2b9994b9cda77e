// An interface whose arguments name no type: nothing was decided about what its resolver finds, so nothing is shown.
import { parse, type GraphQLSchema } from 'graphql';
import { expect, it } from 'vitest';
import { allFeatures } from '../../src/services.ts';
import type { Principal } from '../../src/core/principal.ts';
import { typeById } from './support/declarations.ts';
import { openDenseHouse } from './support/dense-house.ts';
import { runEnforced } from './support/enforced.ts';

const caller: Principal = {
  ...({
    kind: 'API_KEY',
    ip: '127.0.0.1',
    workspaceId: 'wks_1',
    apiKeyId: 'key_1',
    label: 'test',
    secretId: '0',
    venueIds: null,
    operationIds: null,
  } as const),
  scopes: new Set(['read:venues']),
};

/** The resolver of `node` goes on finding rows; only the decision takes `name` for their type. */
const tells = (name: string | null) => (schema: GraphQLSchema) => {
  const node = schema.getQueryType()!.getFields()['node']!;
  node.extensions = { ...node.extensions, concreteTypeOf: () => name };
};

async function askForNode(told: string | null) {
  const house = await openDenseHouse(allFeatures, typeById(allFeatures), { schema: tells(told) });
  const document = parse(
    'query Q { node(id: "cus_1") { id ... on Customer { name } } venues { totalCount } }',
  );
  const request = { document, operationName: 'Q', variables: {} };
  return runEnforced(house.enforcement, request, house.contextFor(caller));
}

it.each([null, 'Query', 'NoSuchType'])('a row is not shown when its type is told as %s', async (told) => {
  const { data, denied, otherErrors } = await askForNode(told);
  expect(data).toEqual({ node: null, venues: { totalCount: 1 } });
  expect([...denied]).toEqual([]);
  expect(otherErrors).toEqual([]);
});

it('a row is refused when its type is told and closed', async () => {
  const { data, denied } = await askForNode('Customer');
  expect(data).toEqual({ node: null, venues: { totalCount: 1 } });
  expect([...denied]).toEqual(['node']);
});

it('a row is not shown when its type is told as another one that is open to the caller', async () => {
  const { data, otherErrors } = await askForNode('Venue');
  expect(data).toEqual({ node: null, venues: { totalCount: 1 } });
  expect(otherErrors).toEqual(['node: Query.node leads to Customer, but access was decided for Venue.']);
});
