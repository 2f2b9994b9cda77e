// @semanticNonNull promises that a field is null only together with an error. Every field of a query that carries it is asked
// on every row of a demo workspace, by a key for all venues and by one for a single venue: none may be null.
import { getNamedType, isCompositeType, isNonNullType, isObjectType, type GraphQLField } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemContext } from '../../../src/access/system-context.ts';
import { seedWorkspace } from '../../../src/demo/seed.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type Caller, type TestHouse, type TestWorkspace } from '../../support/house.ts';

/** Where rows of each type with such a field are found; `%` stands for the field. */
const waysTo: Readonly<Record<string, string>> = {
  Query: '{ % }',
  Booking: '{ bookings(first: 100) { nodes { % } } }',
  Customer: '{ customers(first: 50) { nodes { % } } }',
  Inquiry: '{ inquiries(first: 100) { nodes { % } } }',
  Reply: '{ inquiries(first: 50) { nodes { replies(first: 50) { nodes { % } } } } }',
  Slot: '{ venues { nodes { availability(from: "2026-06-02T00:00:00Z", to: "2026-06-04T00:00:00Z") { % } } } }',
  Statistics: '{ statistics(from: "2026-01-01T00:00:00Z", to: "2026-06-01T00:00:00Z", bucket: MONTH) { % } }',
  Treatment: '{ treatments(first: 100) { nodes { % } } }',
  Venue: '{ venues { nodes { % } } }',
};
const argumentsOf: Readonly<Record<string, string>> = {
  'Query.statistics': '(from: "2026-01-01T00:00:00Z", to: "2026-06-01T00:00:00Z", bucket: MONTH)',
  'Query.suggestScopes': '(documents: ["{ customers { totalCount } }"])',
  'Venue.availability': '(from: "2026-06-02T00:00:00Z", to: "2026-06-04T00:00:00Z")',
};

describeEachEngine('A field with @semanticNonNull', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let whole: Caller;
  let restricted: Caller;
  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    await seedWorkspace(systemContext(house.app, workspace.workspaceId), { customers: 60, seed: 3 });
    const scopes = [...house.app.scopes.dataScopes];
    whole = await workspace.key(...scopes);
    const { data } = await whole.send('{ venues(first: 1) { nodes { id } } }');
    restricted = await workspace.venueKey([data.venues.nodes[0].id], ...scopes);
  }, 60_000);
  afterAll(() => house.close());

  const marked = () =>
    Object.values(house.app.schema.schema.getTypeMap())
      .filter((type) => isObjectType(type))
      .flatMap((type) =>
        Object.values(type.getFields())
          .filter(({ extensions }) => 'semanticNonNull' in ((extensions['directives'] ?? {}) as object))
          .map((field) => [type.name, field] as [string, GraphQLField<unknown, unknown>]),
      );

  /** The values of the field wherever it was asked. */
  function valuesOf(data: unknown, name: string): unknown[] {
    if (Array.isArray(data)) return data.flatMap((item) => valuesOf(item, name));
    if (typeof data !== 'object' || data === null) return [];
    return Object.entries(data).flatMap(([key, value]) => (key === name ? [value] : valuesOf(value, name)));
  }

  it('is nullable, and every field of a query that leads to a page has it', () => {
    for (const [, { type }] of marked()) expect(isNonNullType(type)).toBe(false);
    const names = marked().map(([type, { name }]) => `${type}.${name}`);
    expect(names).toEqual(
      expect.arrayContaining(['Customer.inquiries', 'Query.viewer', 'Mutation.login', 'Booking.treatment']),
    );
    for (const nullable of ['Customer.email', 'Query.customer', 'Inquiry.venue', 'Booking.customer'])
      expect(names).not.toContain(nullable);
  });

  it('is never null on any row, whatever key asks', async () => {
    const admin = await workspace.owner();
    for (const [typeName, { name, type }] of marked()) {
      if (typeName === 'Mutation') continue;
      const below = isCompositeType(getNamedType(type)) ? ' { __typename }' : '';
      const coordinate = `${typeName}.${name}`;
      const field = `asked: ${name}${argumentsOf[coordinate] ?? ''}${below}`;
      const query = waysTo[typeName]?.replace('%', field) ?? `no way to ${typeName}`;
      const isForAdmins = [
        'Query.apiKeys',
        'Query.auditLog',
        'Query.requests',
        'Query.storedOperations',
        'Query.users',
        'Query.workspaceSettings',
      ].includes(coordinate);
      for (const caller of isForAdmins ? [admin] : [whole, restricted]) {
        const { data, errors } = await caller.send(query);
        expect([coordinate, errors]).toEqual([coordinate, undefined]);
        const values = valuesOf(data, 'asked');
        expect([coordinate, values.length > 0, values.includes(null)]).toEqual([coordinate, true, false]);
      }
    }
  });
});
