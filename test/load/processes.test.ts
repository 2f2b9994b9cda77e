// One, two and four server processes on one Postgres and one Redis: what must happen once happens once, whatever their number.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemContext } from '../../src/access/system-context.ts';
import { systemClock } from '../../src/core/clock.ts';
import { createApiKey } from '../../src/features/api-keys/index.ts';
import { openDesk, type BookingInput, type Desk } from '../support/booking-desk.ts';
import { buildCommands } from '../support/processes/commands.ts';
import { contractOperation } from '../support/contract.ts';
import { hasPostgres } from '../support/engines.ts';
import { openTestHouse, type TestHouse, type TestWorkspace } from '../support/house.ts';
import { hasRedis, redisCorner, type RedisCorner } from '../support/outside/redis.ts';
import { startServer, type ServerProcess } from '../support/processes/server-process.ts';
import { allRows } from '../db/support/store.ts';

const tries = 60;
const keyLimit = 25;
const book = contractOperation('CreateBooking');
const create = 'mutation { createCustomer(input: { name: "Once" }) { customerId userErrors { code } } }';
const update =
  'mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { customer { version } userErrors { code } } }';

interface Sent {
  readonly status: number;
  readonly text: string;
}

describe.skipIf(!hasPostgres || !hasRedis)('Server processes on one Postgres and one Redis', () => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let desk: Desk;
  let redis: RedisCorner;
  const servers: ServerProcess[] = [];

  beforeAll(async () => {
    await buildCommands();
    redis = redisCorner();
    house = await openTestHouse('postgres', { clock: { ...systemClock, advance: () => undefined } });
    workspace = await house.workspace();
    desk = await openDesk(workspace);
    const settings = { REDIS_URL: redis.url };
    for (let number = 0; number < 4; number += 1) servers.push(await startServer(house.engine.url, settings));
  }, 300_000);
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await house.close();
    await redis.remove();
  });

  async function send(server: ServerProcess, secret: string, body: object, headers = {}): Promise<Sent> {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}`, ...headers },
      body: JSON.stringify(body),
    });
    return { status: response.status, text: await response.text() };
  }

  /** The same request through the first `count` servers in turn, all at once. */
  function fire(
    count: number,
    body: object,
    { secret = desk.key.secret, headers = {} } = {},
  ): Promise<Sent[]> {
    return Promise.all(
      Array.from({ length: tries }, (_, index) => send(servers[index % count]!, secret, body, headers)),
    );
  }

  const holding = (sent: readonly Sent[], text: string) =>
    sent.filter((one) => one.text.includes(text)).length;

  describe.each([1, 2, 4])('%d of them', (count) => {
    it('give one of many who want the same time the booking', async () => {
      const venueId = await desk.venue();
      const input: BookingInput = {
        venueId,
        treatmentId: await desk.treatment(venueId),
        customerId: await workspace.customer({ venueIds: [venueId] }),
        startsAt: new Date(Date.UTC(new Date().getUTCFullYear() + 1, 5, 1, 9)).toISOString(),
      };
      const sent = await fire(count, { query: book, variables: { input } });
      expect([holding(sent, '"userErrors":[]'), holding(sent, '"TAKEN"')]).toEqual([1, tries - 1]);
      const rows = await allRows(house.app.database, 'bookings');
      expect(rows.filter((row) => row['treatment_id'] === input.treatmentId)).toHaveLength(1);
    });

    it('carry out a mutation once for each Idempotency-Key', async () => {
      const sent = await fire(count, { query: create }, { headers: { 'idempotency-key': `many-${count}` } });
      const ids = sent.map(({ text }) => /"customerId":"(\w+)"/.exec(text)?.[1]);
      expect(new Set(ids).size).toBe(1);
      expect(ids[0]).toBeDefined();
      const rows = await allRows(house.app.database, 'customers');
      expect(rows.filter((row) => row['name'] === 'Once')).toHaveLength([1, 2, 4].indexOf(count) + 1);
    });

    it('let one of many who saw the same version change it', async () => {
      const id = await workspace.customer();
      const input = { id, expectedVersion: 1, name: 'Changed' };
      const sent = await fire(count, { query: update, variables: { input } });
      expect([holding(sent, '"version":2'), holding(sent, '"CONFLICT"')]).toEqual([1, tries - 1]);
    });

    it("let exactly a key's limit through", async () => {
      const context = systemContext(house.app, workspace.workspaceId);
      const input = { label: 'limited', scopes: ['read:customers'], rateLimitPerMinute: keyLimit };
      const made = await createApiKey(context, input);
      if (!('secret' in made)) throw new Error(JSON.stringify(made.userErrors));
      const sent = await fire(count, { query: '{ customers(first: 1) { nodes { id } } }' }, made);
      const statuses = sent.map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(keyLimit);
      expect(statuses.filter((status) => status === 429)).toHaveLength(tries - keyLimit);
    });
  });
});
