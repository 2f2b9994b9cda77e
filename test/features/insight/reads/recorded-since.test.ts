// What can be said of a key and a record when not everything was noted, by more than one server, and of many records.
import sql from 'sql-template-tag';
import { afterEach, describe, expect, it } from 'vitest';
import { systemContext } from '../../../../src/access/system-context.ts';
import { createCustomers } from '../../../../src/features/customers/customer.service.ts';
import { maxExact } from '../../../../src/features/insight/reads/record-set.ts';
import { describeEachEngine } from '../../../support/engines.ts';
import {
  openTestHouse,
  type Caller,
  type HouseOptions,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../../../support/house.ts';
import { payloadOf, signedInCaller } from '../../../support/keys.ts';
import { mayHaveRead, readsOf } from './support/asked.ts';

const flushMs = 10_000;
const dayMs = 86_400_000;
const everything = '{ customers(first: 100) { nodes { id } } }';

describeEachEngine('What is known of records that a key was answered', (engine) => {
  const houses: TestHouse[] = [];
  afterEach(async () => {
    for (const house of houses.splice(0).reverse()) await house.close();
  });
  const open = async (options?: HouseOptions) => {
    const house = await openTestHouse(engine, options);
    houses.push(house);
    return house;
  };
  const begin = async (options?: HouseOptions) => {
    const house = await open(options);
    const workspace = await house.workspace();
    const owner = signedInCaller(house, () => workspace.owner());
    const customer = await workspace.customer();
    return { house, workspace, owner, customer };
  };
  /** The same key at another server. */
  const at = (house: TestHouse, { secret }: KeyCaller): Caller => ({
    send: (query, variables) => house.send({ authorization: `Bearer ${secret}` }, query, variables),
  });

  it('is NO only of a time in which all was noted: from the first flush of a server on, or since the key is there', async () => {
    const { house, workspace, owner, customer } = await begin();
    const early = await workspace.key('read:customers');
    const ask = (given: object) => mayHaveRead(owner, early.apiKeyId, customer, given);
    await house.scheduler.elapse(flushMs);
    house.clock.advance(10 * dayMs);
    const since = '2026-06-01T12:00:00.000Z';
    const from = (instant: string) => ask({ from: instant });
    expect(await from('2026-05-01T00:00:00Z')).toEqual({ answer: 'NO', days: [], recordedSince: since });
    // The key is as old as the recording. One that the recording is younger than may have read before.
    await house.app.database.write((connection) =>
      connection.execute(sql`UPDATE "api_keys" SET "created_at" = '2026-05-15T00:00:00.000Z'`),
    );
    expect((await from('2026-05-31T00:00:00Z')).answer).toBe('UNKNOWN');
    expect((await from('2026-06-02T00:00:00Z')).answer).toBe('NO');
  });

  it('is UNKNOWN from the moment on in which a server notes nothing, and what was noted stays known', async () => {
    const { house, workspace, owner, customer } = await begin();
    const key = await workspace.key('read:customers');
    await key.send(everything);
    const other = await workspace.customer();
    await house.scheduler.elapse(flushMs);
    for (const env of [{ RECORD_READS: 'off' }, { RECORDING: 'off' }]) {
      const off = await open({ sharing: house, env });
      await at(off, key).send(everything);
      await off.scheduler.elapse(flushMs);
      expect(await mayHaveRead(owner, key.apiKeyId, other)).toEqual({
        ...{ answer: 'UNKNOWN', days: [], recordedSince: null },
      });
      expect((await mayHaveRead(owner, key.apiKeyId, customer)).answer).toBe('YES');
      house.clock.advance(3_600_000);
      await house.scheduler.elapse(flushMs);
    }
    const { answer, recordedSince } = await mayHaveRead(owner, key.apiKeyId, other, {
      from: '2026-06-02T00:00:00Z',
    });
    expect([answer, recordedSince]).toEqual(['NO', '2026-06-01T14:00:00.000Z']);
  });

  it('is UNKNOWN of what a server that notes nothing answered beside one that had just begun to', async () => {
    const { house, workspace, owner, customer } = await begin();
    const key = await workspace.key('read:customers');
    const off = await open({ sharing: house, env: { RECORD_READS: 'off' } });
    await off.scheduler.elapse(flushMs);
    house.clock.advance(dayMs);
    const on = await open({ sharing: house });
    // It has begun, has written nothing yet, and the other one goes on.
    house.clock.advance(5_000);
    await at(off, key).send(everything);
    house.clock.advance(5_000);
    await on.scheduler.elapse(flushMs);
    const from = '2026-06-02T12:00:01Z';
    const { answer, recordedSince } = await mayHaveRead(owner, key.apiKeyId, customer, { from });
    expect([answer, recordedSince]).toEqual(['UNKNOWN', '2026-06-02T12:00:10.000Z']);
  });

  it('is UNKNOWN when the store does not take what was noted', async () => {
    let isFailing = false;
    const { workspace, owner, customer, house } = await begin({
      database: {
        onStatement: (text) => {
          if (isFailing && text.includes('key_reads_day')) throw new Error('full');
        },
      },
    });
    const key = await workspace.key('read:customers');
    const other = await workspace.key('read:customers');
    await house.scheduler.elapse(flushMs);
    await key.send(everything);
    isFailing = true;
    await house.scheduler.elapse(flushMs);
    isFailing = false;
    expect((await mayHaveRead(owner, other.apiKeyId, customer)).answer).toBe('NO');
    expect((await mayHaveRead(owner, key.apiKeyId, customer)).answer).toBe('YES');
  });

  it('is one set, whichever server answered, and the same is not counted twice', async () => {
    const { house, workspace, owner } = await begin();
    const second = await open({ sharing: house });
    const key = await workspace.key('read:customers');
    await key.send(everything);
    await at(second, key).send(everything);
    await workspace.customer();
    await at(second, key).send(everything);
    await Promise.all([house.scheduler.elapse(flushMs), second.scheduler.elapse(flushMs)]);
    expect(await readsOf(owner, key.apiKeyId)).toMatchObject([{ type: 'Customer', count: 2 }]);
  });

  it('holds what a server noted that ended', async () => {
    const { house, workspace, owner, customer } = await begin();
    const ending = await openTestHouse(engine, { sharing: house });
    const key = await workspace.key('read:customers');
    await at(ending, key).send(everything);
    await ending.close();
    expect((await mayHaveRead(owner, key.apiKeyId, customer)).answer).toBe('YES');
  });

  it('holds the end of a day: what is read before midnight may be answered after it', async () => {
    const { house, workspace, owner, customer } = await begin();
    const key = await workspace.key('read:customers');
    house.clock.advance(dayMs / 2 - 1);
    await key.send(everything);
    house.clock.advance(2);
    const after = await mayHaveRead(owner, key.apiKeyId, customer, { from: '2026-06-02T00:00:00Z' });
    expect(after).toMatchObject({ answer: 'YES', days: ['2026-06-01T00:00:00.000Z'] });
    const later = await mayHaveRead(owner, key.apiKeyId, customer, { from: '2026-06-02T00:01:00Z' });
    expect(later.answer).toBe('NO');
  });

  it('is removed when it is too old, and is UNKNOWN from there on', async () => {
    const { house, workspace, owner, customer } = await begin({ env: { USAGE_DAYS: '3' } });
    const key = await workspace.key('read:customers');
    await key.send(everything);
    await house.scheduler.elapse(flushMs);
    house.clock.advance(3 * dayMs);
    await house.app.sweep();
    expect((await mayHaveRead(owner, key.apiKeyId, customer)).answer).toBe('YES');
    house.clock.advance(dayMs);
    await house.app.sweep();
    const known = await mayHaveRead(owner, key.apiKeyId, customer);
    expect(known).toEqual({ answer: 'UNKNOWN', days: [], recordedSince: '2026-06-02T12:00:00.000Z' });
    expect(await readsOf(owner, key.apiKeyId)).toEqual([]);
  });

  describe('of more records than a set keeps exactly', () => {
    const made = async (house: TestHouse, { workspaceId }: TestWorkspace, count: number) => {
      const context = systemContext(house.app, workspaceId);
      const ids: string[] = [];
      while (ids.length < count) {
        const input = Array.from({ length: 100 }, (_, index) => ({ name: `C${index}` }));
        const answered = await createCustomers(context, input);
        if (!('customerIds' in answered)) throw new Error(JSON.stringify(answered));
        ids.push(...answered.customerIds);
      }
      return ids;
    };

    it('misses none, and is MAYBE; days and servers are merged into one count', async () => {
      const { house, workspace, owner } = await begin();
      const ids = await made(house, workspace, maxExact + 200);
      const key = await workspace.key('read:customers');
      const readAll = async () => {
        let after: string | null = null;
        do {
          const page = payloadOf(
            await key.send(
              'query ($after: String) { customers(first: 100, after: $after) { nodes { name } pageInfo { endCursor hasNextPage } } }',
              { after },
            ),
          );
          after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
          await house.scheduler.elapse(flushMs);
        } while (after !== null);
      };
      await readAll();
      const unread = await workspace.customer();
      house.clock.advance(dayMs);
      await key.send('query ($id: ID!) { customer(id: $id) { name } }', { id: ids[7] });
      const [customers] = await readsOf(owner, key.apiKeyId);
      const isNear = (count: number) => Math.abs(count - ids.length - 1) < ids.length / 100;
      expect(customers).toMatchObject({ type: 'Customer', isExact: false });
      expect([customers!.count, customers!.days[0]!.count].map(isNear)).toEqual([true, true]);
      expect(customers!.days[1]!.count).toBe(1);
      for (const id of [ids[0]!, ids.at(-1)!])
        expect((await mayHaveRead(owner, key.apiKeyId, id)).answer).toBe('MAYBE');
      // Certain by the second day, whose set is exact.
      expect(await mayHaveRead(owner, key.apiKeyId, ids[7]!)).toMatchObject({ answer: 'YES' });
      expect((await mayHaveRead(owner, key.apiKeyId, unread)).answer).toBe('NO');
    }, 120_000);
  });
});
