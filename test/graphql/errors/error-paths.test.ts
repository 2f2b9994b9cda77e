// Where a denial is reported: once for each denied path with "@" for its lists, or, to a client that asks for it, once for
// each place with its indexes. Both executions answer the same.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { indexedErrors } from '../../../src/graphql/errors/error-paths.ts';
import { describeEachEngine } from '../../support/engines.ts';
import {
  bearer,
  openTestHouse,
  send,
  type AnsweredError,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';

const indexed = { 'x-error-paths': 'indexed' };
const pathsOf = (errors: readonly { path?: unknown }[] | undefined) => errors?.map(({ path }) => path);

/** Every place of an answer that is null, as a path with indexes. */
function nullPlaces(value: unknown, path: readonly (string | number)[] = []): (string | number)[][] {
  if (value === null) return [[...path]];
  if (typeof value !== 'object') return [];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value as object);
  return entries.flatMap(([key, inner]) => nullPlaces(inner, [...path, key]));
}

describeEachEngine('Error paths', (engine) => {
  describe.each(['always', 'never'] as const)('with compiled execution %s', (compiledExecution) => {
    let house: TestHouse;
    let workspace: TestWorkspace;
    let key: KeyCaller;
    beforeAll(async () => {
      house = await openTestHouse(engine, { compiledExecution });
      workspace = await house.workspace();
      const venues = [await workspace.venue('A'), await workspace.venue('B')];
      for (let count = 0; count < 3; count += 1)
        await workspace.customer({ name: `Customer ${count}`, venueIds: venues.slice(0, count) });
      key = await workspace.key('read:customers', 'read:venues');
    });
    afterAll(() => house.close());
    const ask = (query: string, headers = {}, body = {}) =>
      send(house.app, { ...bearer(key.secret), ...headers }, { query, ...body });

    const cases = {
      nodes: '{ customers { nodes { name inquiries { totalCount } } } }',
      edges: '{ customers { edges { node { name inquiries { totalCount } } } } }',
      aliases: '{ some: customers { rows: nodes { name asked: inquiries { totalCount } } } }',
      'lists within lists':
        '{ customers { nodes { name venues { nodes { name treatments { totalCount } bookings { totalCount } } } } } }',
      'a fragment that is spread twice':
        'query { customers { nodes { ...F name } edges { node { ...F name } } } } fragment F on Customer { inquiries { totalCount } }',
      'the root beside what is allowed': '{ inquiries { totalCount } customers { totalCount } }',
      'the root beside lists':
        '{ inquiries { totalCount } customers { nodes { name followUps { totalCount } } } }',
    };
    it.each(Object.entries(cases))(
      'name every place that is null in %s, and none besides',
      async (_what, query) => {
        const plain = await ask(query);
        const placed = await ask(query, indexed);
        expect([placed.status, placed.data]).toEqual([200, plain.data]);
        const places = nullPlaces(placed.data);
        expect(places.length).toBeGreaterThan(0);
        expect(new Set(pathsOf(placed.errors)?.map((path) => JSON.stringify(path)))).toEqual(
          new Set(places.map((path) => JSON.stringify(path))),
        );
        expect(placed.errors).toHaveLength(places.length);
        // Each says what its path without indexes says.
        for (const { path = [], message, extensions } of placed.errors!) {
          const atPath = JSON.stringify(path.map((step) => (typeof step === 'number' ? '@' : step)));
          const original = plain.errors?.find((error) => JSON.stringify(error.path) === atPath);
          expect({ message, ...extensions, requestId: '' }).toEqual({
            message: original?.message,
            ...original?.extensions,
            requestId: '',
          });
        }
      },
    );

    it('are asked for in the request as well, by POST and by GET, and the default names each path once', async () => {
      const query = cases.nodes;
      const byHeader = await ask(query, indexed);
      const byExtension = await ask(query, {}, { extensions: { errorPaths: 'indexed' } });
      const search = new URLSearchParams({ query, extensions: '{"errorPaths":"indexed"}' }).toString();
      const byGet = await house.app.http.inject({ url: `/graphql?${search}`, headers: bearer(key.secret) });
      const { errors } = JSON.parse(byGet.body) as { errors: AnsweredError[] };
      const expected = [0, 1, 2].map((row) => ['customers', 'nodes', row, 'inquiries']);
      for (const found of [byHeader.errors, byExtension.errors, errors])
        expect(pathsOf(found)).toEqual(expected);
      expect(pathsOf((await ask(query)).errors)).toEqual([['customers', 'nodes', '@', 'inquiries']]);
    });

    it('that nothing is found at are no errors', async () => {
      const none = cases.nodes.replace('customers', 'customers(search: "nobody")');
      expect(await ask(none, indexed)).toMatchObject({ status: 200, errors: undefined });
      expect((await ask(none)).errors).toHaveLength(1);
    });

    it('of an operation that is denied as a whole stay those of its fields', async () => {
      const { status, errors } = await ask('{ inquiries { nodes { id } } }', indexed);
      expect([status, pathsOf(errors)]).toEqual([403, [['inquiries']]]);
      const mutation = 'mutation { createVenue(input: {name: "x", timezone: "UTC"}) { venueId } }';
      expect(await ask(mutation, indexed)).toMatchObject({ status: 403 });
    });

    it('in another form are refused before anything runs', async () => {
      for (const [headers, body] of [
        [{ 'x-error-paths': 'index' }, {}],
        [{}, { extensions: { errorPaths: 'x' } }],
        [{}, { extensions: { errorPaths: null } }],
        [indexed, { extensions: { errorPaths: ['indexed'] } }],
      ]) {
        const answer = await ask(cases.nodes, headers, body);
        expect([answer.status, answer.errors?.[0]?.extensions['code'], answer.data]).toEqual([
          ...[400, 'BAD_REQUEST', undefined],
        ]);
        expect(answer.errors?.[0]?.message).toContain('"indexed"');
      }
    });
  });
});

describe('indexed errors', () => {
  const denied = {
    message: 'No.',
    path: ['rows', '@', 'cells', '@', '@', 'value'],
    extensions: { code: 'FORBIDDEN', reason: 'INSUFFICIENT_SCOPE' },
  };
  const table = (rows: number, columns: number) => ({
    rows: Array.from({ length: rows }, () => ({
      cells: [Array.from({ length: columns }, () => ({ value: null }))],
    })),
  });

  it('pass by rows that are null, lists that are null or empty, and values that are there', () => {
    const data = {
      rows: [
        null,
        { cells: null },
        { cells: [] },
        { cells: [null, []] },
        { cells: [[{ value: 'x' }, null, { value: null }]] },
      ],
    };
    expect(pathsOf(indexedErrors([denied], data))).toEqual([['rows', 4, 'cells', 0, 2, 'value']]);
    expect(indexedErrors([denied], { rows: null })).toEqual([]);
    expect(indexedErrors([denied], null)).toEqual([]);
  });

  it('are at most 1,000 of all paths together, and then one that says how many there are', () => {
    const other = { ...denied, path: ['rows', '@', 'cells', '@', '@', 'missing'] };
    expect(indexedErrors([denied, other], table(10, 100))).toHaveLength(1_000);
    const errors = indexedErrors([denied], table(11, 91));
    expect(errors).toHaveLength(1_001);
    expect(errors.slice(0, 1_000).every(({ path }) => path?.length === 6)).toBe(true);
    expect(errors.at(-1)).toEqual({
      message: '1001 places are denied; only the first 1000 have an error of their own.',
      extensions: { ...denied.extensions, places: 1_001, listed: 1_000 },
    });
    const both = indexedErrors([denied, denied], table(1, 600));
    expect([both.length, both.at(-1)?.extensions?.['places']]).toEqual([1_001, 1_200]);
  });
});
