// Keys that are pinned to stored operations: made, shown, changed, rotated, ended; and what happens to a request whose key or
// operation is changed while it runs.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allRows } from '../../db/support/store.ts';
import { contractOperation } from '../../support/contract.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { createHolder, someoneWaitsForALock } from '../../support/hold.ts';
import {
  bearer,
  openTestHouse,
  type Answer,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';
import { keyAdmin, payloadOf, use, verdict, type HeldKey, type KeyAdmin } from '../../support/keys.ts';
import { operationsOf, run, type Operations } from './support.ts';

const names = '{ customers { nodes { name } } }';
const venues = '{ venues { nodes { name } } }';
const make = 'mutation Make($name: String!) { createCustomer(input: { name: $name }) { customerId } }';
const pinned = '403 KEY_PINNED';

describeEachEngine('A pinned key', (engine) => {
  const holder = createHolder();
  let house: TestHouse;
  let elsewhere: TestHouse;
  let workspace: TestWorkspace;
  let admin: KeyAdmin;
  let operations: Operations;
  let ids: { names: string; venues: string; make: string };

  beforeAll(async () => {
    elsewhere = await openTestHouse(engine);
    house = await openTestHouse(engine, { sharing: elsewhere, database: holder.database });
    workspace = await elsewhere.workspace();
    admin = keyAdmin(elsewhere, workspace);
    operations = operationsOf(admin);
    await workspace.customer({ name: 'Ada' });
    ids = {
      names: await operations.keep('names', names),
      venues: await operations.keep('venues', venues),
      make: await operations.keep('make', make),
    };
  });
  afterAll(async () => {
    await house.close();
    await elsewhere.close();
  });

  const runs = async (key: HeldKey, name: string, variables?: object) =>
    verdict(await run(house, key.secret, name, variables));
  const shown = async (id: string) =>
    payloadOf(
      await admin.send('query ($id: ID!) { apiKey(id: $id) { scopes operations { id name } } }', { id }),
    );
  const update = (key: HeldKey, input: object) =>
    admin.payload('UpdateApiKey', { input: { id: key.apiKeyId, ...input } });
  const create = (input: object) => admin.payload('CreateApiKey', { input: { label: 'Pinned', ...input } });

  describe('when it is made', () => {
    it('gets exactly the scopes that its operations need, and is shown with them', async () => {
      const variables = { label: 'Board', operationIds: [ids.venues, ids.names, ids.venues] };
      const made = payloadOf(await admin.send(contractOperation('CreatePinnedKey'), variables));
      expect(made.userErrors).toEqual([]);
      expect(made.apiKey.scopes).toEqual(['read:customers', 'read:venues']);
      const pins = [
        { id: ids.names, name: 'names' },
        { id: ids.venues, name: 'venues' },
      ];
      expect(made.apiKey.operations).toEqual(pins.sort((a, b) => (a.id < b.id ? -1 : 1)));
      const entries = await admin.auditOf(made.apiKey.id);
      const recorded = entries[0].changes.find(({ field }: { field: string }) => field === 'operationIds');
      expect(JSON.parse(recorded.after)).toEqual([ids.names, ids.venues].sort());
      expect((await shown((await admin.create()).apiKeyId)).operations).toBeNull();
    });

    it('gets the scopes that are given instead, and lacks what they lack', async () => {
      const key = await operations.pinnedKey([ids.names, ids.venues], {
        scopes: ['read:venues', 'read:bookings'],
      });
      expect((await shown(key.apiKeyId)).scopes).toEqual(['read:bookings', 'read:venues']);
      expect(await runs(key, 'venues')).toBe('works');
      expect(await runs(key, 'names')).toBe('403 INSUFFICIENT_SCOPE');
    });

    it('needs no scope when its operations need none', async () => {
      const me = await operations.keep('me', '{ viewer { kind apiKey { label } } }');
      const key = await operations.pinnedKey([me], { label: 'Me' });
      expect((await shown(key.apiKeyId)).scopes).toEqual([]);
      const { data } = await run(house, key.secret, 'me');
      expect(data.viewer).toEqual({ kind: 'API_KEY', apiKey: { label: 'Me' } });
    });

    it('may know of itself what it is pinned to, also when it works for one venue', async () => {
      const me = await operations.keep('self', '{ viewer { apiKey { operations { id name } } } }');
      const gone = await operations.keep('short-lived', names);
      const own = { id: me, name: 'self' };
      const venueIds = [await workspace.venue('Far')];
      const key = await operations.pinnedKey([me, gone], { venueIds });
      const [one, other] = [own, { id: gone, name: 'short-lived' }].sort((a, b) => (a.id < b.id ? -1 : 1));
      const told = async (credential: HeldKey) =>
        (await run(house, credential.secret, 'self')).data.viewer.apiKey.operations as unknown;
      expect(await told(key)).toEqual([one, other]);
      await operations.delete(gone);
      expect(await told(key)).toEqual([own]);
      expect(await told(await admin.create())).toBeNull();
    });

    it('sees only the venues that it is restricted to', async () => {
      const [north] = [await workspace.venue('North'), await workspace.venue('South')];
      const key = await operations.pinnedKey([ids.venues], { venueIds: [north] });
      const { data } = await run(house, key.secret, 'venues');
      expect(data.venues.nodes).toEqual([{ name: 'North' }]);
    });

    it('is refused for operations that are not there, are of others, or need a role', async () => {
      const foreign = await operationsOf(keyAdmin(elsewhere, await elsewhere.workspace())).keep(
        'names',
        names,
      );
      const log = await operations.keep('log', '{ auditLog { nodes { id } } }');
      const gone = await operations.keep('gone', names);
      await operations.delete(gone);
      const refusals: [unknown, string, string[]][] = [
        [[ids.names, foreign], 'NOT_FOUND', ['operationIds', '1']],
        [[gone], 'NOT_FOUND', ['operationIds', '0']],
        [['opr_unknown'], 'NOT_FOUND', ['operationIds', '0']],
        [[await workspace.customer()], 'NOT_FOUND', ['operationIds', '0']],
        [[ids.names, log], 'NOT_ALLOWED', ['operationIds', '1']],
        [[], 'INVALID', ['operationIds']],
        [null, 'REQUIRED', ['scopes']],
        [Array.from({ length: 101 }, () => ids.names), 'INVALID', ['operationIds']],
      ];
      for (const [operationIds, code, field] of refusals) {
        const { secret, userErrors } = await create({ operationIds });
        expect([secret, userErrors]).toMatchObject([null, [{ code, field: ['input', ...field] }]]);
      }
      const empty = await create({ operationIds: [], scopes: ['read:customers'] });
      expect(empty.userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'operationIds'] }]);
    });
  });

  it('runs its operations and none else, the test call neither', async () => {
    const key = await operations.pinnedKey([ids.names], { scopes: null, preset: 'FULL_ACCESS' });
    expect(await runs(key, 'names')).toBe('works');
    for (const other of ['venues', 'make', 'nothing'])
      expect(await runs(key, other, { name: 'X' })).toBe(pinned);
    expect(await use(house, key)).toBe(pinned);
    expect(verdict(await house.send(bearer(key.secret), names))).toBe(pinned);
  });

  it('is not told whether another operation exists', async () => {
    const key = await operations.pinnedKey([ids.names]);
    const [there, nowhere] = [
      await run(house, key.secret, 'venues'),
      await run(house, key.secret, 'nowhere'),
    ];
    const told = ({ errors }: Answer) => ({
      ...errors![0],
      extensions: { ...errors![0]!.extensions, requestId: '' },
    });
    expect(told(there)).toEqual(told(nowhere));
  });

  describe('whose operation', () => {
    it('is replaced runs the new one, with the scopes of before', async () => {
      const id = await operations.keep('board', names);
      const key = await operations.pinnedKey([id]);
      await operations.keep('board', '{ customers { totalCount } venues { totalCount } }');
      const { status, data, errors } = await run(house, key.secret, 'board');
      expect([status, data]).toEqual([
        200,
        { customers: { totalCount: expect.any(Number) as number }, venues: null },
      ]);
      expect(errors).toMatchObject([{ extensions: { missing: ['read:venues'] } }]);
    });

    it('is deleted is refused, also when another one gets its name', async () => {
      const id = await operations.keep('short-lived', names);
      const key = await operations.pinnedKey([id]);
      expect(await runs(key, 'short-lived')).toBe('works');
      await operations.delete(id);
      expect(await runs(key, 'short-lived')).toBe(pinned);
      await operations.keep('short-lived', names);
      expect(await runs(key, 'short-lived')).toBe(pinned);
      expect(await shown(key.apiKeyId)).toMatchObject({ operations: [] });
      expect(await use(house, key)).toBe(pinned);
    });
  });

  describe('that is changed', () => {
    it('gets other operations, or none, from the next request on, on every server', async () => {
      const key = await operations.pinnedKey([ids.names], { scopes: ['read:customers', 'read:venues'] });
      const onBoth = async (name: string) =>
        Promise.all([house, elsewhere].map(async (server) => verdict(await run(server, key.secret, name))));
      await update(key, { operationIds: [ids.venues] });
      expect(await onBoth('names')).toEqual([pinned, pinned]);
      expect(await onBoth('venues')).toEqual(['works', 'works']);
      expect((await update(key, { operationIds: [] })).userErrors).toMatchObject([{ code: 'INVALID' }]);
      expect((await update(key, { operationIds: ['opr_x'] })).userErrors).toMatchObject([
        { code: 'NOT_FOUND' },
      ]);
      expect(await onBoth('venues')).toEqual(['works', 'works']);
      await update(key, { label: 'Renamed' });
      expect(await use(house, key)).toBe(pinned);
      await update(key, { operationIds: null });
      expect(await use(house, key)).toBe('works');
      expect(await onBoth('names')).toEqual(['works', 'works']);
    });

    it('becomes one by an update, with the scopes that it has', async () => {
      const key = await admin.create({ scopes: ['read:customers'] });
      await update(key, { operationIds: [ids.venues] });
      expect(await use(house, key)).toBe(pinned);
      expect(await runs(key, 'venues')).toBe('403 INSUFFICIENT_SCOPE');
    });

    it('stays pinned when it is rotated, regenerated, switched off and on, and ends when it is revoked', async () => {
      const key = await operations.pinnedKey([ids.names]);
      const rotated = await admin.rotate(key.apiKeyId, 60);
      for (const one of [key, rotated]) {
        expect(await runs(one, 'names')).toBe('works');
        expect(await use(house, one)).toBe(pinned);
      }
      const regenerated = await admin.regenerate(key.apiKeyId);
      expect(await runs(rotated, 'names')).toBe('401 INVALID_CREDENTIAL');
      await admin.payload('DisableApiKey', { id: key.apiKeyId });
      expect(await runs(regenerated, 'names')).toBe('401 KEY_DISABLED');
      await admin.payload('EnableApiKey', { id: key.apiKeyId });
      expect([await runs(regenerated, 'names'), await use(house, regenerated)]).toEqual(['works', pinned]);
      await admin.payload('RevokeApiKey', { id: key.apiKeyId });
      for (const name of ['names', 'venues']) expect(await runs(regenerated, name)).toBe('401 KEY_REVOKED');
    });
  });

  describe('in flight', () => {
    /** Stops a query where it reads customers, or a mutation before its transaction, and changes something meanwhile. */
    const during = async (
      start: () => Promise<Answer>,
      at: 'read' | 'write',
      change: () => Promise<unknown>,
    ) => {
      const held = at === 'read' ? holder.statement(/FROM "customers"/) : holder.transaction();
      const answer = start();
      await held.reached;
      await change();
      held.release();
      return answer;
    };
    const customers = async () => (await allRows(house.app.database, 'customers')).map((row) => row['name']);

    it.each(['replaced', 'deleted', 'taken from the key'])(
      'reads nothing when the operation is %s',
      async (how) => {
        const name = `read-${how.slice(0, 5)}`;
        const id = await operations.keep(name, names);
        const key = await operations.pinnedKey([id]);
        const changes: Record<string, () => Promise<unknown>> = {
          replaced: () => operations.keep(name, venues),
          deleted: () => operations.delete(id),
          'taken from the key': () => update(key, { operationIds: [ids.names] }),
        };
        const answer = await during(() => run(house, key.secret, name), 'read', changes[how]!);
        expect([verdict(answer), answer.data]).toEqual([pinned, undefined]);
      },
    );

    it.each(['replaced', 'deleted', 'taken from the key'])(
      'writes nothing when the operation is %s',
      async (how) => {
        const name = `write-${how.slice(0, 5)}`;
        const id = await operations.keep(name, make);
        const key = await operations.pinnedKey([id]);
        const changes: Record<string, () => Promise<unknown>> = {
          replaced: () => operations.keep(name, `${make} # other`),
          deleted: () => operations.delete(id),
          'taken from the key': () => update(key, { operationIds: [ids.names] }),
        };
        const start = () => run(house, key.secret, name, { name: `Late ${how}` });
        expect(verdict(await during(start, 'write', changes[how]!))).toBe(pinned);
        expect(await customers()).not.toContain(`Late ${how}`);
      },
    );

    it('reads and writes nothing when the key is pinned meanwhile', async () => {
      const key = await admin.create({ scopes: ['read:customers', 'write:customers'] });
      const pin = () => update(key, { operationIds: [ids.names] });
      const sent = (query: string) => () => house.send(bearer(key.secret), query, { name: 'Late pin' });
      expect(verdict(await during(sent(names), 'read', pin))).toBe(pinned);
      await update(key, { operationIds: null });
      expect(verdict(await during(sent(make), 'write', pin))).toBe(pinned);
      expect(await customers()).not.toContain('Late pin');
    });

    it('goes on when an operation is added, or the key is no longer pinned', async () => {
      const key = await operations.pinnedKey([ids.names], { scopes: ['read:customers', 'read:venues'] });
      const start = () => run(house, key.secret, 'names');
      for (const operationIds of [[ids.names, ids.venues], null])
        expect(verdict(await during(start, 'read', () => update(key, { operationIds })))).toBe('works');
    });

    it('goes on for others when the operation is replaced: it opens nothing to them', async () => {
      await operations.keep('of-all', names);
      const key = await workspace.key('read:customers');
      const start = () => run(house, key.secret, 'of-all');
      expect(verdict(await during(start, 'read', () => operations.keep('of-all', venues)))).toBe('works');
    });
  });

  if (engine === 'postgres')
    it.each(['replaced', 'deleted'])(
      'is not %s before the commit of a mutation that this would have ended',
      async (how) => {
        const name = `held-${how}`;
        const id = await operations.keep(name, make);
        const key = await operations.pinnedKey([id]);
        const held = holder.statement(/"version" AS "version" FROM .*"stored_operations"/s);
        const answer = run(house, key.secret, name, { name: 'In time' });
        await held.reached;
        let isDone = false;
        const change = () =>
          how === 'deleted' ? operations.delete(id) : operations.keep(name, `${make} # other`);
        const changing = change().then(() => (isDone = true));
        await Promise.race([someoneWaitsForALock(elsewhere.app.database), changing]);
        const wasDone = isDone;
        held.release();
        expect([verdict(await answer), wasDone]).toEqual(['works', false]);
        await changing;
      },
    );
});
