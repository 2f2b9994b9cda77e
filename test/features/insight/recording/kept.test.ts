// What the store keeps of recorded operations: so many of a workspace, the last address of a key, and what the present release says
// of their scopes.
import sql, { raw } from 'sql-template-tag';
import { afterEach, expect, it } from 'vitest';
import { insertStatement } from '../../../../src/db/statements/write.ts';
import { tableOf, type EntityClass } from '../../../../src/db/store/table.ts';
import { systemContext } from '../../../../src/access/system-context.ts';
import {
  KeyUsesDay,
  StoredRecordedOperation,
  StoredRecordedUse,
} from '../../../../src/features/insight/index.ts';
import { writeBatch } from '../../../../src/features/insight/recording/usage-writer.ts';
import { describeEachEngine } from '../../../support/engines.ts';
import { bearer, openTestHouse, type KeyCaller, type TestHouse } from '../../../support/house.ts';
import { payloadOf, signedInCaller } from '../../../support/keys.ts';

const flushMs = 10_000;
const dayMs = 86_400_000;
const at = '2026-06-01T12:00:00.000Z';

describeEachEngine('What is kept of recorded operations', (engine) => {
  let house: TestHouse;
  afterEach(() => house.close());

  const insert = async (entity: EntityClass, rows: readonly Record<string, unknown>[]) => {
    const { database } = house.app;
    await database.write((connection) =>
      connection.execute(insertStatement(tableOf(entity), rows, database.dialect, false)),
    );
  };
  const valuesOf = async (column: string, table: string, { apiKeyId }: KeyCaller): Promise<string[]> => {
    const rows = await house.app.database.query<{ value: string }>(
      sql`SELECT DISTINCT ${raw(`"${column}"`)} AS "value" FROM ${raw(`"${table}"`)} WHERE "caller_id" = ${apiKeyId}`,
    );
    return rows.map(({ value }) => value).sort();
  };
  const waysOf = async (key: KeyCaller, ...fields: string[]) => {
    for (const field of fields)
      await key.send(`query Ask_${field} { customers(first: 1) { nodes { ${field} } } }`);
    await house.scheduler.elapse(flushMs);
  };

  it.each([
    { table: 'recorded_operations', column: 'operation_id', most: 2_000 },
    { table: 'recorded_uses', column: 'use_id', most: 5_000 },
  ])(
    '$table: $most of a workspace; the last places are not for one key alone',
    async ({ table, column, most }) => {
      house = await openTestHouse(engine);
      const workspace = await house.workspace();
      const { workspaceId } = workspace;
      const common = { workspaceId, callerId: null, coordinates: [], createdAt: at };
      const operation = {
        name: null,
        kind: 'QUERY',
        document: '{ a }',
        requiredScopes: [],
        possibleScopes: [],
      };
      const rows = Array.from({ length: most - 4 }, (_, index) => ({ id: `old_${index}`, ...common }));
      if (table === 'recorded_uses') await insert(StoredRecordedUse, rows);
      else
        await insert(
          StoredRecordedOperation,
          rows.map((row) => ({ ...row, ...operation })),
        );
      const [greedy, other] = [await workspace.key('read:customers'), await workspace.key('read:customers')];
      // Two of the four places, whenever it asks; the next one has as many as are left.
      for (const fields of [
        ['id', 'name', 'city'],
        ['email', 'createdAt'],
      ]) {
        await waysOf(greedy, ...fields);
        expect(await valuesOf(column, 'key_uses_day', greedy)).toHaveLength(3);
        expect(await valuesOf(column, 'key_uses_day', greedy)).toContain('other');
        expect(await valuesOf('id', table, greedy)).toHaveLength(2);
      }
      await other.send('query Another { customers(first: 1) { nodes { phone } } }');
      await house.scheduler.elapse(flushMs);
      expect(await valuesOf('id', table, other)).toHaveLength(1);
      expect(await valuesOf(column, 'key_uses_day', other)).not.toContain('other');
    },
  );

  it('says what the present release needs for an operation that an earlier one recorded', async () => {
    house = await openTestHouse(engine);
    const workspace = await house.workspace();
    const key = await workspace.key('read:customers', 'read:venues');
    const ask = 'query Listed { customers(first: 1) { nodes { id } } }';
    await key.send(ask);
    await house.scheduler.elapse(flushMs);
    await house.app.database.write((connection) =>
      connection.execute(
        sql`UPDATE "recorded_operations" SET "required_scopes" = '[]', "possible_scopes" = '["read:venues"]'`,
      ),
    );
    const owner = signedInCaller(house, () => workspace.owner());
    const unused = async () => {
      const query = `query ($id: ID!) {
        apiKey(id: $id) { scopeUse(from: "2026-06-01T00:00:00Z", to: "2026-06-02T00:00:00Z") { unused } }
      }`;
      return payloadOf(await owner.send(query, { id: key.apiKeyId })).scopeUse.unused;
    };
    expect(await unused()).toEqual(['read:customers']);
    const next = await openTestHouse(engine, { sharing: house });
    await next.send(bearer(key.secret), ask);
    await next.scheduler.elapse(flushMs);
    expect(await unused()).toEqual(['read:venues']);
    await next.close();
  });

  it('never goes back to an earlier address of a key', async () => {
    house = await openTestHouse(engine);
    const { workspaceId } = await house.workspace();
    const { database, clock } = house.app;
    const see = async (hour: string, ip: string) => {
      const row = { workspaceId, callerId: 'key_x', at: `2026-06-01T${hour}:00:00.000Z`, ip, agent: null };
      await writeBatch(database, { id: `batch-${hour}`, kind: 'seen', rows: [row] }, clock.nowMs());
      const [seen] = await database.query<{ ip: string }>(sql`SELECT "ip" FROM "key_last_seen"`);
      return seen!.ip;
    };
    expect(await see('12', '192.0.2.1')).toBe('192.0.2.1');
    expect(await see('11', '192.0.2.2')).toBe('192.0.2.1');
    expect(await see('13', '192.0.2.3')).toBe('192.0.2.3');
  });

  it('claims to be whole for no longer than sums are kept', async () => {
    house = await openTestHouse(engine, { env: { USAGE_DAYS: '3' } });
    const workspace = await house.workspace();
    const key = await workspace.key('read:customers');
    await house.scheduler.elapse(flushMs);
    house.clock.advance(10 * dayMs);
    await house.scheduler.elapse(flushMs);
    const query = `query ($id: ID!) {
      apiKey(id: $id) { scopeUse(from: "2026-06-01T00:00:00Z", to: "2026-06-12T00:00:00Z") { recordedSince } }
    }`;
    const owner = await workspace.owner();
    expect(payloadOf(await owner.send(query, { id: key.apiKeyId })).scopeUse).toEqual({
      recordedSince: '2026-06-08T12:00:00.000Z',
    });
  });

  it('calls no scope of a key unused that is younger than the time that is looked at', async () => {
    house = await openTestHouse(engine);
    const workspace = await house.workspace();
    const old = await workspace.key('read:customers');
    await house.scheduler.elapse(flushMs);
    house.clock.advance(40 * dayMs);
    const young = await workspace.key('read:customers');
    house.clock.advance(10 * dayMs);
    await house.scheduler.elapse(flushMs);
    const owner = await workspace.owner();
    const codesOf = async ({ apiKeyId: id }: KeyCaller): Promise<string[]> => {
      const query = 'query ($id: ID!) { apiKey(id: $id) { health { code } } }';
      const health = payloadOf(await owner.send(query, { id })).health as { code: string }[];
      return health.map(({ code }) => code);
    };
    expect(await codesOf(old)).toContain('UNUSED_SCOPES');
    expect(await codesOf(young)).not.toContain('UNUSED_SCOPES');
  });

  it('is read by the most requests first where there is more than is asked for', async () => {
    house = await openTestHouse(engine);
    const { workspaceId } = await house.workspace();
    const common = { workspaceId, callerId: 'key_x', operationId: 'rop_1', lastAt: at };
    const counts = [3, 9, 1, 7, 5];
    await insert(
      KeyUsesDay,
      counts.map((requests) => ({ ...common, day: '2026-06-01', useId: `use_${requests}`, requests })),
    );
    const { db } = systemContext(house.app, workspaceId);
    const found = await db.groupedSums<{ useId: string; requests: number }>({
      table: tableOf(KeyUsesDay),
      condition: { property: 'callerId', op: 'eq', value: 'key_x' },
      ...{ by: ['useId'], sums: ['requests'], latest: [], most: 'requests', limit: 2 },
    });
    expect(found.map(({ requests }) => requests).toSorted((a, b) => a - b)).toEqual([7, 9]);
  });
});
