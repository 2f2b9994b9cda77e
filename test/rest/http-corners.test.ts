// The corners of HTTP: methods, paths, bodies and Accept as no client of ours would send them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeEachEngine } from '../support/engines.ts';
import { openTestHouse, type KeyCaller, type TestHouse } from '../support/house.ts';
import { restOf, type Rest } from './support/rest.ts';

describeEachEngine('HTTP corners', (engine) => {
  let house: TestHouse;
  let key: KeyCaller;
  let rest: Rest;
  beforeAll(async () => {
    house = await openTestHouse(engine);
    const workspace = await house.workspace();
    key = await workspace.key('read:customers', 'write:customers', 'write:followups');
    rest = restOf(house.app, key.secret);
    await workspace.customer({ name: 'Ada' });
  });
  afterAll(() => house.close());
  const created = (raw: string | Buffer, headers: Record<string, string> = {}) =>
    rest('POST', '/customers', { raw, headers });

  describe('Methods', () => {
    it('HEAD answers as GET does, without its body', async () => {
      for (const path of ['/customers', '/customers/nothing', '/nowhere', '/customers?limit=500']) {
        const [get, head] = [await rest('GET', path), await rest('HEAD', path)];
        expect([path, head.status, head.text]).toEqual([path, get.status, '']);
        expect(head.headers['content-type']).toBe(get.headers['content-type']);
      }
      expect((await rest('HEAD', '/customers', { headers: { accept: 'text/csv' } })).headers).toMatchObject({
        'content-type': 'text/csv; charset=utf-8; header=present',
      });
    });

    it('HEAD has the headers of GET for one thing too, and knows its version', async () => {
      const { id } = (await rest('GET', '/customers')).body.data[0];
      const [get, head] = [await rest('GET', `/customers/${id}`), await rest('HEAD', `/customers/${id}`)];
      expect([head.status, head.text, head.headers['etag']]).toEqual([200, '', get.headers['etag']]);
      expect(head.headers['etag']).toMatch(/^"\d+"$/);
      const headers = { 'if-none-match': String(get.headers['etag']) };
      const known = await rest('HEAD', `/customers/${id}`, { headers });
      expect([known.status, known.text]).toEqual([304, '']);
    });

    it('another one is 405 with those that the path takes', async () => {
      for (const [method, path, allow] of [
        ['PUT', '/customers', 'GET, HEAD, POST'],
        ['DELETE', '/customers/cus_1', 'GET, HEAD, PATCH'],
        ['HEAD', '/access-check', 'POST'],
        ['POST', '/me', 'GET, HEAD'],
      ] as const) {
        const { status, headers, body } = await rest(method, path);
        expect([path, status, headers['allow']]).toEqual([path, 405, allow]);
        if (method !== 'HEAD')
          expect(body).toMatchObject({ error: 'Method not allowed', detail: expect.any(String) });
      }
      const { statusCode, headers } = await house.app.http.inject({
        method: 'TRACE' as 'GET',
        url: '/api/v1/customers',
      });
      expect([statusCode, headers['allow']]).toEqual([405, 'GET, HEAD, POST']);
    });

    it('OPTIONS is answered, and a page of another origin learns which requests it may send', async () => {
      expect((await rest('OPTIONS', '/customers')).status).toBe(204);
      const preflight = await rest('OPTIONS', '/customers/cus_1', {
        headers: {
          ...{ origin: 'http://localhost:3000', 'access-control-request-method': 'PATCH' },
          'access-control-request-headers': 'if-match, idempotency-key',
        },
      });
      expect(preflight).toMatchObject({
        status: 204,
        headers: {
          'access-control-allow-methods': expect.stringContaining('PATCH'),
          'access-control-allow-headers': expect.stringContaining('If-Match'),
        },
      });
    });
  });

  it('OPTIONS where no other origin may call is a method like others', async () => {
    const env = { MODE: 'production', JWT_SECRET: 'x'.repeat(40), KEY_PEPPER: 'y'.repeat(40) };
    const closed = await openTestHouse(engine, { sharing: house, env });
    const ask = restOf(closed.app, null);
    const [known, unknown] = [await ask('OPTIONS', '/customers/bulk'), await ask('OPTIONS', '/nowhere')];
    expect([known.status, known.headers['allow']]).toEqual([405, 'POST']);
    expect([unknown.status, unknown.body.error]).toEqual([404, 'Not found']);
    await closed.close();
  });

  describe('Paths', () => {
    it('where nothing is are 404, in JSON, also for a browser', async () => {
      const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
      for (const path of [
        '',
        '/',
        '/nowhere',
        '/customers/a/b',
        '//customers',
        '/customers//',
        '/Customers',
        '/customers%2Fbulk',
        '/v1',
        '/v1/',
      ])
        expect([path, await rest('GET', path, { headers })]).toEqual([
          path,
          expect.objectContaining({
            status: 404,
            body: expect.objectContaining({
              error: 'Not found',
              code: 'NOT_FOUND',
              request_id: expect.any(String),
            }),
          }),
        ]);
    });

    it('may end in one slash, be written with escapes, and be long', async () => {
      for (const path of ['/customers/', '/%63ustomers', '/v1/customers/'])
        expect([path, (await rest('GET', path)).status]).toEqual([path, 200]);
      expect((await rest('GET', `/customers/${'x'.repeat(250)}`)).status).toBe(404);
      expect((await rest('GET', `/customers/${'x'.repeat(5_000)}`)).status).toBe(400);
      expect((await rest('GET', '/customers/%zz')).status).toBe(400);
      expect((await rest('GET', '/customers/%ff')).status).toBe(400);
      const response = await house.app.http.inject({
        url: '/%61pi/v1/customers',
        headers: { authorization: `Bearer ${key.secret}` },
      });
      expect(response.statusCode).toBe(200);
    });

    it('hold an id as one part, whatever is escaped in it', async () => {
      for (const id of ['%2F', 'a%2Fb', '..%2F..%2Fme', '%00', '%3Flimit=1', '%20', '%E2%98%83'])
        expect([id, (await rest('GET', `/customers/${id}`)).status]).toEqual([id, 404]);
    });
  });

  describe('Queries', () => {
    it('repeat a parameter for a list only', async () => {
      const workspace = await house.workspace();
      const other = restOf(house.app, (await workspace.key('read:inquiries', 'read:customers')).secret);
      expect((await other('GET', '/inquiries?status=OPEN&status=WAITING,CLOSED')).status).toBe(200);
      expect(await other('GET', '/customers?name=a&name=b')).toMatchObject({
        status: 400,
        body: { fields: [{ field: 'name', code: 'INVALID' }] },
      });
    });

    it('leave out what is empty, as a form sends it', async () => {
      expect(
        (await rest('GET', '/customers?search=&limit=&created_since=&cursor=&name=')).body.data,
      ).toHaveLength(1);
    });

    it('are decoded once', async () => {
      expect((await rest('GET', '/customers?name=A%64a')).body.data).toHaveLength(1);
      expect((await rest('GET', '/customers?name=A%2564a')).body.data).toHaveLength(0);
      expect((await rest('GET', '/customers?name=%ff?x=1&?=2')).status).toBe(400);
    });
  });

  describe('Bodies', () => {
    const json = (name: string) => JSON.stringify({ name });

    it('are JSON, said to be JSON', async () => {
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/json; charset=latin1',
      ])
        expect([type, await created(json('x'), { 'content-type': type })]).toEqual([
          type,
          expect.objectContaining({
            status: 415,
            body: expect.objectContaining({
              error: 'Unsupported media type',
              detail: expect.stringContaining('application/json'),
            }),
          }),
        ]);
      expect((await created(json('x'), { 'content-type': 'application/json; charset=utf-8' })).status).toBe(
        201,
      );
    });

    it('may be left out where none is needed, but not by a page that uses the credentials of a browser', async () => {
      const path = '/followups/fup_nothing/complete';
      const basic = `Basic ${Buffer.from(`x:${key.secret}`).toString('base64')}`;
      const none = restOf(house.app, null);
      expect((await rest('POST', path)).status).toBe(404);
      expect((await none('POST', path, { headers: { 'x-api-key': key.secret } })).status).toBe(404);
      const refused = await none('POST', path, { headers: { authorization: basic } });
      expect([refused.status, refused.body.detail]).toEqual([415, expect.stringContaining('HTTP Basic')]);
      expect(
        (await none('POST', path, { headers: { authorization: basic, 'content-type': 'application/json' } }))
          .status,
      ).toBe(404);
      expect((await none('GET', '/customers', { headers: { authorization: basic } })).status).toBe(200);
    });

    it('over 256 KB are 413', async () => {
      const over = await created(json('x'.repeat(256 * 1024)));
      expect(over).toMatchObject({
        status: 413,
        body: { error: 'Body too large', detail: expect.stringContaining('262144') },
      });
      // At the limit it is read, and the name in it is too long.
      const body = json('x'.repeat(256 * 1024 - json('').length));
      expect(body.length).toBe(256 * 1024);
      expect(await created(body)).toMatchObject({ status: 400, body: { fields: [{ field: 'name' }] } });
    });

    it('may begin with a byte order mark', async () => {
      expect(
        (await created(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(json('Mark'))]))).status,
      ).toBe(201);
    });

    it('that are no UTF-8 are 400', async () => {
      const raw = Buffer.from('{"name":"\u00fc"}', 'latin1');
      expect(await created(raw)).toMatchObject({
        status: 400,
        body: { detail: 'The body is not valid UTF-8.' },
      });
    });

    it('have each name once, however it is written', async () => {
      for (const raw of [
        '{"name":"a","name":"b"}',
        '{"name":"a","n\\u0061me":"b"}',
        '{"name":"a","city":null,"city":"x"}',
      ])
        expect([raw, (await created(raw)).status, (await created(raw)).body.detail]).toEqual([
          raw,
          400,
          expect.stringMatching(/^The body has "(name|city)" twice/),
        ]);
      const bulk =
        '{"customers":[{"name":"a","tags":["name","name"]},{"name":"{\\"name\\":1,\\"name\\":2}"}]}';
      expect((await rest('POST', '/customers/bulk', { raw: bulk })).status).toBe(201);
      const within = '{"customers":[{"name":"a"},{"name":"b","name":"c"}]}';
      expect((await rest('POST', '/customers/bulk', { raw: within })).status).toBe(400);
    });
  });

  it('Accept is obeyed with its q-values, and what nobody can answer is 406 before anything is done', async () => {
    const typeFor = async (accept: string) =>
      String((await rest('GET', '/customers', { headers: { accept } })).headers['content-type']).split(
        ';',
      )[0];
    expect(await typeFor('text/csv;q=0.4, application/json;q=0.5')).toBe('application/json');
    expect(await typeFor('text/csv;q=0.6, application/json;q=0.5')).toBe('text/csv');
    expect(await typeFor('text/*;q=0.9, */*;q=0.1')).toBe('text/csv');
    expect(await typeFor('application/x-ndjson')).toBe('application/x-ndjson');
    expect(await typeFor('application/json;q=0, */*')).toBe('text/csv');
    expect(await typeFor('TEXT/CSV')).toBe('text/csv');
    expect(await typeFor('*/*')).toBe('application/json');
    for (const accept of ['text/html', 'application/json;q=0', 'image/*, text/html;q=0.5'])
      expect([accept, (await rest('GET', '/customers', { headers: { accept } })).status]).toEqual([
        accept,
        406,
      ]);
    // One thing is no list.
    expect((await rest('GET', '/customers/x', { headers: { accept: 'text/csv' } })).status).toBe(406);
    const name = `Refused ${engine}`;
    expect(
      (await rest('POST', '/customers', { body: { name }, headers: { accept: 'text/html' } })).status,
    ).toBe(406);
    expect((await rest('GET', `/customers?name=${encodeURIComponent(name)}`)).body.data).toEqual([]);
  });
});
