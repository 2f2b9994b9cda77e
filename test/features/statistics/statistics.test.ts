// Statistics through the API: what each section means, who sees it, and what is refused.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemContext } from '../../../src/access/system-context.ts';
import { Booking } from '../../../src/features/bookings/index.ts';
import { Treatment } from '../../../src/features/treatments/index.ts';
import { bookingRow, treatmentRow } from '../../db/support/rows.ts';
import { contractOperation } from '../../support/contract.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type KeyCaller, type TestHouse, type TestWorkspace } from '../../support/house.ts';

const contract = contractOperation('Statistics');
const scopes = ['read:bookings', 'read:customers', 'read:followups', 'read:inquiries'];
const sections = [
  ['customers', 'read:customers'],
  ['inquiries', 'read:inquiries'],
  ['followUps', 'read:followups'],
  ['bookings', 'read:bookings'],
] as const;
const range = { from: '2026-06-01T00:00:00Z', to: '2026-06-03T00:00:00Z' };
const hourMs = 3_600_000;

describeEachEngine('Statistics', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let key: KeyCaller;
  let north: string;
  let south: string;

  const write = async (mutation: string, input: object): Promise<string> => {
    const shown = {
      ...{ createInquiry: 'inquiryId', createFollowUp: 'followUpId' },
      ...{ replyToInquiry: 'replyId', recordCustomerReply: 'replyId' },
    };
    const id = shown[mutation as keyof typeof shown];
    const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
    const document = `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${id} userErrors { message } } }`;
    const { data } = await key.send(document, { input });
    expect(data[mutation].userErrors).toEqual([]);
    return data[mutation][id] as string;
  };
  const figures = async (
    caller: KeyCaller,
    args = '',
    selection = 'customers { total created } inquiries { created answered } followUps { open overdue completed } bookings { booked cancelled }',
  ) => {
    const document = `{ statistics(from: "${range.from}", to: "${range.to}", bucket: DAY ${args}) { ${selection} } }`;
    const { data, errors } = await caller.send(document);
    expect(errors).toBeUndefined();
    return data.statistics;
  };

  /** Two bookings of North, the first of them made in May, and one of South. */
  const book = async (ada: string, bo: string): Promise<string[]> => {
    const treatments = [north, south].map((venueId) => treatmentRow({ venueId }) as Treatment);
    const of = ({ id: treatmentId, venueId }: Treatment, customerId: string, createdAt?: string) =>
      bookingRow({ venueId, treatmentId, customerId, ...(createdAt ? { createdAt } : {}) });
    const bookings = [
      of(treatments[0]!, ada, '2026-05-20T12:00:00.000Z'),
      of(treatments[0]!, ada),
      of(treatments[1]!, bo),
    ];
    await systemContext(house.app, workspace.workspaceId).db.transaction(async (tx) => {
      await tx.insert(Treatment, treatments);
      await tx.insert(Booking, bookings);
    });
    return bookings.map(({ id }) => id!);
  };

  // On 1 June from 12:00: Ada (North) asks at once and gets a reply after an hour, Bo (South) writes to himself only.
  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    key = await workspace.key(
      ...scopes,
      'read:venues',
      'write:inquiries',
      'write:followups',
      'write:bookings',
    );
    north = await workspace.venue('North');
    south = await workspace.venue('South');
    const ada = await workspace.customer({ name: 'Ada', venueIds: [north] });
    const bo = await workspace.customer({ name: 'test', venueIds: [south] });
    const mail = { subject: 'Hours', body: 'When are you open?', channel: 'EMAIL' };
    await write('createInquiry', { ...mail, customerId: ada, venueId: north });
    const inquiryId = await write('createInquiry', { ...mail, customerId: ada, venueId: north });
    const ownId = await write('createInquiry', { ...mail, customerId: bo, venueId: south, channel: 'WEB' });
    const due = { customerId: ada, venueId: north, note: 'Call' };
    await write('createFollowUp', { ...due, dueAt: '2026-06-01T12:30:00Z' });
    await write('createFollowUp', { ...due, dueAt: '2026-06-01T13:00:00Z' });
    const done = { customerId: bo, venueId: south, note: 'Call', dueAt: '2026-06-01T12:30:00Z' };
    const followUpId = await write('createFollowUp', done);
    const bookingIds = await book(ada, bo);
    house.clock.advance(hourMs);
    await write('replyToInquiry', { inquiryId, body: 'From nine to five.' });
    // What the customer writes is no answer.
    await write('recordCustomerReply', { inquiryId: ownId, body: 'Is anybody there?' });
    await key.send(contractOperation('CompleteFollowUp'), { id: followUpId });
    await key.send(contractOperation('CancelBooking'), { id: bookingIds[0] });
    const noise = await house.workspace();
    const foreign = await noise.venue();
    await noise.customer({ venueIds: [foreign] });
  });
  afterAll(() => house.close());

  it('answer the contract operation, bucket by bucket', async () => {
    const { status, data, errors } = await key.send(contract, range);
    expect(errors).toBeUndefined();
    expect(status).toBe(200);
    const series = (count: number) => [
      { start: '2026-06-01T00:00:00.000Z', count },
      { start: '2026-06-02T00:00:00.000Z', count: 0 },
    ];
    expect(data.statistics).toMatchObject({
      customers: { total: 2, created: 2, series: series(2) },
      inquiries: {
        created: 3,
        answered: 1,
        medianFirstReplySeconds: 3_600,
        byStatus: [
          { status: 'OPEN', count: 2 },
          { status: 'WAITING', count: 0 },
          { status: 'ANSWERED', count: 1 },
          { status: 'CLOSED', count: 0 },
        ],
        series: series(3),
      },
      // Due at this very moment is not overdue yet.
      followUps: { open: 2, overdue: 1, completed: 1, series: series(1) },
      // The one that was made in May and cancelled on 1 June counts as cancelled alone.
      bookings: { booked: 2, cancelled: 1, series: series(2) },
    });
    const byChannel = data.statistics.inquiries.byChannel as { channel: string; count: number }[];
    expect(byChannel.filter(({ count }) => count > 0)).toEqual([
      { channel: 'EMAIL', count: 2 },
      { channel: 'WEB', count: 1 },
    ]);
  });

  it('run with exactly the scopes that accessCheck names, and not one fewer', async () => {
    const check = 'query ($d: String!) { accessCheck(document: $d) { requiredScopes allowed } }';
    const needed = (await key.send(check, { d: contract })).data.accessCheck;
    expect(needed.allowed).toBe(true);
    expect(needed.requiredScopes.every((scope: string) => scopes.includes(scope))).toBe(true);
    const enough = await workspace.key(...(needed.requiredScopes as string[]));
    expect((await enough.send(contract, range)).errors).toBeUndefined();
  });

  it.each(sections)(
    'show %s to no key without %s: null and one error beside the rest',
    async (name, scope) => {
      const others = scopes.filter((other) => other !== scope);
      const { status, data, errors } = await (await workspace.key(...others)).send(contract, range);
      expect(status).toBe(200);
      const shown = Object.entries(data.statistics as object).filter(([, section]) => section !== null);
      expect(shown.map(([section]) => section)).not.toContain(name);
      expect(shown).toHaveLength(Object.keys(data.statistics as object).length - 1);
      expect(errors).toHaveLength(1);
      expect(errors![0]).toMatchObject({
        path: ['statistics', name],
        extensions: { code: 'FORBIDDEN', coordinate: `Statistics.${name}`, missing: [scope] },
      });
      const venues = `{ statistics(from: "${range.from}", to: "${range.to}", bucket: DAY, venueIds: ["${north}"]) { ${name} { __typename } } }`;
      const alone = await (await workspace.key(...others, 'read:venues')).send(venues);
      expect(alone.data.statistics).toEqual({ [name]: null });
    },
  );

  it('need a credential, and beside the sections nothing else', async () => {
    expect((await house.send({}, contract, range)).status).toBe(401);
    const none = await workspace.key('write:venues');
    expect(await figures(none, '', '__typename')).toEqual({ __typename: 'Statistics' });
  });

  it('count by venue for nobody without read:venues, not even for no venue', async () => {
    const blind = await workspace.key(...scopes);
    for (const venueIds of [`["${north}"]`, '[]', 'null']) {
      const asked = `{ statistics(from: "${range.from}", to: "${range.to}", bucket: DAY, venueIds: ${venueIds}) { inquiries { created } } }`;
      const { status, errors } = await blind.send(asked);
      expect(status).toBe(403);
      expect(errors).toHaveLength(1);
      expect(errors![0]).toMatchObject({
        extensions: { coordinate: 'Query.statistics(venueIds)', missing: ['read:venues'] },
      });
    }
  });

  it('count for a key that is restricted to venues what belongs to them', async () => {
    const restricted = await workspace.venueKey([south], ...scopes, 'read:venues');
    expect(await figures(restricted)).toEqual({
      customers: { total: 1, created: 1 },
      inquiries: { created: 1, answered: 0 },
      followUps: { open: 0, overdue: 0, completed: 1 },
      bookings: { booked: 1, cancelled: 0 },
    });
    const nothing = { customers: { total: 0 }, inquiries: { created: 0 } };
    const asked = 'customers { total } inquiries { created }';
    expect(await figures(restricted, `, venueIds: ["${north}"]`, asked)).toEqual(nothing);
    expect(await figures(restricted, ', venueIds: []', asked)).toEqual(nothing);
  });

  it('count for the venues that are named; unknown and foreign ones match nothing', async () => {
    const ofNorth = {
      customers: { total: 1, created: 1 },
      inquiries: { created: 2, answered: 1 },
      followUps: { open: 2, overdue: 1, completed: 0 },
      bookings: { booked: 1, cancelled: 1 },
    };
    expect(await figures(key, `, venueIds: ["${north}"]`)).toEqual(ofNorth);
    expect(await figures(key, `, venueIds: ["${north}", "ven_1", "x"]`)).toEqual(ofNorth);
    expect(await figures(key, ', venueIds: null')).toEqual(await figures(key));
    const foreign = await house.workspace();
    const venueId = await foreign.venue();
    await foreign.customer({ venueIds: [venueId] });
    expect(await figures(key, `, venueIds: ["${venueId}"]`, 'customers { total created }')).toEqual({
      customers: { total: 0, created: 0 },
    });
  });

  it('keep to their workspace', async () => {
    const other = await (await house.workspace()).key(...scopes);
    expect(await figures(other)).toEqual({
      customers: { total: 0, created: 0 },
      inquiries: { created: 0, answered: 0 },
      followUps: { open: 0, overdue: 0, completed: 0 },
      bookings: { booked: 0, cancelled: 0 },
    });
    const median = 'inquiries { medianFirstReplySeconds }';
    expect(await figures(other, '', median)).toEqual({ inquiries: { medianFirstReplySeconds: null } });
  });

  it('count nothing before the range and nothing at its end', async () => {
    const ask = (from: string, to: string) =>
      key.send(
        `{ statistics(from: "${from}", to: "${to}", bucket: DAY) { inquiries { created series { count } } } }`,
      );
    const until = await ask('2026-06-01T00:00:00Z', '2026-06-01T12:00:00Z');
    expect(until.data.statistics.inquiries).toEqual({ created: 0, series: [{ count: 0 }] });
    const since = await ask('2026-06-01T12:00:00Z', '2026-06-01T12:00:00.001Z');
    expect(since.data.statistics.inquiries).toEqual({ created: 3, series: [{ count: 3 }] });
    const after = await ask('2026-06-01T12:00:00.001Z', '2026-06-02T00:00:00Z');
    expect(after.data.statistics.inquiries.created).toBe(0);
  });

  it('take UTC as the zone when none is named, and its null for that too', async () => {
    const inZone = async (timezone: string | null | undefined) => {
      const document = `query ($zone: String) { statistics(from: "2026-06-01T12:00:00Z", to: "2026-06-03T12:00:00Z", bucket: DAY, timezone: $zone) { customers { series { start } } } }`;
      const { data } = await key.send(document, timezone === undefined ? {} : { zone: timezone });
      return data.statistics.customers.series.map(({ start }: { start: string }) => start);
    };
    const utc = ['2026-06-01T12:00:00.000Z', '2026-06-02T00:00:00.000Z', '2026-06-03T00:00:00.000Z'];
    expect(await inZone(undefined)).toEqual(utc);
    expect(await inZone(null)).toEqual(utc);
    expect(await inZone('europe/berlin')).toEqual([
      utc[0],
      '2026-06-01T22:00:00.000Z',
      '2026-06-02T22:00:00.000Z',
    ]);
  });

  it.each([
    ['a range that ends where it begins', { ...range, to: range.from }, /"from" must be before "to"/],
    ['a range that ends before it begins', { from: range.to, to: range.from }, /"from" must be before "to"/],
    [
      'more than 400 buckets',
      { from: '2026-01-01T00:00:00Z', to: '2027-02-06T00:00:00Z' },
      /has 401 buckets; the limit is 400/,
    ],
  ])(
    'refuse %s with 400, as a whole answer and before anything is read',
    async (_name, variables, message) => {
      house.statements.length = 0;
      const { status, data, errors } = await key.send(contract, variables);
      expect({ status, data }).toEqual({ status: 400, data: undefined });
      expect(errors![0]!.message).toMatch(message);
      expect(errors![0]!.extensions['code']).toBe('BAD_USER_INPUT');
      expect(house.statements.filter((text) => text.includes('inquiries'))).toEqual([]);
    },
  );

  it('name the number of buckets and the limit, and refuse a zone that does not exist', async () => {
    const { errors } = await key.send(contract, { from: '2026-01-01T00:00:00Z', to: '2036-01-01T00:00:00Z' });
    expect(errors![0]!.extensions).toMatchObject({ requested: 3_652, limit: 400 });
    const zone = await key.send(
      `{ statistics(from: "${range.from}", to: "${range.to}", bucket: WEEK, timezone: "+02:00") { __typename } }`,
    );
    expect(zone.status).toBe(400);
    expect(zone.errors![0]!.message).toMatch(/IANA/);
  });

  it('read each selected section with one statement, and only the figures that are selected', async () => {
    const run = async (selection: string) => {
      house.statements.length = 0;
      await figures(key, '', selection);
      return house.statements.slice();
    };
    const around = (await run('__typename')).length;
    for (const [name] of sections) {
      const everything = contract.slice(contract.indexOf(`${name} {`)).split('\n    }')[0]!;
      expect(await run(`${everything} }`)).toHaveLength(around + 1);
      expect(await run(`${name} { __typename }`)).toHaveLength(around);
    }
    const all = await run(sections.map(([name]) => `${name} { series { count } }`).join(' '));
    expect(all).toHaveLength(around + sections.length);
    const created = await run('inquiries { created }');
    expect(created.filter((text) => text.includes('replies'))).toEqual([]);
  });
});
