// The venue mutations: what they write, what they refuse, and whose rows they cannot reach.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type KeyCaller, type TestHouse, type TestWorkspace } from '../../support/house.ts';

const shown =
  'id name city address timezone openingHours { weekday opens closes } version createdAt updatedAt';
const create = `mutation ($input: CreateVenueInput!) {
  createVenue(input: $input) { venueId venue { ${shown} } userErrors { code field message } } }`;
const update = `mutation ($input: UpdateVenueInput!) {
  updateVenue(input: $input) { venueId venue { ${shown} } userErrors { code field message } } }`;
const read = `query ($id: ID!) { venue(id: $id) { ${shown} } }`;
const unknown = 'ven_00000000000000000000000000';
const timezone = 'Europe/Berlin';

describeEachEngine('Venues', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let other: TestWorkspace;
  let key: KeyCaller;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    [workspace, other] = [await house.workspace(), await house.workspace()];
    key = await workspace.key('read:venues', 'write:venues');
  });
  afterAll(() => house.close());

  const total = async () => (await key.send('{ venues { totalCount } }')).data.venues.totalCount as number;
  const readBack = async (id: string, caller = key) => (await caller.send(read, { id })).data.venue;
  const refusal = async (caller: KeyCaller, document: string, input: object) => {
    const { status, data } = await caller.send(document, { input });
    const [payload] = Object.values(data as Record<string, Record<string, unknown>>);
    expect(status).toBe(200);
    expect(payload).toMatchObject({ venueId: null, venue: null });
    return payload!['userErrors'];
  };
  const answerTo = async (caller: KeyCaller, id: string) =>
    (await caller.send(update, { input: { id, name: 'Stolen' } })).text.replaceAll(id, '<id>');

  it('creates a venue with every field and reads back the same', async () => {
    const openingHours = [
      { weekday: 'MONDAY', opens: '09:00', closes: '12:30' },
      { weekday: 'MONDAY', opens: '14:00', closes: '24:00' },
      { weekday: 'SUNDAY', opens: '00:00', closes: '00:01' },
    ];
    const input = { name: ' Café Nord ', city: 'Kiel', address: 'Hafen 1', timezone, openingHours };
    const { data, errors } = await key.send(create, { input });
    expect(errors).toBeUndefined();
    const { venueId, venue, userErrors } = data.createVenue;
    const now = new Date(house.clock.nowMs()).toISOString();
    expect(userErrors).toEqual([]);
    expect(venue).toEqual({
      ...{ ...input, name: 'Café Nord', id: venueId },
      ...{ version: 1, createdAt: now, updatedAt: now },
    });
    expect(await readBack(venueId)).toEqual(venue);
  });

  it('needs only a name and a time zone', async () => {
    const { data } = await key.send(create, { input: { name: 'Bare', timezone: 'America/New_York' } });
    expect(data.createVenue.venue).toMatchObject({ city: null, address: null, openingHours: [] });
  });

  it('lets a key that may only write create and change a venue', async () => {
    const writer = await workspace.key('write:venues');
    const withoutRow = (document: string) => document.replace(`venue { ${shown} }`, '');
    const made = await writer.send(withoutRow(create), { input: { name: 'Blind', timezone } });
    const { venueId: id } = made.data.createVenue;
    const changed = await writer.send(withoutRow(update), { input: { id, name: 'Changed' } });
    expect(changed.data.updateVenue).toEqual({ venueId: id, userErrors: [] });
    expect(await readBack(id)).toMatchObject({ name: 'Changed', version: 2 });
  });

  it('refuses a key without write:venues with 403, and writes nothing', async () => {
    const reader = await workspace.key('read:venues');
    const id = await workspace.venue('Before');
    const before = await total();
    for (const [document, input] of [
      [create, { name: 'X', timezone }],
      [update, { id, name: 'X' }],
    ] as const) {
      const { status, data, errors } = await reader.send(document, { input });
      expect(status).toBe(403);
      expect(data).toBeUndefined();
      expect(errors).toHaveLength(1);
      expect(errors![0]!.extensions).toMatchObject({ code: 'FORBIDDEN', missing: ['write:venues'] });
    }
    expect(await total()).toBe(before);
    expect(await readBack(id)).toMatchObject({ name: 'Before', version: 1 });
  });

  it("answers another workspace's venue exactly like an unknown id, and leaves it alone", async () => {
    const foreign = await other.venue('Theirs');
    const answer = await answerTo(key, foreign);
    expect(answer).toBe(await answerTo(key, unknown));
    expect(answer).toBe(await answerTo(key, 'cus_00000000000000000000000000'));
    expect(answer).toBe(await answerTo(key, 'no id at all'));
    expect(await refusal(key, update, { id: foreign, name: 'Stolen' })).toEqual([
      { code: 'NOT_FOUND', field: ['input', 'id'], message: 'No venue with this id.' },
    ]);
    const theirs = await other.key('read:venues');
    expect(await readBack(foreign, theirs)).toMatchObject({ name: 'Theirs', version: 1 });
  });

  it('lets a venue-restricted key change its venue, see no other, and create none', async () => {
    const [mine, theirs] = [await workspace.venue('Mine'), await workspace.venue('Theirs')];
    const restricted = await workspace.venueKey([mine], 'read:venues', 'write:venues');
    expect(await answerTo(restricted, theirs)).toBe(await answerTo(restricted, unknown));
    expect(await readBack(theirs)).toMatchObject({ name: 'Theirs', version: 1 });
    const { data } = await restricted.send(update, { input: { id: mine, name: 'Ours' } });
    expect(data.updateVenue.venue).toMatchObject({ name: 'Ours', version: 2 });
    const before = await total();
    expect(await refusal(restricted, create, { name: 'Third', timezone })).toMatchObject([
      { code: 'NOT_ALLOWED', field: ['input'] },
    ]);
    expect(await total()).toBe(before);
  });

  it('names every bad value at once, with code, field and message, and writes nothing', async () => {
    const before = await total();
    const id = await workspace.venue('Unchanged');
    const input = {
      name: '',
      city: 'c'.repeat(201),
      address: 'a'.repeat(501),
      timezone: 'Mars/Olympus',
      openingHours: [
        { weekday: 'MONDAY', opens: '9:00', closes: '25:00' },
        { weekday: 'MONDAY', opens: '18:00', closes: '09:00' },
        { weekday: 'MONDAY', opens: '24:00', closes: '24:00' },
      ],
    };
    const hours = (index: string, field: string) => ['input', 'openingHours', index, field];
    const expected = [
      { code: 'REQUIRED', field: ['input', 'name'], message: 'Must not be empty.' },
      { code: 'TOO_LONG', field: ['input', 'city'], message: 'Must be at most 200 characters long.' },
      { code: 'TOO_LONG', field: ['input', 'address'], message: 'Must be at most 500 characters long.' },
      { code: 'INVALID', field: ['input', 'timezone'], message: 'Is not an IANA time zone.' },
      { code: 'INVALID', field: hours('0', 'opens'), message: 'Must be a time such as 09:30.' },
      { code: 'INVALID', field: hours('0', 'closes'), message: 'Must be a time such as 18:00.' },
      { code: 'INVALID', field: hours('1', 'closes'), message: 'Must be later than "opens".' },
      { code: 'INVALID', field: hours('2', 'opens'), message: 'Must be a time such as 09:30.' },
    ];
    expect(await refusal(key, create, input)).toEqual(expected);
    expect(await refusal(key, update, { ...input, id })).toEqual(expected);
    expect(await total()).toBe(before + 1);
    expect(await readBack(id)).toMatchObject({ name: 'Unchanged', version: 1 });
  });

  it.each(['+02:00', 'UTC+2', '../etc/passwd', 'Europe/Berlin\u0000'])(
    'takes only names of time zones: not %j',
    async (zone) => {
      expect(await refusal(key, create, { name: 'X', timezone: zone })).toMatchObject([
        { code: 'INVALID', field: ['input', 'timezone'] },
      ]);
    },
  );

  it('clears with null, leaves alone what is left out, and takes no null where a value must stay', async () => {
    const openingHours = [{ weekday: 'FRIDAY', opens: '08:00', closes: '16:00' }];
    const values = { name: 'Full', city: 'Bonn', address: 'Markt 2', timezone, openingHours };
    const { data } = await key.send(create, { input: values });
    const id = data.createVenue.venueId as string;
    await key.send(update, { input: { id, city: null } });
    expect(await readBack(id)).toMatchObject({ ...values, city: null, version: 2 });
    await key.send(update, { input: { id, openingHours: null } });
    expect(await readBack(id)).toMatchObject({ ...values, city: null, openingHours: [], version: 3 });
    const message = 'Must be given.';
    expect(await refusal(key, update, { id, name: null, timezone: null })).toEqual([
      { code: 'REQUIRED', field: ['input', 'name'], message },
      { code: 'REQUIRED', field: ['input', 'timezone'], message },
    ]);
  });

  it('refuses a wrong expectedVersion with CONFLICT and takes the right one or none', async () => {
    const id = await workspace.venue('V1');
    expect(await refusal(key, update, { id, name: 'Lost', expectedVersion: 7 })).toEqual([
      {
        code: 'CONFLICT',
        field: ['input', 'expectedVersion'],
        message: 'This venue was changed meanwhile. Read it again and repeat with its new version.',
      },
    ]);
    expect(await readBack(id)).toMatchObject({ name: 'V1', version: 1 });
    for (const [expectedVersion, version] of [
      [1, 2],
      [undefined, 3],
      [null, 4],
    ]) {
      const { data } = await key.send(update, { input: { id, name: `V${version}`, expectedVersion } });
      expect(data.updateVenue.venue).toMatchObject({ name: `V${version}`, version });
    }
  });

  it('moves updatedAt, and only that, with the clock', async () => {
    const id = await workspace.venue();
    const { createdAt } = await readBack(id);
    house.clock.advance(60_000);
    await key.send(update, { input: { id, city: 'Bonn' } });
    const updatedAt = new Date(house.clock.nowMs()).toISOString();
    expect(await readBack(id)).toMatchObject({ createdAt, updatedAt, version: 2 });
    expect(updatedAt).not.toBe(createdAt);
  });
});
