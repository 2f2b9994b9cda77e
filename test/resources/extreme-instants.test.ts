// The first and the last instants that the API takes, at every place that takes one, on both engines.
import { getNamedType, isInputObjectType, type GraphQLArgument, type GraphQLInputField } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { daily, openDesk, type Desk } from '../support/booking-desk.ts';
import { describeEachEngine } from '../support/engines.ts';
import { openTestHouse, type Answer, type Caller, type TestHouse } from '../support/house.ts';

const taken = [
  ...[
    '0001-01-01T00:00:00Z',
    '0001-01-01T00:00:00.001Z',
    '0001-01-01T14:00:00+14:00',
    '0000-12-31T12:00-12:00',
  ],
  ...['0001-02-28T23:59:59Z', '0099-12-31T23:59:59.999Z', '1582-10-10T00:00Z', '9999-12-01T00:00:00Z'],
  ...['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59Z', '9999-12-31T09:59:59.999-14:00'],
];
const refused = [
  ...[
    '0001-01-01T00:00:00+00:01',
    '0001-01-01T13:59:59.999+14:00',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59-00:01',
  ],
  ...['9999-12-31T24:00:00Z', '10000-01-01T00:00:00Z', '+010000-01-01T00:00:00Z', '-000001-01-01T00:00:00Z'],
];
const zones = [
  'UTC',
  'Pacific/Kiritimati',
  'Etc/GMT+12',
  'America/New_York',
  'Europe/Berlin',
  'Asia/Kathmandu',
];
const buckets = ['DAY', 'WEEK', 'MONTH'];

const lists = {
  customers: 'CustomerFilter',
  inquiries: 'InquiryFilter',
  followUps: 'FollowUpFilter',
  venues: 'VenueFilter',
  treatments: 'TreatmentFilter',
  bookings: 'BookingFilter',
  apiKeys: 'ApiKeyFilter',
  auditLog: 'AuditEntryFilter',
  users: 'UserFilter',
  storedOperations: 'StoredOperationFilter',
  requests: 'RequestFilter',
} as const;

/** Inputs and arguments that are tried here one by one. */
const single = [
  ...['Query.statistics(from)', 'Query.statistics(to)', 'Venue.availability(from)', 'Venue.availability(to)'],
  ...['Query.availability(from)', 'Query.availability(to)'],
  ...['CreateApiKeyInput.expiresAt', 'UpdateApiKeyInput.expiresAt', 'CreateBookingInput.startsAt'],
  ...['CreateFollowUpInput.dueAt', 'RescheduleFollowUpInput.dueAt'],
  ...['Query.mayHaveRead(from)', 'Query.mayHaveRead(to)'],
  ...['usage', 'usedOperations', 'scopeUse', 'recordsRead'].flatMap((field) => [
    `ApiKey.${field}(from)`,
    `ApiKey.${field}(to)`,
  ]),
];

describeEachEngine('The first and the last instants', (engine) => {
  let house: TestHouse;
  let desk: Desk;
  let owner: Caller;
  let venueId: string;
  let apiKeyId: string;
  let customerId: string;
  let treatmentId: string;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    const workspace = await house.workspace();
    desk = await openDesk(workspace);
    owner = await workspace.owner();
    ({ apiKeyId } = await workspace.key('read:venues'));
    customerId = await workspace.customer();
    venueId = await desk.venue(daily('00:00', '24:00'), 'UTC');
    treatmentId = await desk.treatment(venueId);
  });
  afterAll(() => house.close());

  const isDateTime = (place: GraphQLArgument | GraphQLInputField) =>
    getNamedType(place.type).name === 'DateTime';
  const send = async (query: string, variables: object): Promise<Answer> => {
    const answer = await owner.send(query, { ...variables });
    const codes = answer.errors?.map(({ extensions }) => extensions['code']) ?? [];
    expect([query, variables, answer.status < 500, codes.includes('INTERNAL_SERVER_ERROR')]).toEqual([
      ...[query, variables, true, false],
    ]);
    return answer;
  };
  const expectRefused = ({ status, errors }: Answer) =>
    expect([status, errors?.[0]?.extensions['code']]).toEqual([400, 'BAD_USER_INPUT']);

  it('are tried at every place of the schema that takes an instant', () => {
    const { schema } = house.app.schema;
    const found = Object.values(schema.getTypeMap()).flatMap((type): string[] => {
      if (type.name.startsWith('__') || type.name === 'DateTimeFilter' || !('getFields' in type)) return [];
      const fields = Object.values(type.getFields());
      if (isInputObjectType(type))
        return fields
          .filter((field) => isDateTime(field as GraphQLInputField))
          .map(({ name }) => `${type.name}.${name}`);
      return fields.flatMap((field) =>
        'args' in field
          ? field.args
              .filter(isDateTime)
              .map((argument: GraphQLArgument) => `${type.name}.${field.name}(${argument.name})`)
          : [],
      );
    });
    expect(found.sort()).toEqual([...single].sort());
    const filters = Object.values(schema.getTypeMap()).filter(
      (type) =>
        isInputObjectType(type) &&
        Object.values(type.getFields()).some(({ type: of }) => getNamedType(of).name === 'DateTimeFilter'),
    );
    const known = new Set<string>(Object.values(lists));
    expect(
      filters.map(({ name }) => name).filter((name) => !known.has(name) && name !== 'ReplyFilter'),
    ).toEqual([]);
  });

  it('in filters of every list find what lies between', async () => {
    const { schema } = house.app.schema;
    for (const [list, type] of Object.entries(lists)) {
      const filter = schema.getType(type);
      if (!isInputObjectType(filter)) throw new Error(`There is no ${type}.`);
      const names = Object.values(filter.getFields())
        .filter((field) => getNamedType(field.type).name === 'DateTimeFilter')
        .map(({ name }) => name);
      const query = `query ($f: ${type}) { list: ${list}(filter: $f) { totalCount nodes { __typename } } }`;
      for (const name of names) {
        const totalOf = async (comparison: object) =>
          (await send(query, { f: { [name]: comparison } })).data.list.totalCount as number;
        const all = await totalOf({ neq: null });
        expect(await totalOf({ gte: taken[0], lte: '9999-12-31T23:59:59.999Z' })).toBe(all);
        for (const at of taken)
          for (const op of ['eq', 'neq', 'gt', 'gte', 'lt', 'lte']) await totalOf({ [op]: at });
        for (const at of refused) expectRefused(await send(query, { f: { [name]: { gte: at } } }));
      }
    }
  });

  it('bound statistics in every zone', async () => {
    const query = `query ($from: DateTime!, $to: DateTime!, $bucket: StatisticsBucket!, $zone: String) {
      statistics(from: $from, to: $to, bucket: $bucket, timezone: $zone) {
        customers { created series { start count } } bookings { booked series { start } } followUps { series { start } }
      }
    }`;
    const ranges = [
      ['0001-01-01T00:00:00Z', '0001-03-01T00:00:00Z'],
      ['0000-12-31T12:00:00-12:00', '0001-01-02T00:00:00Z'],
      ['9999-11-01T00:00:00Z', '9999-12-31T23:59:59.999Z'],
      ['9999-12-31T23:59:59.998Z', '9999-12-31T23:59:59.999Z'],
    ] as const;
    for (const zone of zones)
      for (const bucket of buckets)
        for (const [from, to] of ranges) {
          const { status, data } = await send(query, { from, to, bucket, zone });
          expect([zone, bucket, from, status]).toEqual([zone, bucket, from, 200]);
          const starts = (data.statistics.customers.series as { start: string }[]).map(({ start }) => start);
          expect(starts.every((start) => /^(0001|9999)-/.test(start))).toBe(true);
          expect(starts).toEqual([...starts].sort());
        }
    for (const at of refused)
      expectRefused(await send(query, { from: at, to: taken.at(-1), bucket: 'DAY', zone: 'UTC' }));
  });

  it('bound what is recorded of a key', async () => {
    const query = `query ($id: ID!, $from: DateTime!, $to: DateTime!) {
      apiKey(id: $id) {
        usage(from: $from, to: $to, bucket: DAY) { start }
        usedOperations(first: 1, from: $from, to: $to) { nodes { requests } }
        scopeUse(from: $from, to: $to) { unused }
        recordsRead(from: $from, to: $to) { type }
      }
      mayHaveRead(apiKeyId: $id, recordId: "cus_06gzr9m4sssrzer5sxbt3mnrd0", from: $from, to: $to) { answer }
    }`;
    for (const [from, to] of [
      ['0001-01-01T00:00:00Z', '0001-03-01T00:00:00Z'],
      ['9999-11-01T00:00:00Z', '9999-12-31T23:59:59.999Z'],
    ])
      expect((await send(query, { id: apiKeyId, from, to })).status).toBe(200);
    for (const at of refused) expectRefused(await send(query, { id: apiKeyId, from: at, to: taken.at(-1) }));
  });

  it('bound availability in every zone, and what is booked there is not free', async () => {
    const query =
      'query ($id: ID!, $from: DateTime!, $to: DateTime!) { venue(id: $id) { availability(from: $from, to: $to) { startsAt endsAt } } availability(venueId: $id, from: $from, to: $to) { startsAt endsAt } }';
    const update = 'mutation ($i: UpdateVenueInput!) { updateVenue(input: $i) { userErrors { code } } }';
    const to = '9999-12-31T23:59:59.999Z';
    const startsAt = '9999-12-31T20:00:00.000Z';
    expect(await desk.book({ venueId, customerId, treatmentId, startsAt })).toBe('done');
    const offered = await desk.free(venueId, '9999-12-31T19:00:00Z', to);
    expect(offered.map((slot) => slot.startsAt.slice(11, 13))).toEqual(['19', '21', '22']);
    for (const timezone of zones) {
      await send(update, { i: { id: venueId, timezone } });
      for (const from of ['9999-12-30T23:59:59.999Z', '9999-12-25T00:00:00Z', '9999-12-31T09:59:59-14:00'])
        expect((await send(query, { id: venueId, from, to })).status).toBe(200);
      expect(
        (await send(query, { id: venueId, from: taken[0], to: '0001-01-31T00:00:00Z' })).data.venue
          .availability,
      ).toEqual([]);
    }
    for (const at of refused)
      expectRefused(await send(query, { id: venueId, from: '9999-12-25T00:00:00Z', to: at }));
  });

  it('are refused or stored by mutations, and read back', async () => {
    const followUp =
      'mutation ($i: CreateFollowUpInput!) { createFollowUp(input: $i) { followUp { id dueAt } userErrors { code } } }';
    const putOff =
      'mutation ($i: RescheduleFollowUpInput!) { rescheduleFollowUp(input: $i) { followUp { dueAt } userErrors { code } } }';
    const createKey =
      'mutation ($i: CreateApiKeyInput!) { createApiKey(input: $i) { apiKey { id expiresAt } userErrors { code } } }';
    const updateKey =
      'mutation ($i: UpdateApiKeyInput!) { updateApiKey(input: $i) { apiKey { expiresAt } userErrors { code } } }';
    const utc = (at: string) => new Date(at.replace('T12:00-', 'T12:00:00-')).toISOString();
    for (const dueAt of taken) {
      const { data } = await send(followUp, { i: { customerId, note: 'N', dueAt } });
      expect(data.createFollowUp).toMatchObject({ followUp: { dueAt: utc(dueAt) }, userErrors: [] });
      const again = await send(putOff, { i: { id: data.createFollowUp.followUp.id, dueAt: taken.at(-1) } });
      expect(again.data.rescheduleFollowUp.followUp.dueAt).toBe('9999-12-31T23:59:59.999Z');
      const made = await send(createKey, { i: { label: 'K', scopes: ['read:customers'], expiresAt: dueAt } });
      const isFuture = utc(dueAt) > '2026';
      expect([dueAt, made.data.createApiKey.userErrors.length]).toEqual([dueAt, isFuture ? 0 : 1]);
      if (!isFuture) continue;
      expect(made.data.createApiKey.apiKey.expiresAt).toBe(utc(dueAt));
      await send(updateKey, { i: { id: made.data.createApiKey.apiKey.id, expiresAt: taken.at(-1) } });
    }
    const booking = { venueId, customerId, treatmentId: await desk.treatment(venueId, 1_440) };
    const book = 'mutation ($i: CreateBookingInput!) { createBooking(input: $i) { userErrors { code } } }';
    for (const startsAt of taken) await send(book, { i: { ...booking, startsAt } });
    for (const at of refused) {
      expectRefused(await send(followUp, { i: { customerId, note: 'N', dueAt: at } }));
      expectRefused(await send(createKey, { i: { label: 'K', scopes: ['read:customers'], expiresAt: at } }));
      expectRefused(await send(book, { i: { ...booking, startsAt: at } }));
    }
  });
});
