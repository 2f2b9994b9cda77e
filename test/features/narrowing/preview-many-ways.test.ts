// A key that ran operations in many ways: they are judged part by part, and none is left out.
import sql from 'sql-template-tag';
import { afterEach, expect, it } from 'vitest';
import { insertStatement } from '../../../src/db/statements/write.ts';
import { tableOf, type EntityClass } from '../../../src/db/store/table.ts';
import { KeyUsesDay, StoredRecordedUse } from '../../../src/features/insight/index.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type TestHouse } from '../../support/house.ts';
import { payloadOf } from '../../support/keys.ts';

const flushMs = 10_000;
const preview = `query ($id: ID!) {
  previewKeyChange(id: $id, scopes: ["read:customers"], days: 2) { requests refusedRequests unknownRequests }
}`;

describeEachEngine('A preview of many ways', (engine) => {
  let house: TestHouse;
  afterEach(() => house.close());

  it('judges each of them', async () => {
    house = await openTestHouse(engine);
    const workspace = await house.workspace();
    const key = await workspace.key('read:customers', 'read:inquiries');
    await key.send('{ customers(first: 1) { nodes { id } } }');
    await key.send('{ inquiries(first: 1) { nodes { id } } }');
    await house.scheduler.elapse(flushMs);
    const { database } = house.app;
    const found = await database.query<{ coordinates: string | readonly string[] }>(
      sql`SELECT "coordinates" FROM "recorded_uses"`,
    );
    const ways = found.map(({ coordinates }) =>
      typeof coordinates === 'string' ? (JSON.parse(coordinates) as string[]) : coordinates,
    );
    const of = (field: string) => ways.find((coordinates) => coordinates.join(' ').includes(field))!;
    const { workspaceId } = workspace;
    const [createdAt, day] = ['2026-06-01T12:00:00.000Z', '2026-06-01'];
    const insert = (entity: EntityClass, rows: readonly Record<string, unknown>[]) =>
      database.write((connection) =>
        connection.execute(insertStatement(tableOf(entity), rows, database.dialect, false)),
      );
    const numbers = Array.from({ length: 1_000 }, (_, index) => index);
    const useId = (index: number) => `use_${String(index).padStart(4, '0')}`;
    // Every tenth is of inquiries; the last hundred are known by their id alone.
    await insert(
      StoredRecordedUse,
      numbers.slice(0, 900).map((index) => ({
        ...{ id: useId(index), workspaceId, callerId: key.apiKeyId, createdAt },
        coordinates: of(index % 10 === 0 ? 'inquiries' : 'customers'),
      })),
    );
    const common = { workspaceId, callerId: key.apiKeyId, day, operationId: 'rop_1', lastAt: createdAt };
    await insert(
      KeyUsesDay,
      numbers.map((index) => ({ ...common, useId: useId(index), requests: 2 })),
    );
    const owner = await workspace.owner();
    expect(payloadOf(await owner.send(preview, { id: key.apiKeyId }))).toEqual({
      requests: 2_002,
      refusedRequests: 181,
      unknownRequests: 200,
    });
  });
});
