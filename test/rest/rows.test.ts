// Lists as rows: CSV for spreadsheets and one JSON object on each line, one page or all of them, streamed.
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/core/logger.ts';
import { describeEachEngine } from '../support/engines.ts';
import { createHolder } from '../support/hold.ts';
import { bearer, openTestHouse, type TestHouse, type TestWorkspace } from '../support/house.ts';
import { keyAdmin } from '../support/keys.ts';
import { restOf, type Rest } from './support/rest.ts';

const csv = { accept: 'text/csv' };
const ndjson = { accept: 'application/x-ndjson' };
const count = 205;

describeEachEngine('Lists as rows', (engine) => {
  const lines: Record<string, unknown>[] = [];
  let house: TestHouse;
  let url: string;
  let workspace: TestWorkspace;
  let rest: Rest;
  let secret: string;
  beforeAll(async () => {
    const destination = {
      write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
    };
    house = await openTestHouse(engine, { logger: createLogger({ level: 'info', destination }) });
    ({ url } = await house.app.http.listen('127.0.0.1', 0));
    workspace = await house.workspace();
    ({ secret } = await workspace.key('read:customers', 'write:customers', 'read:venues', 'write:venues'));
    rest = restOf(house.app, secret);
    for (let from = 0; from < count; from += 100) {
      const customers = Array.from({ length: Math.min(100, count - from) }, (_, index) => ({
        name: `Number ${from + index}`,
      }));
      expect((await rest('POST', '/customers/bulk', { body: { customers } })).status).toBe(201);
    }
  });
  afterAll(() => house.close());

  it('end at HEAD with the head, and no page more is read', async () => {
    lines.length = 0;
    const before = Number((await rest('GET', '/me')).headers['x-ratelimit-remaining']);
    const head = await rest('HEAD', '/customers?all=true', { headers: ndjson });
    const after = Number((await rest('GET', '/me')).headers['x-ratelimit-remaining']);
    expect([head.status, head.text, before - after]).toEqual([200, '', 1 + 1]);
    expect(head.headers).not.toHaveProperty('content-length');
  });

  const rowsOf = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string; name: string });

  it('are one page with where it goes on, or all pages', async () => {
    const page = await rest('GET', '/customers?limit=2', { headers: ndjson });
    expect(rowsOf(page.text)).toHaveLength(2);
    expect(page.headers['link']).toMatch(/cursor=[\w-]+>; rel="next"$/);
    const all = await rest('GET', '/customers?all=true', { headers: ndjson });
    expect(new Set(rowsOf(all.text).map(({ id }) => id)).size).toBe(count);
    expect(all.headers).not.toHaveProperty('link');
    expect(all.headers['content-disposition']).toBe('attachment; filename="customers.ndjson"');
    const filtered = await rest('GET', '/customers?all=true&limit=1&name=number%2020', { headers: ndjson });
    expect(
      rowsOf(filtered.text)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['Number 20', ...[0, 1, 2, 3, 4].map((digit) => `Number 20${digit}`)].sort());
  });

  it('are charged page by page, and the log has one line with the cost of all of them', async () => {
    lines.length = 0;
    const before = Number((await rest('GET', '/me')).headers['x-ratelimit-remaining']);
    await rest('GET', '/customers?all=true', { headers: csv });
    const after = Number((await rest('GET', '/me')).headers['x-ratelimit-remaining']);
    expect(before - after).toBe(3 + 1);
    const told = lines.filter(({ operationName }) => operationName === 'ListCustomers');
    const page = (
      await house.app.http.inject({ url: '/api/v1/customers?limit=100', headers: bearer(secret) })
    ).headers;
    expect(told).toHaveLength(1);
    const [line] = lines.filter(
      (each) => each['operationName'] === 'ListCustomers' && each['requestId'] === page['x-request-id'],
    );
    expect(told[0]).toMatchObject({ status: 200, outcome: 'ok', cost: 3 * Number(line!['cost']) });
  });

  it('in CSV have a head, the same columns for every caller, and cells that no spreadsheet runs', async () => {
    const own = await house.workspace();
    const key = await own.key('read:customers', 'write:customers');
    const each = restOf(house.app, key.secret);
    const cells = ['=1+1', '+49 (0)30 12-34', '+cmd|x', '-2', '@sum', 'a "b", c', ' x', 'plain'];
    for (const notes of cells)
      await each('POST', '/customers', { body: { name: 'N', notes, tags: ['a', 'b; c'] } });
    const { text } = await each('GET', '/customers', { headers: csv });
    const [head, ...rows] = text.split('\r\n');
    expect(head).toBe('id,name,email,phone,city,notes,tags,version,created_at,updated_at');
    expect(rows.at(-1)).toBe('');
    const notesOf = (row: string) => row.replace(/^[^,]*,N,,,,/, '').replace(/,a; b; c,1,.*$/, '');
    expect(rows.slice(0, -1).map(notesOf).sort()).toEqual(
      ["'=1+1", '+49 (0)30 12-34', "'+cmd|x", '-2', "'@sum", '"a ""b"", c"', 'x', 'plain'].sort(),
    );
    const venue = {
      name: 'V',
      timezone: 'Europe/Berlin',
      opening_hours: [{ weekday: 'MONDAY', opens: '09:00', closes: '18:00' }],
    };
    expect((await rest('POST', '/venues', { body: venue })).status).toBe(201);
    expect((await rest('GET', '/venues', { headers: csv })).text).toContain('"[{""weekday"":""MONDAY""');
    const empty = await rest('GET', '/customers?name=nobody', { headers: csv });
    expect(empty.text).toBe(`${head}\r\n`);
  });

  it('have columns for what lies below, empty where the caller may not see it', async () => {
    const customerId = (await rest('GET', '/customers?limit=1')).body.data[0].id as string;
    const write = restOf(house.app, (await workspace.key('write:inquiries')).secret);
    await write('POST', '/inquiries', {
      body: { customer_id: customerId, subject: 'S', body: 'B', channel: 'WEB' },
    });
    const rowsFor = async (...scopes: string[]) =>
      (
        await restOf(house.app, (await workspace.key(...scopes)).secret)('GET', '/inquiries', {
          headers: csv,
        })
      ).text.split('\r\n');
    const [head, row] = await rowsFor('read:inquiries');
    expect(head).toMatch(/,customer_id,customer_name,venue_id,venue_name$/);
    expect(row).toMatch(/,,,,$/);
    expect((await rowsFor('read:inquiries', 'read:customers'))[1]).toContain(`,${customerId},`);
  });

  it('are refused as any other form of the list, before the first row', async () => {
    for (const [key, path, status] of [
      [rest, '/customers?all=maybe', 400],
      [rest, '/customers?cursor=x', 400],
      [restOf(house.app, (await workspace.key('read:venues')).secret), '/customers?all=true', 403],
      [restOf(house.app, null), '/customers', 401],
    ] as const)
      expect([path, await key('GET', path, { headers: csv })]).toEqual([
        path,
        expect.objectContaining({ status, body: expect.objectContaining({ error: expect.any(String) }) }),
      ]);
  });

  describe('are cut off, so that nobody takes them for the whole', () => {
    let venueId: string;
    beforeAll(async () => {
      venueId = await workspace.venue('Hall');
      const write = restOf(house.app, (await workspace.key('write:inquiries')).secret);
      const customerId = (await rest('GET', '/customers?limit=1')).body.data[0].id as string;
      for (const subject of ['1', '2', '3', '4'])
        await write('POST', '/inquiries', {
          body: { customer_id: customerId, subject, body: 'B', channel: 'WEB' },
        });
    });
    const streamed = (path: string, key: string, headers: Record<string, string>) =>
      fetch(`${url}/api/v1${path}`, { headers: { ...bearer(key), ...headers } });

    it('when the key ends in the middle', async () => {
      const key = await workspace.key('read:customers');
      const admin = keyAdmin(house, workspace);
      const response = await streamed('/customers?all=true&limit=1', key.secret, ndjson);
      expect(response.status).toBe(200);
      const reader = response.body!.getReader();
      await reader.read();
      await admin.payload('RevokeApiKey', { id: key.apiKeyId });
      const rest = (async () => {
        for (;;) if ((await reader.read()).done) return 'whole';
      })();
      await expect(rest).rejects.toThrow();
    });

    it.each([
      ['venues', '/customers', /FROM[^;]*"customers"/, () => ({ venueIds: [venueId] })],
      ['scopes', '/inquiries', /FROM[^;]*"inquiries"/, () => ({ scopes: ['read:inquiries'] })],
    ] as const)('when the %s of the key change between two pages', async (_what, path, statement, change) => {
      const holder = createHolder();
      const slow = await openTestHouse(engine, { sharing: house, database: holder.database });
      const own = await slow.app.http.listen('127.0.0.1', 0);
      const key = await workspace.key('read:inquiries', 'read:customers');
      const first = holder.statement(statement);
      const answered = fetch(`${own.url}/api/v1${path}?all=true&limit=1`, {
        headers: { ...bearer(key.secret), ...ndjson },
      });
      await first.reached;
      // The page is looked at once more before it is sent; after that the key is read for the next one.
      const check = holder.statement(/"api_keys"/);
      first.release();
      await check.reached;
      const second = holder.statement(/"api_keys"/);
      check.release();
      await second.reached;
      const input = { id: key.apiKeyId, ...change() };
      expect((await keyAdmin(house, workspace).payload('UpdateApiKey', { input })).userErrors).toEqual([]);
      second.release();
      const response = await answered;
      expect(response.status).toBe(200);
      await expect(response.text()).rejects.toThrow();
      await slow.close();
    });

    it('when a limit is reached', async () => {
      const limited = await openTestHouse(engine, {
        sharing: house,
        env: { RATE_LIMIT_REQUESTS_PER_MINUTE: '2' },
      });
      const own = await limited.app.http.listen('127.0.0.1', 0);
      const key = await workspace.key('read:customers');
      const response = await fetch(`${own.url}/api/v1/customers?all=true`, {
        headers: { ...bearer(key.secret), ...csv },
      });
      expect(response.status).toBe(200);
      await expect(response.text()).rejects.toThrow();
      await limited.close();
    });

    it('and not when nothing goes wrong, over a real connection', async () => {
      const warnings: string[] = [];
      const note = ({ name }: Error) => void warnings.push(name);
      process.on('warning', note);
      const text = await (await streamed('/customers?all=true&limit=10', secret, ndjson)).text();
      expect(rowsOf(text)).toHaveLength(count);
      await setImmediate();
      process.off('warning', note);
      // A listener for each page would be one too many at the eleventh.
      expect(warnings).toEqual([]);
    });
  });
});
