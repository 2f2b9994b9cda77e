// One, two and four server processes on one store, sixteen clients that never pause, twelve revocations: from the moment that
// a revocation is answered, no request that starts is let in, by none of the processes.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { buildCommands } from '../support/processes/commands.ts';
import { describeEachEngine } from '../support/engines.ts';
import { openTestHouse, type TestHouse, type TestWorkspace } from '../support/house.ts';
import { keyAdmin, type HeldKey, type KeyAdmin } from '../support/keys.ts';
import { startServer, type ServerProcess } from '../support/processes/server-process.ts';
import { gate } from '../support/gate.ts';
import { countRows } from '../db/support/store.ts';

const processCounts = [1, 2, 4];
const clientCount = 16;
const revocationCount = 12;
/** Of each client, before the admin acts and after the admin was answered. */
const requestsBefore = 2;
const requestsAfter = 3;
/** No client goes on for ever, whatever happens. */
const requestsAtMost = 500;
const everyWhichWrites = 6;

const read = '{ customers(first: 5) { nodes { id } } }';
const write = 'mutation { createCustomer(input: { name: "Load" }) { customerId userErrors { code } } }';

interface Outcome {
  readonly startedAfter: boolean;
  readonly wrote: boolean;
  readonly server: number;
  /** `200`, `401 KEY_REVOKED`, ... */
  readonly verdict: string;
}

/** Whose key it is about, and how many of the servers are asked. */
interface Round {
  readonly key: HeldKey;
  readonly count: number;
}

describeEachEngine('Revocation under load', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let admin: KeyAdmin;
  const servers: ServerProcess[] = [];

  beforeAll(async () => {
    await buildCommands();
    house = await openTestHouse(engine, { clock: { ...systemClock, advance: () => undefined } });
    workspace = await house.workspace();
    admin = keyAdmin(house, workspace);
    const most = Math.max(...processCounts);
    for (let number = 0; number < most; number += 1) servers.push(await startServer(house.engine.url));
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await house.close();
  });

  async function post(server: number, credential: string, query: string) {
    const response = await fetch(servers[server]!.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${credential}` },
      body: JSON.stringify({ query }),
    });
    const { data, errors } = (await response.json()) as {
      data?: { createCustomer?: { customerId: string | null } } | null;
      errors?: { extensions: { code: string; reason?: string } }[];
    };
    return { status: response.status, data, errors };
  }

  /** One client: asks the servers in turn until it has asked often enough after the revocation was answered. */
  async function work(
    { key, count, isRevoked }: Round & { isRevoked(): boolean },
    client: number,
    onWarm: () => void,
  ) {
    const outcomes: Outcome[] = [];
    let after = 0;
    for (let turn = 0; turn < requestsAtMost && after < requestsAfter; turn += 1) {
      const startedAfter = isRevoked();
      const server = (client + turn) % count;
      const wrote = (client + turn) % everyWhichWrites === 0;
      const { status, data, errors } = await post(server, key.secret, wrote ? write : read);
      const { code, reason } = errors?.[0]?.extensions ?? {};
      const isDone = status === 200 && !errors && (!wrote || data?.createCustomer?.customerId != null);
      outcomes.push({ startedAfter, wrote, server, verdict: isDone ? '200' : `${status} ${reason ?? code}` });
      if (startedAfter) after += 1;
      if (turn + 1 === requestsBefore) onWarm();
    }
    return outcomes;
  }

  /** All clients on one key, and in the middle of it its revocation by one of the servers. */
  async function runRound(round: Round, token: string, server: number): Promise<Outcome[]> {
    let isRevoked = false;
    let warm = 0;
    const allWarm = gate();
    const onWarm = () => {
      warm += 1;
      if (warm === clientCount) allWarm.open();
    };
    const clients = Array.from({ length: clientCount }, (_, client) =>
      work({ ...round, isRevoked: () => isRevoked }, client, onWarm),
    );
    await allWarm.passed;
    const revoke = `mutation { revokeApiKey(id: "${round.key.apiKeyId}") { userErrors { code } } }`;
    const answer = await post(server, token, revoke);
    isRevoked = true;
    const outcomes = (await Promise.all(clients)).flat();
    expect(answer).toEqual({ status: 200, data: { revokeApiKey: { userErrors: [] } } });
    return outcomes;
  }

  it.each(processCounts)(
    'of %d lets nobody in after the answer, and has done exactly what it said it did',
    async (count) => {
      const scopes = ['read:customers', 'write:customers'];
      const signedIn = await house.send(
        {},
        'mutation ($input: LoginInput!) { login(input: $input) { token } }',
        { input: { email: workspace.ownerEmail, password: workspace.ownerPassword } },
      );
      const before = await countRows(house.app.database, 'customers');
      const outcomes: Outcome[] = [];
      for (let index = 0; index < revocationCount; index += 1) {
        const key = await admin.create({ scopes });
        outcomes.push(...(await runRound({ key, count }, signedIn.data.login.token, index % count)));
      }
      const late = outcomes.filter(({ startedAfter }) => startedAfter);
      expect(late).toHaveLength(revocationCount * clientCount * requestsAfter);
      expect(late.filter(({ verdict }) => verdict !== '401 KEY_REVOKED')).toEqual([]);
      // All servers took part, before and after.
      for (const startedAfter of [false, true]) {
        const seen = outcomes.filter((outcome) => outcome.startedAfter === startedAfter);
        expect(new Set(seen.map(({ server }) => server))).toEqual(
          new Set(Array.from({ length: count }, (_, server) => server)),
        );
      }
      const early = outcomes.filter(({ startedAfter }) => !startedAfter);
      expect(early.filter(({ verdict }) => verdict === '200').length).toBeGreaterThanOrEqual(
        revocationCount * clientCount,
      );
      // A request in flight was either done or refused; a write was stored exactly when it was answered as done.
      // (A store that is too busy for this machine may say so: that is nothing done, too.)
      const fair = ['200', '401 KEY_REVOKED', '503 SERVICE_UNAVAILABLE'];
      expect(early.filter(({ verdict }) => !fair.includes(verdict))).toEqual([]);
      const written = outcomes.filter(({ wrote, verdict }) => wrote && verdict === '200').length;
      expect(written).toBeGreaterThan(0);
      expect(await countRows(house.app.database, 'customers')).toBe(before + written);
    },
  );
});
