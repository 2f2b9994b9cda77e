// Every endpoint does what its operation does: with a key that has the scope of its contract and nothing else, and with one
// that may read what it wrote.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeEachEngine } from '../support/engines.ts';
import { openTestHouse, type TestHouse, type TestWorkspace } from '../support/house.ts';
import { keyAdmin } from '../support/keys.ts';
import { operationsOf } from '../features/operations/support.ts';
import { ownerRest, restOf, type Rest, type RestAnswer } from './support/rest.ts';

/** `data` of an answer that must be a success. */
function dataOf({ status, body }: RestAnswer, expected = 200) {
  expect([status, body]).toEqual([expected, expect.objectContaining({ success: true })]);
  return body.data;
}

describeEachEngine('Endpoints', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let full: Rest;
  let venueId: string;
  let customerId: string;
  const only = async (...scopes: string[]) => restOf(house.app, (await workspace.key(...scopes)).secret);
  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    full = await only(...house.app.scopes.dataScopes);
    venueId = dataOf(
      await full('POST', '/venues', {
        body: {
          name: 'North',
          timezone: 'Europe/Berlin',
          opening_hours: [{ weekday: 'MONDAY', opens: '09:00', closes: '18:00' }],
        },
      }),
      201,
    ).id;
    customerId = dataOf(
      await full('POST', '/customers', {
        body: { name: 'Ada', email: 'ada@x.example', venue_ids: [venueId] },
      }),
      201,
    ).id;
  });
  afterAll(() => house.close());

  it('of customers: list with filters and search, one, create, change, many', async () => {
    const created = dataOf(
      await full('POST', '/customers', { body: { name: 'Bob', city: 'Bonn', tags: ['a'] } }),
      201,
    );
    expect(created).toEqual({
      ...{ id: expect.stringMatching(/^cus_/), name: 'Bob', city: 'Bonn', tags: ['a'], version: 1 },
      ...{ email: null, phone: null, notes: null },
      ...{ created_at: expect.any(String), updated_at: expect.any(String) },
    });
    expect(dataOf(await full('GET', `/customers/${created.id}`))).toEqual(created);
    const named = async (query: string) =>
      dataOf(await full('GET', `/customers?${query}`)).map(({ name }: { name: string }) => name);
    expect(await named('search=bo')).toEqual(['Bob']);
    expect(await named('city=bonn')).toEqual(['Bob']);
    expect(await named('email=ADA%40x.example')).toEqual(['Ada']);
    expect(await named(`venue_id=${venueId}`)).toEqual(['Ada']);
    expect(await named('created_since=2030-01-01T00:00:00Z')).toEqual([]);
    const changed = dataOf(
      await full('PATCH', `/customers/${created.id}`, { body: { city: null, phone: '1234' } }),
    );
    expect(changed).toMatchObject({ name: 'Bob', city: null, phone: '1234', tags: ['a'], version: 2 });
    const many = dataOf(
      await full('POST', '/customers/bulk', {
        body: { customers: [{ name: 'C' }, { name: 'D', venue_ids: [venueId] }] },
      }),
      201,
    );
    expect(many).toMatchObject({
      ids: [expect.any(String), expect.any(String)],
      customers: [{ name: 'C' }, { name: 'D' }],
    });
  });

  it('of inquiries: create, list, one with its replies, reply, status', async () => {
    const body = {
      customer_id: customerId,
      venue_id: venueId,
      subject: 'Hours',
      body: 'When?',
      channel: 'EMAIL',
    };
    const { id } = dataOf(await full('POST', '/inquiries', { body }), 201);
    const reply = dataOf(await full('POST', `/inquiries/${id}/replies`, { body: { body: 'At nine.' } }), 201);
    expect(reply).toMatchObject({
      id: expect.stringMatching(/^rep_/),
      body: 'At nine.',
      author_kind: 'API_KEY',
    });
    expect(dataOf(await full('GET', `/inquiries/${id}`))).toMatchObject({
      ...{ status: 'ANSWERED', customer: { id: customerId, name: 'Ada' }, venue: { id: venueId } },
      replies: { total: 1, items: [{ body: 'At nine.' }] },
    });
    expect(dataOf(await full('PATCH', `/inquiries/${id}`, { body: { status: 'CLOSED' } })).status).toBe(
      'CLOSED',
    );
    expect(dataOf(await full('GET', '/inquiries?status=OPEN,WAITING'))).toEqual([]);
    expect(dataOf(await full('GET', `/inquiries?status=CLOSED&customer_id=${customerId}`))).toHaveLength(1);
  });

  it('of follow-ups: create, list, move, complete', async () => {
    const body = { customer_id: customerId, note: 'Call', due_at: '2026-07-01T09:00:00Z' };
    const { id, version } = dataOf(await full('POST', '/followups', { body }), 201);
    const moved = await full('PATCH', `/followups/${id}`, {
      body: { due_at: '2026-07-02T09:00:00Z' },
      headers: { 'if-match': `"${version}"` },
    });
    expect(dataOf(moved)).toMatchObject({ due_at: '2026-07-02T09:00:00.000Z', version: version + 1 });
    expect(dataOf(await full('GET', '/followups?due_before=2026-07-03T00:00:00Z'))).toHaveLength(1);
    expect(dataOf(await full('GET', '/followups?due_before=2026-07-01T00:00:00Z'))).toEqual([]);
    expect(dataOf(await full('POST', `/followups/${id}/complete`))).toMatchObject({ status: 'DONE' });
    expect(dataOf(await full('GET', '/followups?status=OPEN'))).toEqual([]);
  });

  it('of venues, treatments and bookings', async () => {
    expect(dataOf(await full('GET', `/venues/${venueId}`)).opening_hours).toEqual([
      { weekday: 'MONDAY', opens: '09:00', closes: '18:00' },
    ]);
    expect(dataOf(await full('PATCH', `/venues/${venueId}`, { body: { city: 'Kiel' } })).city).toBe('Kiel');
    expect(dataOf(await full('GET', '/venues?name=nor'))).toMatchObject([{ id: venueId }]);
    const made = { venue_id: venueId, name: 'Cut', duration_minutes: 60, price_cents: 4000, currency: 'EUR' };
    const treatment = dataOf(await full('POST', '/treatments', { body: made }), 201);
    const dearer = await full('PATCH', `/treatments/${treatment.id}`, { body: { price_cents: 5000 } });
    expect(dataOf(dearer)).toMatchObject({ price_cents: 5000, duration_minutes: 60 });
    expect(dataOf(await full('GET', `/venues/${venueId}/treatments`))).toMatchObject([{ name: 'Cut' }]);
    const range = 'from=2026-06-08T00:00:00Z&to=2026-06-09T00:00:00Z';
    const slots = dataOf(await full('GET', `/venues/${venueId}/availability?${range}`));
    expect(slots[0]).toMatchObject({ starts_at: '2026-06-08T07:00:00.000Z', treatment: { name: 'Cut' } });
    const booked = dataOf(
      await full('POST', '/bookings', {
        body: {
          venue_id: venueId,
          treatment_id: treatment.id,
          customer_id: customerId,
          starts_at: slots[0].starts_at,
        },
      }),
      201,
    );
    expect(booked).toMatchObject({ status: 'BOOKED', customer: { id: customerId } });
    const ofCustomer = `/venues/${venueId}/customers/${customerId}/bookings`;
    for (const path of [`/venues/${venueId}/bookings`, ofCustomer])
      expect(dataOf(await full('GET', path))).toMatchObject([{ id: booked.id }]);
    expect(dataOf(await full('POST', `/bookings/${booked.id}/cancel`))).toMatchObject({
      status: 'CANCELLED',
    });
    expect(dataOf(await full('GET', `${ofCustomer}?status=BOOKED`))).toEqual([]);
  });

  it('of statistics, with the sections that the scopes open', async () => {
    const path = '/statistics?from=2026-06-01T00:00:00Z&to=2026-06-08T00:00:00Z&bucket=WEEK';
    expect(Object.keys(dataOf(await full('GET', path)))).toEqual([
      'customers',
      'inquiries',
      'follow_ups',
      'bookings',
    ]);
    const narrow = await only('read:customers', 'read:bookings');
    expect(Object.keys(dataOf(await narrow('GET', path)))).toEqual(['customers', 'bookings']);
    expect(await narrow('GET', `${path}&venue_ids=${venueId}`)).toMatchObject({
      status: 403,
      body: { missing: ['read:venues'] },
    });
    expect(await (await only('write:customers'))('GET', path)).toMatchObject({
      status: 403,
      body: { missing: ['read:bookings', 'read:customers', 'read:followups', 'read:inquiries'] },
    });
  });

  it('for every key: an access-check that repeats the names of a document as they were sent', async () => {
    const key = await only('read:customers');
    const { status, body } = await key('POST', '/access-check', {
      body: { document: '{ customers { fooBar } }' },
    });
    expect([status, body.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
    expect(body.detail).toContain('"fooBar" on type "CustomerConnection"');
  });

  it('for every key: me, scopes, access-check', async () => {
    const key = await only('read:customers');
    expect(dataOf(await key('GET', '/me'))).toMatchObject({
      ...{ kind: 'API_KEY', scopes: ['read:customers'], user: null },
      api_key: { name: 'test', key_prefix: expect.stringMatching(/^lk_live_/), status: 'ACTIVE' },
    });
    expect(dataOf(await key('GET', '/scopes')).map(({ name }: { name: string }) => name)).toContain(
      'read:customers',
    );
    const document = '{ customers { nodes { id } } venues { nodes { id } } }';
    expect(dataOf(await key('POST', '/access-check', { body: { document } }))).toMatchObject({
      allowed: false,
      missing_scopes: ['read:venues'],
    });
  });

  it('of keys, for a signed-in owner and for no key', async () => {
    const owner = await ownerRest(house, workspace);
    const made = dataOf(await owner('POST', '/api-keys', { body: { name: 'Site', preset: 'READ' } }), 201);
    expect(made).toMatchObject({
      ...{ name: 'Site', is_active: true, last_used_at: null, key: expect.stringMatching(/^lk_live_/) },
      ...{ key_prefix: made.key.slice(0, 20), created_at: expect.any(String) },
    });
    expect(made).toHaveProperty('warning');
    const listed = await owner('GET', '/api-keys?limit=1');
    expect(listed.body).toMatchObject({
      ...{ success: true, data: { api_keys: [{ id: made.id }] }, has_more: true },
      next_cursor: expect.any(String),
    });
    const path = `/api-keys/${made.id}`;
    expect(dataOf(await owner('GET', path))).not.toHaveProperty('key');
    expect(dataOf(await owner('PATCH', path, { body: { name: 'Page' } })).name).toBe('Page');
    const site = restOf(house.app, made.key);
    expect((await site('GET', '/me')).status).toBe(200);
    expect(dataOf(await owner('POST', `${path}/disable`)).is_active).toBe(false);
    expect(await site('GET', '/me')).toMatchObject({ status: 401, body: { reason: 'KEY_DISABLED' } });
    expect(dataOf(await owner('POST', `${path}/enable`)).is_active).toBe(true);
    const rotated = dataOf(await owner('POST', `${path}/rotate`, { body: { overlap_seconds: 60 } }));
    // The old secret is still the one in use.
    expect(rotated.key.startsWith(`${rotated.key_prefix}_`)).toBe(true);
    expect((await restOf(house.app, rotated.key)('GET', '/me')).status).toBe(200);
    const regenerated = dataOf(await owner('POST', `${path}/regenerate`));
    expect((await restOf(house.app, rotated.key)('GET', '/me')).status).toBe(401);
    const last = restOf(house.app, regenerated.key);
    expect((await last('GET', '/me')).status).toBe(200);
    expect(dataOf(await owner('DELETE', path))).toMatchObject({
      id: made.id,
      is_active: false,
      status: 'REVOKED',
    });
    expect(await last('GET', '/me')).toMatchObject({
      status: 401,
      body: { error: 'Invalid or revoked API key', reason: 'KEY_REVOKED' },
    });
    for (const [method, at] of [
      ['GET', '/api-keys'],
      ['POST', '/api-keys'],
      ['DELETE', path],
    ] as const) {
      const body = method === 'POST' ? { body: { name: 'x', preset: 'READ' } } : {};
      expect(await full(method, at, body)).toMatchObject({
        status: 403,
        body: { error: 'Forbidden', code: 'FORBIDDEN', reason: 'ADMIN_ONLY' },
      });
    }
  });

  it('of keys that are pinned to stored operations', async () => {
    const owner = await ownerRest(house, workspace);
    const operations = operationsOf(keyAdmin(house, workspace));
    const ids = [await operations.keep('names', '{ customers { nodes { name } } }')];
    const body = { name: 'Screen', operation_ids: ids };
    const made = dataOf(await owner('POST', '/api-keys', { body }), 201);
    expect(made).toMatchObject({ scopes: ['read:customers'], operations: [{ id: ids[0], name: 'names' }] });
    const screen = restOf(house.app, made.key);
    expect((await screen('GET', '/operations/names')).status).toBe(200);
    expect(await screen('GET', '/me')).toMatchObject({ status: 403, body: { reason: 'KEY_PINNED' } });
    const path = `/api-keys/${made.id}`;
    expect(dataOf(await owner('GET', path)).operations).toEqual(made.operations);
    const freed = await owner('PATCH', path, { body: { operation_ids: null } });
    expect(dataOf(freed).operations).toBeNull();
    expect((await screen('GET', '/me')).status).toBe(200);
    dataOf(await owner('PATCH', path, { body: { operation_ids: ids } }));
    expect((await screen('GET', '/me')).status).toBe(403);
    const unknown = { name: 'Screen', operation_ids: [ids[0], 'opr_nothing'] };
    expect(await owner('POST', '/api-keys', { body: unknown })).toMatchObject({
      status: 404,
      body: { fields: [{ field: 'operation_ids.1', code: 'NOT_FOUND' }] },
    });
  });

  describe('ask for the scope of their contract alone', () => {
    it.each([
      ['read:customers', (id: string) => `/venues/${id}/customers`],
      ['read:treatments', (id: string) => `/venues/${id}/treatments`],
      ['read:bookings', (id: string) => `/venues/${id}/bookings`],
      ['read:bookings', (id: string) => `/venues/${id}/customers/${customerId}/bookings`],
    ])('%s for a list of a venue, and a foreign venue has an empty one', async (scope, pathOf) => {
      const key = await only(scope);
      const other = await (await house.workspace()).venue();
      expect((await key('GET', pathOf(venueId))).status).toBe(200);
      for (const id of [other, 'ven_nothing', '%2F'])
        expect(await key('GET', pathOf(id))).toMatchObject({
          status: 200,
          body: { data: [], next_cursor: null, has_more: false },
        });
    });

    it('read:availability for the free times of a venue, and a foreign venue is not found', async () => {
      const key = await only('read:availability');
      const range = 'from=2026-06-08T00:00:00Z&to=2026-06-09T00:00:00Z';
      const slots = dataOf(await key('GET', `/venues/${venueId}/availability?${range}`));
      expect(Object.keys(slots[0])).toEqual(['starts_at', 'ends_at']);
      const other = await (await house.workspace()).venue();
      expect((await key('GET', `/venues/${other}/availability?${range}`)).status).toBe(404);
    });

    it('read:inquiries for inquiries, without what other scopes open', async () => {
      const [inquiry] = dataOf(await (await only('read:inquiries'))('GET', '/inquiries'));
      expect(inquiry).toHaveProperty('subject');
      expect(inquiry).not.toHaveProperty('customer');
      expect(inquiry).not.toHaveProperty('venue');
    });

    it('write scopes for writes, which then answer the id alone', async () => {
      const key = await only('write:customers', 'write:inquiries', 'write:followups');
      const customer = dataOf(await key('POST', '/customers', { body: { name: 'Form' } }), 201);
      expect(customer).toEqual({ id: expect.stringMatching(/^cus_/) });
      expect(dataOf(await key('PATCH', `/customers/${customer.id}`, { body: { city: 'x' } }))).toEqual(
        customer,
      );
      const body = { customer_id: customer.id, subject: 'S', body: 'B', channel: 'WEB' };
      expect(dataOf(await key('POST', '/inquiries', { body }), 201)).toEqual({
        id: expect.stringMatching(/^inq_/),
      });
      const bulk = await key('POST', '/customers/bulk', { body: { customers: [{ name: 'E' }] } });
      expect(dataOf(bulk, 201)).toEqual({ ids: [expect.stringMatching(/^cus_/)] });
    });
  });

  it('are limited to the venues of a key, also for a customer of another venue', async () => {
    const other = await workspace.venue('South');
    const shared = await workspace.customer({ name: 'Both', venueIds: [venueId, other] });
    const key = restOf(
      house.app,
      (await workspace.venueKey([other], 'read:customers', 'read:bookings')).secret,
    );
    expect(dataOf(await key('GET', `/venues/${other}/customers`))).toMatchObject([{ id: shared }]);
    // The customer is the key's to see; that it belongs to the other venue too is not.
    expect(dataOf(await key('GET', `/venues/${venueId}/customers`))).toEqual([]);
    expect(dataOf(await key('GET', `/venues/${venueId}/bookings`))).toEqual([]);
    expect((await key('GET', `/customers/${customerId}`)).status).toBe(404);
  });

  it('stand below /v1 too', async () => {
    const [long, short] = [
      await full('GET', '/customers?limit=1'),
      await full('GET', '/v1/customers?limit=1'),
    ];
    expect(short.body).toEqual(long.body);
    expect(short.headers['link']).toMatch(/^<\/v1\/customers\?limit=1&cursor=[\w-]+>; rel="next"$/);
  });
});
