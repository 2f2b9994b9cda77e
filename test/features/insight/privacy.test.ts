// Nothing that is recorded holds what a caller sent as a value: canaries in variables, literals, fields of customers, headers and
// credentials are found in none of the new tables and in no line of the log.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import sql from 'sql-template-tag';
import { createLogger } from '../../../src/core/logger.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { bearer, openTestHouse, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import { allRows } from '../../db/support/store.ts';

const flushMs = 10_000;
const recorded = ['key_usage_hour', 'recorded_operations', 'key_last_seen', 'usage_flushes', 'recording'];

describeEachEngine('What is recorded', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  const lines: string[] = [];
  let count = 0;
  const canaries: string[] = [];
  /** Letters alone, so that it can be a name, a word and a part of an address. */
  const canary = () => {
    count += 1;
    const text = `kanari${String.fromCharCode(96 + count)}vogel`;
    canaries.push(text);
    return text;
  };

  beforeAll(async () => {
    const logger = createLogger({ level: 'trace', destination: { write: (line) => void lines.push(line) } });
    house = await openTestHouse(engine, { logger });
    workspace = await house.workspace();
    await tour();
    await house.scheduler.elapse(flushMs);
  });
  afterAll(() => house.close());

  async function tour() {
    const customer = { name: canary(), email: `${canary()}@x.example` };
    await workspace.customer(customer);
    const key = await workspace.key('read:customers', 'write:customers', 'write:inquiries');
    await key.send(
      `query Literal { x: customers(first: 7, filter: { name: { contains: "${canary()}" } }) { nodes { name email } } }`,
    );
    await key.send(
      `query Listed { customers(filter: { name: { in: ["${canary()}", "${canary()}"] } }) { totalCount } }`,
    );
    await key.send(`query Aliased { ${canary()}: viewer { kind } }`);
    await key.send(`query Described { customers(search: """${canary()}""") { totalCount } }`);
    await key.send(
      `query Defaults($name: String = "${canary()}") { customers(search: $name) { totalCount } }`,
    );
    await key.send('query Variables($name: String) { customers(search: $name) { nodes { name } } }', {
      name: canary(),
    });
    await key.send(
      'mutation Write($input: CreateCustomerInput!) { createCustomer(input: $input) { customerId } }',
      {
        input: { name: canary(), email: `${canary()}@y.example`, phone: '+49 30 5550123' },
      },
    );
    await key.send(`mutation Written { createCustomer(input: { name: "${canary()}" }) { customerId } }`);
    await key.send(`query Wrong { customers(first: "${canary()}") { totalCount } }`);
    await key.send(`query NotThere { ${canary()} }`);
    const { http } = house.app;
    const headers = { ...bearer(key.secret), 'idempotency-key': canary(), 'x-other': canary() };
    await http.inject({ url: `/api/v1/customers?search=${canary()}`, headers });
    await http.inject({ method: 'POST', url: '/api/v1/customers', headers, payload: { name: canary() } });
    const call = { name: 'search_customers', arguments: { search: canary() } };
    await http.inject({
      ...{
        method: 'POST',
        url: '/mcp',
        headers: { ...headers, accept: 'application/json, text/event-stream' },
      },
      payload: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: call },
    });
    await key.send(
      `query ${key.secret}($${key.secret}: String) { customers(search: $${key.secret}) { totalCount } }`,
    );
    const agent = `client ${key.secret}`;
    await house.send({ ...bearer(key.secret), 'user-agent': agent }, '{ viewer { kind } }');
    canaries.push(key.secret.slice(-38), workspace.ownerPassword);
    const owner = await workspace.owner();
    await owner.send('{ viewer { kind } }');
    // A scope without quotes would be a name of the document, and names are kept.
    const unquoted = `query Unquoted { previewKeyChange(id: "key_1", scopes: [${canary()}], days: 1) { requests } }`;
    expect((await owner.send(unquoted)).status).toBe(400);
    const login = `mutation { login(input: { email: "${workspace.ownerEmail}", password: "${canary()}" }) { token } }`;
    await owner.send(login);
  }

  async function everythingRecorded(): Promise<string> {
    const tables = await Promise.all(recorded.map((table) => allRows(house.app.database, table)));
    const reading = house.app.recording.log.reading(workspace.workspaceId);
    const log = await reading.query(sql`SELECT * FROM "request_log"`);
    return JSON.stringify([tables, log]);
  }

  it('holds none of them, in no table and no line', async () => {
    const kept = await everythingRecorded();
    // There is something to look through.
    for (const name of ['Literal', 'Variables', 'Write', 'client lk_live_']) expect(kept).toContain(name);
    const said = lines.join('\n');
    for (const text of canaries) {
      expect([text, kept.includes(text)]).toEqual([text, false]);
      expect([text, said.includes(text)]).toEqual([text, false]);
    }
    expect(kept).not.toContain('5550123');
  });

  it('leaves none in the file of the log either', () => {
    if (engine !== 'sqlite') return expect(house.engine.url).toMatch(/^postgres/);
    const folder = dirname(house.engine.url.replace('sqlite:', ''));
    const files = readdirSync(folder).filter((name) => name.includes('-log.sqlite'));
    expect(files.length).toBeGreaterThan(0);
    for (const name of files) {
      const bytes = readFileSync(join(folder, name)).toString('latin1');
      expect(canaries.filter((text) => bytes.includes(text))).toEqual([]);
    }
  });
});
