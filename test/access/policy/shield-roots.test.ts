// graphql-shield stands around the root fields of what is served: with a gate that denies nothing, it alone refuses.
import { GraphQLObjectType, GraphQLSchema, GraphQLString, graphql } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gate } from '../../../src/access/policy/index.ts';
import { scopes, shieldRoots } from '../../../src/access/policy/index.ts';
import { anonymous } from '../../../src/core/principal.ts';
import { openTestHouse, type KeyCaller, type TestHouse } from '../../support/house.ts';

/** As if every decision were wrong: nothing is denied. */
const blind = (gate: Gate): Gate => ({
  ...gate,
  async decide(...given) {
    const decision = await gate.decide(...given);
    return { ...decision, denials: [], deniedPaths: null, isEverythingDenied: false };
  },
});

describe.each(['always', 'never'] as const)(
  'The shield around the root fields, with queries compiled %s',
  (mode) => {
    let house: TestHouse;
    let narrow: KeyCaller;
    let full: KeyCaller;
    beforeAll(async () => {
      house = await openTestHouse('sqlite', {
        compiledExecution: mode,
        enforcement: ({ gate, authenticator }) => ({ gate: blind(gate), authenticator }),
      });
      const workspace = await house.workspace();
      narrow = await workspace.key('read:customers');
      full = await workspace.key('read:customers', 'read:venues', 'write:venues');
      await workspace.customer({ name: 'Ada' });
      await workspace.venue('North');
    });
    afterAll(() => house.close());

    it('lets a caller read what its scopes open, and nothing else, whatever was decided', async () => {
      const query = '{ customers { nodes { name } } venues { nodes { name } } }';
      const half = await narrow.send(query);
      expect(half.data).toEqual({ customers: { nodes: [{ name: 'Ada' }] }, venues: null });
      expect(half.errors).toMatchObject([
        { path: ['venues'], extensions: { code: 'INTERNAL_SERVER_ERROR' } },
      ]);
      expect((await full.send(query)).data).toMatchObject({ venues: { nodes: [{ name: 'North' }] } });
    });

    it('keeps a mutation from running', async () => {
      const create =
        'mutation { createVenue(input: { name: "South", timezone: "Europe/Berlin" }) { venueId } }';
      expect((await narrow.send(create)).data).toEqual({ createVenue: null });
      expect((await full.send('{ venues { totalCount } }')).data).toEqual({ venues: { totalCount: 1 } });
      expect((await full.send(create)).data.createVenue).toHaveProperty('venueId');
    });
  },
);

describe('A root field that has no rule', () => {
  it('is denied to everybody', async () => {
    let runs = 0;
    const field = { type: GraphQLString, resolve: () => `run ${(runs += 1)}` };
    const query = new GraphQLObjectType({ name: 'Query', fields: { named: field, forgotten: field } });
    const schema = new GraphQLSchema({ query });
    shieldRoots(schema, [['Query', 'named', scopes('read:customers')]]);
    const principal = { ...anonymous, kind: 'API_KEY', scopes: new Set(['read:customers']) };
    const { data, errors } = await graphql({
      schema,
      source: '{ named forgotten }',
      contextValue: { principal },
    });
    expect({ ...data }).toEqual({ named: 'run 1', forgotten: null });
    expect(errors?.map(({ message }) => message)).toEqual([
      'Query.forgotten was about to run for a caller who may not use it.',
    ]);
    expect(runs).toBe(1);
  });
});

describe("A root field's own error", () => {
  it('stays what it is behind the shield', async () => {
    const resolve = () => {
      throw new Error('of its own');
    };
    const query = new GraphQLObjectType({
      name: 'Query',
      fields: { broken: { type: GraphQLString, resolve } },
    });
    const schema = new GraphQLSchema({ query });
    shieldRoots(schema, [['Query', 'broken', scopes('read:customers')]]);
    const principal = { ...anonymous, kind: 'API_KEY', scopes: new Set(['read:customers']) };
    const { errors } = await graphql({ schema, source: '{ broken }', contextValue: { principal } });
    expect(errors?.map(({ message }) => message)).toEqual(['of its own']);
  });
});
