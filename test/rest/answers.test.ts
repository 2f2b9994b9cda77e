// The form of answers: what each case of success and refusal answers, with which status and headers.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeIsAway } from '../../src/db/store/store-failure.ts';
import { describeEachEngine } from '../support/engines.ts';
import { openTestHouse, type TestHouse, type TestWorkspace } from '../support/house.ts';
import { withOtherSecret } from '../support/keys.ts';
import { restOf, type Rest, type RestAnswer, type RestRequest } from './support/rest.ts';

/** The parts of a refusal that are always there. */
const refusal = (error: string, code: string) => ({
  ...{ error, code },
  detail: expect.stringMatching(/.\.$/),
  request_id: expect.any(String),
});

const fieldsOf = ({ body }: RestAnswer) =>
  (body.fields as { field: string; code: string }[]).map(({ field, code }) => [field, code]);

describeEachEngine('Answers', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let rest: Rest;
  let isAway = false;
  beforeAll(async () => {
    const onStatement = () => {
      if (isAway) throw storeIsAway();
    };
    house = await openTestHouse(engine, { database: { onStatement } });
    workspace = await house.workspace();
    rest = restOf(house.app, (await workspace.key(...house.app.scopes.dataScopes)).secret);
  });
  afterAll(() => house.close());
  const newCustomer = async (name = 'Ada'): Promise<{ id: string; version: number }> =>
    (await rest('POST', '/customers', { body: { name } })).body.data;

  describe('of success', () => {
    it('have the headers of every answer, and say that they are JSON', async () => {
      const { status, headers } = await rest('GET', '/customers', { headers: { 'x-request-id': 'mine' } });
      expect([status, headers['content-type'], headers['x-request-id']]).toEqual([
        200,
        'application/json; charset=utf-8',
        'mine',
      ]);
      for (const name of [
        'x-ratelimit-limit',
        'x-ratelimit-remaining',
        'x-ratelimit-reset',
        'x-content-type-options',
      ])
        expect(headers).toHaveProperty(name);
      expect(headers['cache-control']).toBe('no-store');
    });

    it('lead through a list, page by page, by next_cursor and by Link alike', async () => {
      const own = await house.workspace();
      for (const name of ['A', 'B', 'C']) await own.customer({ name });
      const list = restOf(house.app, (await own.key('read:customers')).secret);
      const names: string[] = [];
      let path: string | undefined = '/customers?limit=2&search=';
      for (let pages = 0; path && pages < 5; pages += 1) {
        const { body, headers }: RestAnswer = await list('GET', path);
        names.push(...body.data.map(({ name }: { name: string }) => name));
        const link: string | undefined = /^<\/api\/v1(.*)>; rel="next"$/.exec(String(headers['link']))?.[1];
        expect([body.has_more, body.next_cursor !== null]).toEqual([link !== undefined, link !== undefined]);
        if (link) expect(new URLSearchParams(link.split('?')[1]).get('cursor')).toBe(body.next_cursor);
        path = link;
      }
      expect(names.sort()).toEqual(['A', 'B', 'C']);
    });

    it('have an ETag where there is a version, and are 304 for who has it already', async () => {
      const { id } = await newCustomer();
      const path = `/customers/${id}`;
      expect((await rest('GET', path)).headers['etag']).toBe('"1"');
      const known = (tags: string) => rest('GET', path, { headers: { 'if-none-match': tags } });
      for (const tags of ['"1"', 'W/"1"', '"0", "1"', '*'])
        expect(await known(tags)).toMatchObject({ status: 304, text: '', headers: { etag: '"1"' } });
      expect((await known('"2"')).status).toBe(200);
      expect((await rest('GET', '/customers')).headers).not.toHaveProperty('etag');
    });

    it('are the same for the same Idempotency-Key, which does the work once', async () => {
      const once = (name: string) =>
        rest('POST', '/customers', { body: { name }, headers: { 'idempotency-key': `k-${engine}` } });
      const [first, second] = [await once('Once'), await once('Once')];
      expect([first.status, second.status]).toEqual([201, 201]);
      expect(second.body.data.id).toBe(first.body.data.id);
      expect(await once('Other')).toMatchObject({
        status: 422,
        body: refusal('Idempotency key reused', 'IDEMPOTENCY_MISMATCH'),
      });
    });
  });

  describe('to what is wrong with the values are 400 and name each of them', () => {
    const refuse = async (...request: Parameters<Rest>) => {
      const answer = await rest(...request);
      expect(answer).toMatchObject({ status: 400, body: refusal('Bad request', answer.body.code as string) });
      return answer;
    };

    it('in a body', async () => {
      const fields = async (body: unknown) => fieldsOf(await refuse('POST', '/customers', { body }));
      expect(await fields({})).toEqual([['name', 'REQUIRED']]);
      expect(await fields({ name: null })).toEqual([['name', 'REQUIRED']]);
      expect(await fields({ name: 5, tags: 'x', venueIds: [] })).toEqual([
        ['name', 'INVALID'],
        ['tags', 'INVALID'],
        ['venueIds', 'UNKNOWN'],
      ]);
      expect(await fields({ name: 'x', tags: ['a', 5] })).toEqual([['tags.1', 'INVALID']]);
      expect(await fields({ name: 'x', input: {}, id: 'cus_1' })).toEqual([
        ['input', 'UNKNOWN'],
        ['id', 'UNKNOWN'],
      ]);
      expect(await fields([])).toEqual([['', 'INVALID']]);
      // What the service finds: by the same names.
      expect(await fields({ name: '', email: 'no' })).toEqual([
        ['name', 'REQUIRED'],
        ['email', 'INVALID'],
      ]);
      const { body } = await refuse('POST', '/customers', { body: { name: '', email: 'no' } });
      expect(body.detail).toBe('"name" must not be empty. "email" is not an e-mail address.');
    });

    it('in lists of objects, by their place', async () => {
      const bulk = { customers: [{ name: 'a' }, { name: 'b', venueIds: [] }, { email: 'x' }] };
      expect(fieldsOf(await refuse('POST', '/customers/bulk', { body: bulk }))).toEqual([
        ['customers.1.venueIds', 'UNKNOWN'],
        ['customers.2.name', 'REQUIRED'],
      ]);
      const wrong = { customers: [{ name: 'a' }, { name: 'b', email: 'no' }] };
      expect(fieldsOf(await refuse('POST', '/customers/bulk', { body: wrong }))).toEqual([
        ['customers.1.email', 'INVALID'],
      ]);
    });

    it('in a query', async () => {
      const fields = async (path: string) => fieldsOf(await refuse('GET', path));
      expect(await fields('/customers?limit=500')).toEqual([['limit', 'INVALID']]);
      expect(await fields('/customers?limit=0')).toEqual([['limit', 'INVALID']]);
      for (const limit of ['9'.repeat(40), '1e3', '-', '2147483648', '5.5', 'NaN'])
        expect([limit, await fields(`/customers?limit=${limit}`)]).toEqual([limit, [['limit', 'INVALID']]]);
      expect(await fields('/customers?cursor=nothing')).toEqual([['cursor', 'INVALID']]);
      expect(await fields('/customers?first=2&limit=2&limit=3')).toEqual([
        ['limit', 'INVALID'],
        ['first', 'UNKNOWN'],
      ]);
      expect(await fields('/inquiries?status=OPEN,open')).toEqual([['status', 'INVALID']]);
      expect(await fields('/customers?updated_since=yesterday')).toEqual([['updated_since', 'INVALID']]);
      expect(await fields('/customers?all=true')).toEqual([['all', 'UNKNOWN']]);
      const detail = async (path: string) => (await refuse('GET', path)).body.detail;
      expect(await detail('/customers?all=true')).toBe(
        '"all" needs Accept: text/csv or application/x-ndjson.',
      );
      expect(await detail('/me?all=true')).toBe(
        '"all" is no query parameter of this endpoint. It takes none.',
      );
      expect(await detail('/followups?due_before=2026-12-01T00:00:00+01:00')).toMatch(
        /^"due_before" must be an instant .* \(write \+ as %2B\)\.$/,
      );
      expect(await detail('/followups?due_before=tomorrow')).not.toContain('%2B');
      expect(await detail('/inquiries?status=FOO,BAR')).toMatch(/^"status" must be one of [A-Z, ]+\.$/);
      const { id } = await newCustomer();
      expect(fieldsOf(await refuse('PATCH', `/customers/${id}?name=x`, { body: {} }))).toEqual([
        ['name', 'UNKNOWN'],
      ]);
    });

    it('in a cursor that was made for another list', async () => {
      await newCustomer('A');
      await newCustomer('B');
      const { next_cursor: cursor } = (await rest('GET', '/customers?limit=1')).body;
      expect((await rest('GET', `/customers?limit=1&cursor=${cursor}`)).status).toBe(200);
      const venueId = await workspace.venue();
      for (const path of [
        `/customers?name=x&cursor=${cursor}`,
        `/venues/${venueId}/customers?cursor=${cursor}`,
      ])
        expect(fieldsOf(await refuse('GET', path))).toEqual([['cursor', 'INVALID']]);
    });

    it('in a body of nothing but wrong names: the first twenty, each cut short', async () => {
      const names = Array.from({ length: 2_000 }, (_, index) => `${'n'.repeat(100)}${index}`);
      const wrong = Object.fromEntries(names.map((name) => [name, 1]));
      for (const [path, body] of [
        ['/customers', { name: 'x', ...wrong }],
        ['/customers/bulk', { customers: [{ name: 'x', ...wrong }] }],
      ] as const) {
        const answer = await refuse('POST', path, { body });
        expect(answer.body.fields).toHaveLength(20);
        expect(answer.text.length).toBeLessThan(10_000);
      }
    });

    it('in a body that is no JSON', async () => {
      for (const raw of ['{', '{"name":"x",}', "{'name':'x'}", '{"name":"x"} x', '{"__proto__":{}}'])
        expect((await refuse('POST', '/customers', { raw })).body.detail).toBe('The body is not valid JSON.');
    });
  });

  describe('to a caller who may not', () => {
    it('are 401 for no credential, a wrong, an unknown and a revoked one, whatever else is wrong', async () => {
      const key = await workspace.key('read:customers');
      for (const secret of [null, 'lk_live_nonsense', withOtherSecret(key)]) {
        const answer = await restOf(house.app, secret)('POST', '/customers?x=1', { body: { nmae: 1 } });
        expect(answer).toMatchObject({
          status: 401,
          body: refusal('Invalid or revoked API key', 'UNAUTHENTICATED'),
        });
        expect(answer.headers['www-authenticate']).toMatch(/^Bearer /);
      }
    });

    it('are 403 with the scopes that are missing, and nothing was done', async () => {
      const key = restOf(house.app, (await workspace.key('read:venues')).secret);
      expect(await key('GET', '/customers')).toMatchObject({
        status: 403,
        body: { ...refusal('Insufficient scope', 'FORBIDDEN'), missing: ['read:customers'] },
      });
      const name = `Never ${engine}`;
      expect(await key('POST', '/customers', { body: { name } })).toMatchObject({
        status: 403,
        body: { missing: ['write:customers'] },
      });
      expect((await rest('GET', `/customers?name=${encodeURIComponent(name)}`)).body.data).toEqual([]);
    });

    it('are 404 for what is not there, is of another workspace, and is to be written to', async () => {
      const other = await (await house.workspace()).customer();
      for (const id of [other, 'cus_nothing', 'x', '%2F', '..%2f..'])
        for (const request of [
          ['GET', {}],
          ['PATCH', { body: { city: 'x' } }],
        ] as const)
          expect(await rest(request[0], `/customers/${id}`, request[1])).toMatchObject({
            status: 404,
            body: refusal('Not found', 'NOT_FOUND'),
          });
      const body = { customer_id: other, subject: 'S', body: 'B', channel: 'WEB' };
      const answer = await rest('POST', '/inquiries', { body });
      expect([answer.status, fieldsOf(answer)]).toEqual([404, [['customer_id', 'NOT_FOUND']]]);
    });
  });

  it('to a version that is not there any more are 412, and the write is not done', async () => {
    const { id } = await newCustomer();
    const change = (tags: string, city = 'x') =>
      rest('PATCH', `/customers/${id}`, { body: { city }, headers: { 'if-match': tags } });
    expect(await change('"1"')).toMatchObject({ status: 200, headers: { etag: '"2"' } });
    // A weak ETag never matches, nor one that this server did not make.
    for (const tags of ['"1"', 'W/"2"', '"two"'])
      expect(await change(tags, tags)).toMatchObject({
        status: 412,
        body: {
          ...refusal('Precondition failed', 'CONFLICT'),
          fields: [{ field: 'If-Match', code: 'CONFLICT' }],
        },
      });
    expect(fieldsOf(await change('"1", "2"'))).toEqual([['If-Match', 'INVALID']]);
    const bare = await change('2', 'bare');
    expect([bare.status, fieldsOf(bare)]).toEqual([400, [['If-Match', 'INVALID']]]);
    expect(bare.body.detail).toContain('write it as "2"');
    expect((await rest('GET', `/customers/${id}`)).body.data).toMatchObject({ city: 'x', version: 2 });
    expect((await change('*', 'y')).status).toBe(200);
    expect((await change(' * ', 'z')).status).toBe(200);
    expect(fieldsOf(await change('*, "3"', 'never'))).toEqual([['If-Match', 'INVALID']]);
    expect((await rest('GET', `/customers/${id}`)).body.data).toMatchObject({ city: 'z', version: 4 });
    const headers = { 'if-match': '*' };
    expect((await rest('PATCH', '/customers/cus_none', { body: { city: 'x' }, headers })).status).toBe(404);
    // Where there is no version to compare with, a condition that would protect nothing is refused.
    const created = await rest('POST', '/customers', { body: { name: 'x' }, headers: { 'if-match': '"1"' } });
    expect([created.status, fieldsOf(created)]).toEqual([400, [['If-Match', 'UNKNOWN']]]);
    // It holds for any version, and so for none.
    const any = await rest('POST', '/customers', { body: { name: 'Any' }, headers: { 'if-match': '*' } });
    expect(any.status).toBe(201);
  });

  it('of statistics say that one scope is enough, unless another one is missing too', async () => {
    const other = restOf(house.app, (await workspace.key('read:treatments')).secret);
    const path = '/statistics?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z';
    const refused = await other('GET', path);
    expect([refused.status, refused.body.missing.length]).toEqual([403, 4]);
    expect(refused.body.detail).toContain('Any one of them is enough');
    const narrowed = await other('GET', `${path}&venue_ids=${await workspace.venue()}`);
    expect(narrowed.body.missing).toContain('read:venues');
    expect(narrowed.body.detail).not.toContain('Any one');
  });

  it('to a time that is taken are 409, and to what its state does not allow', async () => {
    const own = await house.workspace();
    const venueId = await own.venue();
    const key = restOf(house.app, (await own.key(...house.app.scopes.dataScopes)).secret);
    await key('PATCH', `/venues/${venueId}`, {
      body: { opening_hours: [{ weekday: 'MONDAY', opens: '09:00', closes: '18:00' }] },
    });
    const treatment = {
      venue_id: venueId,
      name: 'Cut',
      duration_minutes: 60,
      price_cents: 1,
      currency: 'EUR',
    };
    const { id: treatmentId } = (await key('POST', '/treatments', { body: treatment })).body.data;
    const body = {
      ...{ venue_id: venueId, treatment_id: treatmentId, customer_id: await own.customer() },
      starts_at: '2026-06-08T08:00:00Z',
    };
    expect((await key('POST', '/bookings', { body })).status).toBe(201);
    const again = await key('POST', '/bookings', { body });
    expect([again.status, again.body, fieldsOf(again)]).toEqual([
      409,
      expect.objectContaining(refusal('Conflict', 'TAKEN')),
      [['starts_at', 'TAKEN']],
    ]);
    const followUp = { customer_id: body.customer_id, note: 'n', due_at: '2026-07-01T00:00:00Z' };
    const { id } = (await key('POST', '/followups', { body: followUp })).body.data;
    await key('POST', `/followups/${id}/complete`);
    expect(
      await key('PATCH', `/followups/${id}`, { body: { due_at: '2026-07-02T00:00:00Z' } }),
    ).toMatchObject({
      status: 409,
      body: refusal('Not allowed', 'NOT_ALLOWED'),
    });
  });

  it('over a limit are 429 with Retry-After', async () => {
    const limited = await openTestHouse(engine, {
      sharing: house,
      env: { RATE_LIMIT_REQUESTS_PER_MINUTE: '2' },
    });
    const key = restOf(limited.app, (await workspace.key('read:customers')).secret);
    await key('GET', '/customers');
    await key('GET', '/customers');
    const { status, body, headers } = await key('GET', '/customers');
    expect([status, body, headers['retry-after']]).toEqual([
      429,
      expect.objectContaining(refusal('Too many requests', 'RATE_LIMITED')),
      expect.stringMatching(/^[1-9]\d*$/),
    ]);
    await limited.close();
  });

  it('while the store is away are 503 with Retry-After', async () => {
    isAway = true;
    const { status, body, headers } = await rest('GET', '/customers');
    isAway = false;
    expect([status, body, headers['retry-after']]).toEqual([
      503,
      expect.objectContaining(refusal('Service unavailable', 'SERVICE_UNAVAILABLE')),
      expect.stringMatching(/^[1-9]\d*$/),
    ]);
  });

  it('are problems (RFC 9457) with the same facts for who asks for them by name', async () => {
    const key = restOf(house.app, (await workspace.key('read:venues')).secret);
    const ask = (accept: string, request: RestRequest = {}) =>
      key('GET', '/customers', { ...request, headers: { accept } });
    const problem = await ask('application/problem+json, application/json;q=0.5');
    expect(problem.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(JSON.parse(problem.text)).toMatchObject({
      ...{ type: 'about:blank', title: 'Insufficient scope', status: 403, missing: ['read:customers'] },
      ...{ detail: expect.any(String), code: 'FORBIDDEN', request_id: expect.any(String) },
    });
    for (const accept of ['*/*', 'application/*', 'application/json', 'application/problem+json;q=0, */*'])
      expect((await ask(accept)).headers['content-type']).toBe('application/json; charset=utf-8');
    // Also before it is known who calls.
    const early = await restOf(house.app, null)('GET', '/nowhere', {
      headers: { accept: 'application/problem+json' },
    });
    expect([early.status, JSON.parse(early.text)]).toEqual([
      404,
      expect.objectContaining({ title: 'Not found' }),
    ]);
  });
});
