// Requests made to hurt: each is refused or answered shortly, and the server goes on as before. What they cost in time and
// memory is measured by `npm run bench:hostile`; here a busy machine must not decide.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hostileRequests } from '../../scripts/hostile/requests.ts';
import { sendRaw } from '../../scripts/hostile/raw-request.ts';
import { describeEachEngine } from '../support/engines.ts';
import { openTestHouse, type KeyCaller, type TestHouse } from '../support/house.ts';

const maxBytes = 16 * 1024;
/** A hang, not slowness. */
const hangMs = 120_000;

describeEachEngine('a hostile request', (engine) => {
  let house: TestHouse;
  let key: KeyCaller;
  let port: number;
  beforeAll(async () => {
    house = await openTestHouse(engine);
    const workspace = await house.workspace();
    await workspace.customer({ name: 'Ada' });
    key = await workspace.key(...house.app.scopes.dataScopes);
    port = Number(new URL((await house.app.http.listen('127.0.0.1', 0)).url).port);
  });
  afterAll(() => house.close());

  it('has more than 30 kinds, each with a name of its own', () => {
    expect(new Set(hostileRequests.map(({ name }) => name)).size).toBe(hostileRequests.length);
    expect(hostileRequests.length).toBeGreaterThan(30);
  });

  it.each(hostileRequests)('$name', async (request) => {
    const { status, bytes } = await sendRaw(port, request, key.secret, hangMs);
    expect(status === 0).toBe(request.isUnanswered ?? false);
    expect(status).toBeLessThan(500);
    expect(bytes).toBeLessThan(maxBytes);
    const probe = await key.send('{ viewer { kind } }');
    expect([probe.status, probe.data]).toEqual([200, { viewer: { kind: 'API_KEY' } }]);
  });
});
