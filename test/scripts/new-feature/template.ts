// The mutations and lists of spare-parts: what they write, what they refuse, and which rows they cannot reach.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type KeyCaller, type TestHouse, type TestWorkspace } from '../../support/house.ts';

const shown = 'id name version createdAt updatedAt venue { id }';
const create = `mutation ($input: CreateSparePartInput!) {
  createSparePart(input: $input) { sparePartId userErrors { code field } } }`;
const update = `mutation ($input: UpdateSparePartInput!) {
  updateSparePart(input: $input) { sparePartId userErrors { code field } } }`;
const read = `query ($id: ID!) { sparePart(id: $id) { ${shown} } }`;
const list = `query ($filter: SparePartFilter) {
  spareParts(filter: $filter, orderBy: { field: NAME, direction: ASC }) { totalCount nodes { id name } } }`;
const scopes = ['read:spareparts', 'write:spareparts', 'read:venues'] as const;

describeEachEngine('spare-parts', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let key: KeyCaller;
  let venueId: string;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    key = await workspace.key(...scopes);
    venueId = await workspace.venue();
  });
  afterAll(() => house.close());

  const make = async (name: string, caller = key, inVenue = venueId) => {
    const { data } = await caller.send(create, { input: { name, venueId: inVenue } });
    return data.createSparePart.sparePartId as string;
  };
  const readBack = async (id: string, caller = key) => (await caller.send(read, { id })).data.sparePart;
  const listed = async (caller = key, filter: object = {}) =>
    (await caller.send(list, { filter })).data.spareParts;
  /** The user errors of a mutation that is answered with no id. */
  const refusal = async (caller: KeyCaller, document: string, input: object) => {
    const { data } = await caller.send(document, { input });
    const [payload] = Object.values(data as Record<string, Record<string, unknown>>);
    expect(payload).toMatchObject({ sparePartId: null });
    return payload!['userErrors'];
  };

  it('creates one with every field, and reads back the same', async () => {
    const id = await make(' First ');
    const now = new Date(house.clock.nowMs()).toISOString();
    expect(id).toMatch(/^spp_/);
    expect(await readBack(id)).toEqual({
      ...{ id, name: 'First', version: 1, createdAt: now, updatedAt: now },
      venue: { id: venueId },
    });
  });

  it('changes what is named, counts the version, and refuses an old version with CONFLICT', async () => {
    const id = await make('Before');
    house.clock.advance(60_000);
    const updatedAt = new Date(house.clock.nowMs()).toISOString();
    const { data } = await key.send(update, { input: { id, name: 'After', expectedVersion: 1 } });
    expect(data.updateSparePart).toEqual({ sparePartId: id, userErrors: [] });
    expect(await refusal(key, update, { id, name: 'Lost', expectedVersion: 1 })).toEqual([
      { code: 'CONFLICT', field: ['input', 'expectedVersion'] },
    ]);
    expect(await readBack(id)).toMatchObject({ name: 'After', version: 2, updatedAt });
  });

  it('lists by filter and order', async () => {
    const inVenue = await workspace.venue();
    const [b, a] = [await make('List b', key, inVenue), await make('List a', key, inVenue)];
    expect(await listed(key, { venueId: { eq: inVenue } })).toEqual({
      totalCount: 2,
      nodes: [
        { id: a, name: 'List a' },
        { id: b, name: 'List b' },
      ],
    });
    const found = await listed(key, { name: { contains: 'LIST B' } });
    expect(found).toMatchObject({ totalCount: 1, nodes: [{ id: b }] });
  });

  it('names bad values with code and field, and writes nothing', async () => {
    const before = await listed();
    expect(await refusal(key, create, { name: ' ', venueId })).toEqual([
      { code: 'REQUIRED', field: ['input', 'name'] },
    ]);
    expect(await refusal(key, create, { name: 'n'.repeat(201), venueId })).toEqual([
      { code: 'TOO_LONG', field: ['input', 'name'] },
    ]);
    expect(await listed()).toEqual(before);
  });

  it('refuses to read without read:spareparts, and to write without write:spareparts', async () => {
    const id = await make('Guarded');
    const before = await listed();
    const [reader, writer] = [
      await workspace.key('read:spareparts'),
      await workspace.key('write:spareparts'),
    ];
    for (const [caller, document, variables, missing] of [
      [writer, list, {}, 'read:spareparts'],
      [reader, create, { input: { name: 'No', venueId } }, 'write:spareparts'],
      [reader, update, { input: { id, name: 'No' } }, 'write:spareparts'],
    ] as const) {
      const { status, errors } = await caller.send(document, variables);
      expect([status, errors?.[0]?.extensions['missing']]).toEqual([403, [missing]]);
    }
    expect(await listed()).toEqual(before);
  });

  it("treats rows of another workspace, and of another venue, as if they weren't there", async () => {
    const other = await house.workspace();
    const theirVenue = await other.venue();
    const theirKey = await other.key(...scopes);
    const theirs = await make('Theirs', theirKey, theirVenue);
    const restricted = await workspace.venueKey([await workspace.venue()], ...scopes);
    const hidden = await make('Hidden');
    for (const [caller, id, venue] of [
      [key, theirs, theirVenue],
      [restricted, hidden, venueId],
    ] as const) {
      expect(await readBack(id, caller)).toBeNull();
      expect((await listed(caller)).nodes).not.toContainEqual(expect.objectContaining({ id }));
      const notFound = (field: string) => [{ code: 'NOT_FOUND', field: ['input', field] }];
      expect(await refusal(caller, update, { id, name: 'Stolen' })).toEqual(notFound('id'));
      expect(await refusal(caller, create, { name: 'New', venueId: venue })).toEqual(notFound('venueId'));
    }
    expect(await listed(restricted)).toEqual({ totalCount: 0, nodes: [] });
    expect([await readBack(hidden), await readBack(theirs, theirKey)]).toMatchObject([
      { name: 'Hidden', version: 1 },
      { name: 'Theirs', version: 1 },
    ]);
  });
});
