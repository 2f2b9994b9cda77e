// The booking mutations: what they write, what they refuse, and whose rows they cannot reach. Races have a file of their own.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contractOperation } from '../../support/contract.ts';
import { describeEachEngine } from '../../support/engines.ts';
import {
  daily,
  deskScopes,
  openDesk,
  unknownId,
  type BookingInput,
  type Desk,
} from '../../support/booking-desk.ts';
import { openTestHouse, type KeyCaller, type TestHouse, type TestWorkspace } from '../../support/house.ts';

const shown = `id startsAt endsAt status cancelledAt version createdAt updatedAt
  customer { id } venue { id } treatment { id }`;
const create = `mutation ($input: CreateBookingInput!) {
  createBooking(input: $input) { bookingId booking { ${shown} } userErrors { code field message } } }`;
const cancel = `mutation ($id: ID!) {
  cancelBooking(id: $id) { bookingId booking { ${shown} } userErrors { code field message } } }`;
const read = `query ($id: ID!) { booking(id: $id) { ${shown} } }`;
const reads = deskScopes.filter((scope) => scope.startsWith('read:'));

describeEachEngine('Bookings', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let other: TestWorkspace;
  let desk: Desk;
  let key: KeyCaller;
  let base: Omit<BookingInput, 'startsAt'>;
  let day = 0;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    [workspace, other] = [await house.workspace(), await house.workspace()];
    desk = await openDesk(workspace);
    key = desk.key;
    base = await atVenue(desk);
  });
  afterAll(() => house.close());

  /** A venue with one treatment and one customer. */
  async function atVenue(at: Desk, venue?: string): Promise<Omit<BookingInput, 'startsAt'>> {
    const venueId = venue ?? (await at.venue());
    const customerId = await at.workspace.customer({ venueIds: [venueId] });
    return { venueId, customerId, treatmentId: await at.treatment(venueId) };
  }
  /** Ten o'clock in Berlin on a day that no test has used yet. */
  const newTime = () => new Date(Date.UTC(2026, 6, 1, 8) + (day += 1) * 86_400_000).toISOString();
  const total = async () =>
    (await key.send('{ bookings { totalCount } }')).data.bookings.totalCount as number;
  const readBack = async (id: string, caller = key) => (await caller.send(read, { id })).data.booking;
  const make = (input: Partial<BookingInput> = {}, at = desk) =>
    at.booked({ ...base, startsAt: newTime(), ...input });
  const answerTo = async (caller: KeyCaller, document: string, variables: object, tried: string) =>
    (await caller.send(document, { ...variables })).text.replaceAll(tried, '<id>');

  it('books a treatment, reads back the same, and finds it from every side', async () => {
    const at = await atVenue(desk);
    const [startsAt, endsAt] = ['2026-07-01T08:00:00.000Z', '2026-07-01T09:00:00.000Z'];
    const answer = await key.send(create, { input: { ...at, startsAt: '2026-07-01T10:00:00+02:00' } });
    const { bookingId, booking, userErrors } = answer.data.createBooking;
    const now = new Date(house.clock.nowMs()).toISOString();
    expect(answer.errors).toBeUndefined();
    expect(userErrors).toEqual([]);
    expect(bookingId).toMatch(/^bkg_/);
    expect(booking).toEqual({
      ...{ id: bookingId, startsAt, endsAt, status: 'BOOKED', cancelledAt: null, version: 1 },
      ...{ createdAt: now, updatedAt: now, customer: { id: at.customerId }, venue: { id: at.venueId } },
      treatment: { id: at.treatmentId },
    });
    expect(await readBack(bookingId)).toEqual(booking);
    const sides = `query ($customer: ID!, $venue: ID!, $from: DateTime, $to: DateTime, $id: ID!) {
      customer(id: $customer) { bookings { totalCount nodes { id } } }
      venue(id: $venue) { in: bookings(filter: { startsAt: { gte: $from, lt: $to } }) { totalCount nodes { id } }
        before: bookings(filter: { startsAt: { lt: $from } }) { totalCount nodes { id } } }
      node(id: $id) { __typename ... on Booking { startsAt } } }`;
    const variables = {
      customer: at.customerId,
      venue: at.venueId,
      id: bookingId,
      from: startsAt,
      to: endsAt,
    };
    const one = { totalCount: 1, nodes: [{ id: bookingId }] };
    expect((await key.send(sides, variables)).data).toEqual({
      customer: { bookings: one },
      venue: { in: one, before: { totalCount: 0, nodes: [] } },
      node: { __typename: 'Booking', startsAt },
    });
  });

  it('filters and orders bookings', async () => {
    const at = await atVenue(desk);
    const [late, early] = [newTime(), newTime()].reverse() as [string, string];
    const first = await make({ ...at, startsAt: late });
    house.clock.advance(1);
    const second = await make({ ...at, startsAt: early });
    await key.send(cancel, { id: second });
    const list = `query ($filter: BookingFilter, $orderBy: BookingOrderBy) {
      bookings(filter: $filter, orderBy: $orderBy) { nodes { id } } }`;
    const ask = async (filter: object, orderBy?: object) => {
      const { data } = await key.send(list, { filter, orderBy });
      return data.bookings.nodes.map(({ id }: { id: string }) => id) as string[];
    };
    const { venueId, treatmentId, customerId } = at;
    for (const filter of [{ venueId }, { treatmentId }, { customerId }]) {
      const [[name, value]] = Object.entries(filter) as [[string, string]];
      expect(await ask({ [name]: { eq: value } })).toEqual([second, first]);
    }
    const here = { venueId: { eq: venueId } };
    expect(await ask(here, { field: 'STARTS_AT', direction: 'DESC' })).toEqual([first, second]);
    expect(await ask(here, { field: 'CREATED_AT' })).toEqual([first, second]);
    expect(await ask({ ...here, status: { eq: 'BOOKED' } })).toEqual([first]);
    expect(await ask({ ...here, startsAt: { lt: late } })).toEqual([second]);
  });

  it('links the customer to the venue', async () => {
    const customerId = await workspace.customer();
    await make({ customerId });
    const venues = 'query ($id: ID!) { customer(id: $id) { venues { nodes { id } } } }';
    const { data } = await key.send(venues, { id: customerId });
    expect(data.customer.venues.nodes).toEqual([{ id: base.venueId }]);
  });

  it('answers TAKEN for every time that overlaps a booking of the treatment, and no other', async () => {
    const startsAt = newTime();
    const at = (minutes: number) => new Date(Date.parse(startsAt) + minutes * 60_000).toISOString();
    await make({ startsAt });
    const before = await total();
    for (const minutes of [0, 1, 59, -1, -59]) {
      expect(await desk.book({ ...base, startsAt: at(minutes) })).toBe('TAKEN startsAt');
    }
    expect(await total()).toBe(before);
    const { data } = await key.send(create, { input: { ...base, startsAt } });
    expect(data.createBooking).toEqual({
      ...{ bookingId: null, booking: null },
      userErrors: [{ code: 'TAKEN', field: ['input', 'startsAt'], message: 'This time is taken.' }],
    });
    expect([
      await desk.book({ ...base, startsAt: at(60) }),
      await desk.book({ ...base, startsAt: at(-60) }),
    ]).toEqual(['done', 'done']);
    const treatmentId = await desk.treatment(base.venueId);
    expect(await desk.book({ ...base, treatmentId, startsAt })).toBe('done');
  });

  it('finds a booking that began a day before', async () => {
    const venueId = await desk.venue(daily('00:00', '24:00'));
    const at = { ...(await atVenue(desk, venueId)), treatmentId: await desk.treatment(venueId, 1_440) };
    // Midnight in Berlin to midnight; the duration changes afterwards, the booking does not.
    await make({ ...at, startsAt: '2026-08-09T22:00:00Z' });
    const update = 'mutation ($i: UpdateTreatmentInput!) { updateTreatment(input: $i) { treatmentId } }';
    await key.send(update, { i: { id: at.treatmentId, durationMinutes: 5 } });
    expect(await desk.book({ ...at, startsAt: '2026-08-10T21:55:00Z' })).toBe('TAKEN startsAt');
    expect(await desk.book({ ...at, startsAt: '2026-08-10T22:00:00Z' })).toBe('done');
  });

  it('cancels once, changes nothing when it does so again, and frees the time', async () => {
    const startsAt = newTime();
    const id = await make({ startsAt });
    house.clock.advance(60_000);
    const cancelledAt = new Date(house.clock.nowMs()).toISOString();
    const first = (await key.send(cancel, { id })).data.cancelBooking;
    expect(first).toMatchObject({ bookingId: id, userErrors: [] });
    expect(first.booking).toMatchObject({
      status: 'CANCELLED',
      cancelledAt,
      updatedAt: cancelledAt,
      version: 2,
    });
    house.clock.advance(60_000);
    expect((await key.send(cancel, { id })).data.cancelBooking).toEqual(first);
    const again = await make({ startsAt });
    expect(await desk.book({ ...base, startsAt })).toBe('TAKEN startsAt');
    expect([(await readBack(id)).status, (await readBack(again)).status]).toEqual(['CANCELLED', 'BOOKED']);
  });

  it('books inside one span of the opening hours only, up to the minute of closing', async () => {
    // 2026-07-06 is a Monday; Berlin is two hours ahead of UTC.
    const venueId = await desk.venue([
      { weekday: 'MONDAY', opens: '09:00', closes: '12:00' },
      { weekday: 'MONDAY', opens: '12:30', closes: '14:00' },
      { weekday: 'MONDAY', opens: '22:00', closes: '23:59' },
      { weekday: 'TUESDAY', opens: '00:00', closes: '02:00' },
    ]);
    const at = await atVenue(desk, venueId);
    const tries: [string, string][] = [
      ['2026-07-06T06:59:59.999Z', 'INVALID startsAt'],
      ['2026-07-06T07:00:00Z', 'done'],
      ['2026-07-06T09:00:00Z', 'done'],
      ['2026-07-06T09:00:00.001Z', 'INVALID startsAt'],
      ['2026-07-06T09:30:00Z', 'INVALID startsAt'],
      ['2026-07-06T11:00:00Z', 'done'],
      ['2026-07-06T11:00:01Z', 'INVALID startsAt'],
      ['2026-07-06T20:59:00Z', 'done'],
      ['2026-07-06T21:30:00Z', 'INVALID startsAt'],
      ['2026-07-06T22:00:00Z', 'done'],
      ['2026-07-07T07:00:00Z', 'INVALID startsAt'],
      ['9999-12-31T23:30:00Z', 'INVALID startsAt'],
    ];
    for (const [startsAt, outcome] of tries) {
      expect([startsAt, await desk.book({ ...at, startsAt })]).toEqual([startsAt, outcome]);
    }
    const closed = await atVenue(desk, await desk.venue([]));
    expect(await desk.book({ ...closed, startsAt: newTime() })).toBe('INVALID startsAt');
  });

  it.each([
    // Berlin skips 02:00 to 03:00 on 2027-03-28.
    ['2027-03-28T00:30:00Z', '01:00', '03:30', 'done'],
    ['2027-03-28T00:30:00Z', '01:00', '03:29', 'INVALID startsAt'],
    ['2027-03-28T01:00:00Z', '02:15', '04:00', 'done'],
    ['2027-03-28T00:59:00Z', '02:15', '04:00', 'INVALID startsAt'],
    ['2027-03-28T00:00:00Z', '01:00', '02:30', 'done'],
    ['2027-03-28T00:01:00Z', '01:00', '02:30', 'INVALID startsAt'],
    // It shows 02:00 to 03:00 twice on 2026-10-25.
    ['2026-10-25T00:30:00Z', '01:00', '04:00', 'done'],
    ['2026-10-25T02:00:00Z', '01:00', '04:00', 'done'],
    ['2026-10-25T02:01:00Z', '01:00', '04:00', 'INVALID startsAt'],
    ['2026-10-25T00:00:00Z', '02:00', '03:00', 'done'],
    ['2026-10-25T01:00:00Z', '02:00', '03:00', 'done'],
    ['2026-10-25T00:30:00Z', '01:00', '02:30', 'INVALID startsAt'],
  ])('on the days of the change: %s with %s to %s is %s', async (startsAt, opens, closes, outcome) => {
    const at = await atVenue(desk, await desk.venue([{ weekday: 'SUNDAY', opens, closes }]));
    expect(await desk.book({ ...at, startsAt })).toBe(outcome);
  });

  it("takes the venue's own time zone", async () => {
    const hours = daily('09:00', '10:00');
    const [kolkata, auckland] = [
      await desk.venue(hours, 'Asia/Kolkata'),
      await desk.venue(hours, 'Pacific/Auckland'),
    ];
    const [east, farEast] = [await atVenue(desk, kolkata), await atVenue(desk, auckland)];
    expect(await desk.book({ ...east, startsAt: '2026-07-06T03:30:00Z' })).toBe('done');
    expect(await desk.book({ ...east, startsAt: '2026-07-06T21:00:00Z' })).toBe('INVALID startsAt');
    expect(await desk.book({ ...farEast, startsAt: '2026-07-05T21:00:00Z' })).toBe('done');
    expect(await desk.book({ ...farEast, startsAt: '2026-07-06T03:30:00Z' })).toBe('INVALID startsAt');
  });

  it('books nothing that has begun', async () => {
    const venueId = await desk.venue(daily('00:00', '24:00'), 'UTC');
    const at = await atVenue(desk, venueId);
    const nowMs = house.clock.nowMs();
    const message = 'Must lie in the future.';
    for (const offset of [-86_400_000, -1, 0]) {
      const { data } = await key.send(create, {
        input: { ...at, startsAt: new Date(nowMs + offset).toISOString() },
      });
      expect(data.createBooking.userErrors).toEqual([
        { code: 'INVALID', field: ['input', 'startsAt'], message },
      ]);
    }
    expect(await desk.book({ ...at, startsAt: new Date(nowMs + 1).toISOString() })).toBe('done');
  });

  it('lets a key that may only write get the id and read nothing', async () => {
    const writer = await workspace.key('write:bookings');
    const ingest = create.replace(`booking { ${shown} }`, '');
    const { status, data } = await writer.send(ingest, { input: { ...base, startsAt: newTime() } });
    expect(status).toBe(200);
    expect(data.createBooking).toEqual({ bookingId: expect.stringMatching(/^bkg_/), userErrors: [] });
    const id = data.createBooking.bookingId as string;
    const cancelled = await writer.send(cancel.replace(`booking { ${shown} }`, ''), { id });
    expect(cancelled.data.cancelBooking).toEqual({ bookingId: id, userErrors: [] });
    expect(await readBack(id)).toMatchObject({ status: 'CANCELLED' });
    expect((await writer.send('{ bookings { totalCount } }')).status).toBe(403);
  });

  it('refuses both mutations to a key without write:bookings with 403, and writes nothing', async () => {
    const reader = await workspace.key(...reads);
    const id = await make();
    const before = [await total(), await readBack(id)];
    for (const [document, variables] of [
      [contractOperation('CreateBooking'), { input: { ...base, startsAt: newTime() } }],
      [contractOperation('CancelBooking'), { id }],
    ] as const) {
      const { status, data, errors } = await reader.send(document, variables);
      expect(status).toBe(403);
      expect(data).toBeUndefined();
      expect(errors).toHaveLength(1);
      expect(errors![0]!.extensions).toMatchObject({ code: 'FORBIDDEN', missing: ['write:bookings'] });
    }
    expect([await total(), await readBack(id)]).toEqual(before);
  });

  const attempts = [
    ['venueId', 'ven'],
    ['treatmentId', 'trt'],
    ['customerId', 'cus'],
    ['id', 'bkg'],
  ] as const;
  it.each(attempts)(
    "answers another workspace's and another venue's %s exactly like an unknown one",
    async (name, prefix) => {
      const theirDesk = await openDesk(other);
      const theirs = await atVenue(theirDesk);
      const [mine, hidden] = [await atVenue(desk), await atVenue(desk)];
      const restricted = await workspace.venueKey([mine.venueId], ...deskScopes);
      const foreignIds = { ...theirs, id: await make(theirs, theirDesk) };
      const hiddenIds = { ...hidden, id: await make(hidden) };
      const before = [await total(), await readBack(hiddenIds.id)];
      const startsAt = newTime();
      for (const [caller, ids] of [
        [key, foreignIds],
        [restricted, hiddenIds],
      ] as const) {
        const variables = (id: string) =>
          name === 'id' ? { id } : { input: { ...mine, startsAt, [name]: id } };
        const document = name === 'id' ? cancel : create;
        const tried = (id: string) => answerTo(caller, document, variables(id), id);
        const answer = await tried(ids[name]);
        expect(answer).toBe(await tried(unknownId(prefix)));
        expect(answer).toBe(await tried(unknownId('rep')));
        expect(answer).toBe(await tried('\u0000'));
        const { data } = await caller.send(document, variables(ids[name]));
        const [payload] = Object.values(data as Record<string, { userErrors: unknown }>);
        const field = name === 'id' ? ['id'] : ['input', name];
        expect(payload!.userErrors).toMatchObject([{ code: 'NOT_FOUND', field }]);
        expect(await readBack(ids.id, caller)).toBeNull();
      }
      expect([await total(), await readBack(hiddenIds.id)]).toEqual(before);
      expect((await readBack(foreignIds.id, theirDesk.key)).status).toBe('BOOKED');
      expect(await desk.book({ ...mine, startsAt }, restricted)).toBe('done');
    },
  );

  it('names every id that is not there at once, and a treatment of another venue', async () => {
    const ids = { venueId: unknownId('ven'), treatmentId: unknownId('trt'), customerId: unknownId('cus') };
    const before = await total();
    expect(await desk.book({ ...ids, startsAt: newTime() })).toBe(
      'NOT_FOUND venueId, NOT_FOUND customerId, NOT_FOUND treatmentId',
    );
    const elsewhere = await atVenue(desk);
    expect(await desk.book({ ...base, treatmentId: elsewhere.treatmentId, startsAt: newTime() })).toBe(
      'INVALID treatmentId',
    );
    for (const bad of ['2026-02-30T09:00:00Z', 'tomorrow', '2026-07-01']) {
      const { status, errors } = await key.send(create, { input: { ...base, startsAt: bad } });
      expect([status, errors![0]!.extensions['code']]).toEqual([400, 'BAD_USER_INPUT']);
    }
    expect(await total()).toBe(before);
  });
});
