// Venue.availability through the API: what it offers can be booked, what it leaves out cannot, who may see it, and where
// it says no. What the clocks do is in availability-model.test.ts.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contractOperation } from '../../support/contract.ts';
import { daily, deskScopes, openDesk, type Desk, type Slot } from '../../support/booking-desk.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import { payloadOf } from '../../support/keys.ts';

const report = contractOperation('VenueReport');
const reportScopes = ['availability', 'bookings', 'customers', 'treatments', 'venues'].map(
  (name) => `read:${name}`,
);
const free = `query ($id: ID!, $from: DateTime!, $to: DateTime!) { venue(id: $id) { id
  availability(from: $from, to: $to) { startsAt endsAt treatment { id } } } }`;
const startsOf = (slots: readonly Slot[]) => slots.map(({ startsAt }) => startsAt);
const hourMs = 3_600_000;

describeEachEngine('Availability', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let desk: Desk;

  beforeAll(async () => {
    house = await openTestHouse(engine, { env: { RATE_LIMIT_REQUESTS_PER_MINUTE: '100000' } });
    workspace = await house.workspace();
    desk = await openDesk(workspace);
  });
  afterAll(() => house.close());

  it('offers each treatment one after the other from the opening on, in order', async () => {
    const venueId = await desk.venue(daily('09:00', '11:30'));
    const [hour, half] = [await desk.treatment(venueId, 60), await desk.treatment(venueId, 45)];
    const slots = await desk.free(venueId, '2026-07-01T00:00:00Z', '2026-07-02T00:00:00Z');
    const slot = (id: string, from: string, to: string) => {
      return {
        treatment: { id },
        startsAt: `2026-07-01T${from}:00.000Z`,
        endsAt: `2026-07-01T${to}:00.000Z`,
      };
    };
    expect(slots).toHaveLength(5);
    expect(slots).toEqual(
      expect.arrayContaining([
        ...[slot(hour, '07:00', '08:00'), slot(hour, '08:00', '09:00')],
        ...[slot(half, '07:00', '07:45'), slot(half, '07:45', '08:30'), slot(half, '08:30', '09:15')],
      ]),
    );
    expect(startsOf(slots)).toEqual(startsOf(slots).sort());
  });

  it('starts at "from" or later and before "to", on the grid of the opening', async () => {
    const venueId = await desk.venue(daily('09:00', '12:00'));
    await desk.treatment(venueId, 60);
    const ask = async (from: string, to: string) =>
      startsOf(await desk.free(venueId, `2026-07-01T${from}Z`, `2026-07-01T${to}Z`));
    expect(await ask('07:00:00', '08:00:00')).toEqual(['2026-07-01T07:00:00.000Z']);
    expect(await ask('07:00:00.001', '08:00:00.001')).toEqual(['2026-07-01T08:00:00.000Z']);
    expect(await ask('09:30:00', '10:30:00')).toEqual([]);
    const halves = [await ask('00:00:00', '08:30:00'), await ask('08:30:00', '23:00:00')];
    expect(halves.flat()).toEqual(await ask('00:00:00', '23:00:00'));
  });

  it('offers nothing that has begun, and nothing at a venue without treatments, hours or future', async () => {
    const venueId = await desk.venue(daily('00:00', '24:00'), 'UTC');
    await desk.treatment(venueId, 60);
    const nowMs = house.clock.nowMs();
    const at = (ms: number) => new Date(nowMs + ms).toISOString();
    const slots = await desk.free(venueId, at(-3 * hourMs), at(3 * hourMs));
    expect(startsOf(slots)).toEqual([at(hourMs), at(2 * hourMs)]);
    expect(await desk.free(venueId, at(-48 * hourMs), at(0))).toEqual([]);
    expect(await desk.free(await desk.venue(), at(0), at(48 * hourMs))).toEqual([]);
    const closed = await desk.venue([]);
    await desk.treatment(closed);
    expect(await desk.free(closed, at(0), at(48 * hourMs))).toEqual([]);
  });

  it('leaves out what is booked, also off the grid and across the edges of the range, until it is cancelled', async () => {
    const venueId = await desk.venue(daily('09:00', '14:00'), 'UTC');
    const [treatmentId, other] = [await desk.treatment(venueId, 60), await desk.treatment(venueId, 60)];
    const customerId = await workspace.customer();
    const book = (time: string) =>
      desk.booked({ venueId, treatmentId, customerId, startsAt: `2026-07-01T${time}:00Z` });
    const ask = async (from = '09:00', to = '14:00') => {
      const slots = await desk.free(venueId, `2026-07-01T${from}:00Z`, `2026-07-01T${to}:00Z`);
      const mine = slots.filter(({ treatment }) => treatment.id === treatmentId);
      expect(slots.filter(({ treatment }) => treatment.id === other).length).toBeGreaterThan(0);
      return startsOf(mine).map((startsAt) => startsAt.slice(11, 16));
    };
    const ids = [await book('09:30'), await book('12:00')];
    expect(await ask()).toEqual(['11:00', '13:00']);
    expect(await ask('10:00', '11:01')).toEqual(['11:00']);
    expect(await ask('09:00', '09:30')).toEqual([]);
    for (const id of ids) await desk.key.send(contractOperation('CancelBooking'), { id });
    expect(await ask()).toEqual(['09:00', '10:00', '11:00', '12:00', '13:00']);
  });

  it.each([
    ['Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', 25],
    ['Europe/Berlin', '2026-10-23T22:00:00Z', '2026-10-24T22:00:00Z', 24],
    ['Asia/Kathmandu', '2026-10-24T18:15:00Z', '2026-10-25T18:15:00Z', 24],
  ])(
    'offers times of which each can be booked, once, and then none of the grid: %s from %s',
    async (timezone, from, to, count) => {
      const venueId = await desk.venue(daily('00:00', '24:00'), timezone);
      const treatmentId = await desk.treatment(venueId, 60);
      const customerId = await workspace.customer();
      const slots = await desk.free(venueId, from, to);
      expect(slots).toHaveLength(count);
      const input = { venueId, treatmentId, customerId };
      const bookAll = () => Promise.all(slots.map(({ startsAt }) => desk.book({ ...input, startsAt })));
      expect(new Set(await bookAll())).toEqual(new Set(['done']));
      expect(await desk.free(venueId, from, to)).toEqual([]);
      expect(new Set(await bookAll())).toEqual(new Set(['TAKEN startsAt']));
    },
  );

  it('offers exactly the times of its grid that can be booked, beside bookings off the grid', async () => {
    const venueId = await desk.venue(
      [...daily('08:00', '10:50'), ...daily('11:10', '13:00')],
      'America/New_York',
    );
    const treatmentId = await desk.treatment(venueId, 25);
    const customerId = await workspace.customer();
    const input = { venueId, treatmentId, customerId };
    const [from, to] = ['2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z'];
    const grid = startsOf(await desk.free(venueId, from, to));
    expect(grid).toHaveLength(6 + 4);
    for (const startsAt of ['2026-11-01T13:10:00Z', '2026-11-01T14:30:00Z', '2026-11-01T16:20:00Z']) {
      expect(await desk.book({ ...input, startsAt })).toBe('done');
    }
    const offered = startsOf(await desk.free(venueId, from, to));
    const outcomes: string[] = [];
    for (const startsAt of grid) outcomes.push(await desk.book({ ...input, startsAt }));
    expect(grid.filter((_, index) => outcomes[index] === 'done')).toEqual(offered);
    expect(new Set(outcomes)).toEqual(new Set(['done', 'TAKEN startsAt']));
  });

  it('needs read:availability for the times and read:treatments for what they are for', async () => {
    const venueId = await desk.venue();
    await desk.treatment(venueId);
    const variables = { id: venueId, from: '2026-07-01T00:00:00Z', to: '2026-07-02T00:00:00Z' };
    const without = await (
      await workspace.key('read:venues', 'read:treatments', 'read:bookings')
    ).send(...([free, variables] as const));
    expect(without.data.venue).toEqual({ id: venueId, availability: null });
    expect(without.errors).toMatchObject([
      { path: ['venue', 'availability'], extensions: { missing: ['read:availability'] } },
    ]);
    const times = await (await workspace.key('read:venues', 'read:availability')).send(free, variables);
    expect(times.errors).toMatchObject([
      {
        path: ['venue', 'availability', '@', 'treatment'],
        extensions: { coordinate: 'Slot.treatment', missing: ['read:treatments'] },
      },
    ]);
    expect(times.data.venue.availability).toHaveLength(8);
    expect(times.data.venue.availability[0]).toMatchObject({ treatment: null, startsAt: expect.any(String) });
  });

  it('shows a venue-restricted key its own venue alone, with the bookings of everybody', async () => {
    const [mine, theirs] = [await desk.venue(), await desk.venue()];
    const treatmentId = await desk.treatment(mine);
    await desk.treatment(theirs);
    const startsAt = '2026-07-01T08:00:00Z';
    await desk.booked({ venueId: mine, treatmentId, customerId: await workspace.customer(), startsAt });
    const restricted = await workspace.venueKey([mine], ...deskScopes);
    const range = { from: '2026-07-01T00:00:00Z', to: '2026-07-02T00:00:00Z' };
    const own = await restricted.send(free, { id: mine, ...range });
    expect(own.data.venue.availability).toHaveLength(7);
    expect((await restricted.send(free, { id: theirs, ...range })).data.venue).toBeNull();
  });

  it.each([
    ['2026-07-01T00:00:00Z', '2026-08-01T01:00:00.001Z', /31\.1 days apart; at most 31/, 31],
    ['2026-07-01T00:00:00Z', '2027-07-01T00:00:00Z', /365 days apart; at most 31/, 31],
    ['2026-07-01T00:00:00Z', '2026-07-01T00:00:00Z', /"to" must be later than "from"/, undefined],
    ['2026-07-02T00:00:00Z', '2026-07-01T00:00:00Z', /"to" must be later than "from"/, undefined],
  ])('refuses the range %s to %s before anything runs', async (from, to, message, limit) => {
    const venueId = await desk.venue();
    house.statements.length = 0;
    const { status, data, errors } = await desk.key.send(free, { id: venueId, from, to });
    expect([status, data, errors!.length]).toEqual([400, undefined, 1]);
    expect(errors![0]!.message).toMatch(message);
    expect(errors![0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(errors![0]!.extensions['limit']).toBe(limit);
    expect(house.statements.filter((text) => text.includes('"venues"'))).toEqual([]);
  });

  it('answers October of a zone whose clocks go back in it', async () => {
    const venueId = await desk.venue();
    await desk.treatment(venueId);
    const slots = await desk.free(venueId, '2026-09-30T22:00:00Z', '2026-10-31T23:00:00Z');
    expect(slots).toHaveLength(31 * 8);
  });

  it('refuses more times than it would answer, with the number and the limit, before it reads a booking', async () => {
    const venueId = await desk.venue(daily('00:00', '24:00'), 'UTC');
    await desk.treatment(venueId, 5);
    const ask = async (to: string) => {
      house.statements.length = 0;
      return desk.key.send(free, { id: venueId, from: '2026-07-01T00:00:00Z', to });
    };
    const { status, data, errors } = await ask('2026-07-18T10:00:00Z');
    expect(status).toBe(200);
    expect(data.venue).toEqual({ id: venueId, availability: null });
    expect(errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', requested: 5_016, limit: 5_000 } },
    ]);
    expect(errors![0]!.message).toMatch(/5016 times to look at; at most 5000/);
    expect(house.statements.filter((text) => text.includes('"bookings"'))).toEqual([]);
    expect((await ask('2026-07-18T08:40:00Z')).data.venue.availability).toHaveLength(5_000);
  });

  it('reads as many statements for thirty venues as for one', async () => {
    const other = await openDesk(await house.workspace());
    for (let index = 0; index < 30; index += 1) {
      const venueId = await other.venue(undefined, index % 2 === 0 ? 'Europe/Berlin' : 'Asia/Tokyo');
      const treatmentId = await other.treatment(venueId);
      const customerId = await other.workspace.customer({ venueIds: [venueId] });
      const startsAt = index % 2 === 0 ? '2026-07-01T08:00:00Z' : '2026-07-01T02:00:00Z';
      await other.booked({ venueId, treatmentId, customerId, startsAt });
    }
    const inner = report.slice(report.indexOf('id\n'), report.lastIndexOf('}\n}'));
    const many = `query ($first: Int!, $from: DateTime!, $to: DateTime!) { venues(first: $first) { nodes { ${inner} } } }`;
    const counts = [];
    for (const first of [1, 10, 30]) {
      house.statements.length = 0;
      const range = { from: '2026-07-01T00:00:00Z', to: '2026-07-02T00:00:00Z' };
      const { data, errors } = await other.key.send(many, { first, ...range });
      expect(errors).toBeUndefined();
      for (const venue of data.venues.nodes) expect(venue.availability).toHaveLength(7);
      // Not those in which the server notes by itself when keys were used.
      counts.push(house.statements.filter((text) => text.startsWith('SELECT')).length);
    }
    // The key twice; venues with the three lists below them; the bookings of the customers; and for the availability treatments
    // and bookings. The treatments and customers that bookings and slots show are known by then.
    expect(counts).toEqual([6, 6, 6]);
  });

  it('VenueReport runs with exactly the scopes that accessCheck names, and not with one fewer', async () => {
    const venueId = await desk.venue();
    const treatmentId = await desk.treatment(venueId);
    const customerId = await workspace.customer();
    const startsAt = '2026-07-01T08:00:00.000Z';
    const id = await desk.booked({ venueId, treatmentId, customerId, startsAt });
    const check = 'query ($document: String!) { accessCheck(document: $document) { requiredScopes } }';
    const { requiredScopes } = payloadOf(await desk.key.send(check, { document: report }));
    expect(requiredScopes).toEqual(reportScopes);
    const variables = { id: venueId, from: '2026-07-01T00:00:00Z', to: '2026-08-01T00:00:00Z' };
    const { data, errors } = await (await workspace.key(...reportScopes)).send(report, variables);
    expect(errors).toBeUndefined();
    expect(data.venue).toMatchObject({
      treatments: { nodes: [{ id: treatmentId, durationMinutes: 60 }] },
      customers: { nodes: [{ id: customerId, bookings: { nodes: [{ id, status: 'BOOKED' }] } }] },
      bookings: { totalCount: 1, nodes: [{ id, startsAt, customer: { id: customerId } }] },
    });
    expect(data.venue.availability).toHaveLength(31 * 8 - 1);
    for (const left of reportScopes) {
      const fewer = await workspace.key(...reportScopes.filter((scope) => scope !== left));
      const answer = await fewer.send(report, variables);
      const missing = answer.errors!.flatMap((error) => error.extensions['missing'] as string[]);
      expect(new Set(missing)).toEqual(new Set([left]));
    }
  });
});
