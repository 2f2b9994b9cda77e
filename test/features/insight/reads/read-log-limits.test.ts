// What bounds the memory of records that keys were answered, and what is known of those that had no room.
import sql from 'sql-template-tag';
import { afterEach, expect, it } from 'vitest';
import { readRecordedSince } from '../../../../src/features/insight/index.ts';
import { ReadLog } from '../../../../src/features/insight/reads/read-log.ts';
import { describeEachEngine } from '../../../support/engines.ts';
import { openTestHouse, type HouseOptions, type TestHouse } from '../../../support/house.ts';

const flushMs = 10_000;
const hourMs = 3_600_000;
const start = '2026-06-01T12:00:00.000Z';
const oneHourLater = '2026-06-01T13:00:00.000Z';

const records = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `cus_${from + index}` }));

describeEachEngine('Records that wait to be written', (engine) => {
  let house: TestHouse;
  afterEach(() => house.close());

  /** A log of its own on the store of a server. */
  const open = async (options: HouseOptions = {}) => {
    house = await openTestHouse(engine, options);
    const { workspaceId } = await house.workspace();
    await house.scheduler.elapse(flushMs);
    house.clock.advance(hourMs);
    const log = new ReadLog(house.app);
    const reader = { workspaceId, apiKeyId: 'key_x' };
    return { log, note: (from: number, count: number) => log.note(reader, 'Customer', records(from, count)) };
  };
  const written = async (): Promise<number> => {
    const [found] = await house.app.database.query<{ count: number | string }>(
      sql`SELECT "count" FROM "key_reads_day" WHERE "caller_id" = 'key_x'`,
    );
    return Number(found?.count ?? 0);
  };
  const forgetWritten = () =>
    house.app.database.write((connection) =>
      connection.execute(sql`DELETE FROM "key_reads_day" WHERE "caller_id" = 'key_x'`),
    );

  it('are written at once when there are 250,000 of them', async () => {
    const { note } = await open();
    note(0, 249_999);
    note(249_999, 1);
    await expect.poll(written).toBeGreaterThan(200_000);
  });

  it('are not written twice, until 200,000 of a day are known: then they are forgotten', async () => {
    const { log, note } = await open();
    note(0, 200_000);
    await log.flush();
    await forgetWritten();
    note(0, 10);
    await log.flush();
    expect(await written()).toBe(0);
    note(200_000, 1);
    await log.flush();
    expect(await written()).toBe(1);
    await forgetWritten();
    for (let time = 0; time < 2; time += 1) {
      note(0, 10);
      await log.flush();
    }
    expect(await written()).toBe(10);
    // And from there on they are known again.
    await forgetWritten();
    note(0, 10);
    await log.flush();
    expect(await written()).toBe(0);
  });

  it('are a million at most: what is read beyond is not known, and the store is told', async () => {
    const { log, note } = await open();
    note(0, 1_000_000);
    await log.flush();
    expect(await readRecordedSince(house.app.database, 'reads')).toBe(start);
    note(1_000_000, 1_000_000);
    note(2_000_000, 1);
    await log.flush();
    expect(await readRecordedSince(house.app.database, 'reads')).toBe(oneHourLater);
  });

  it.each([
    ['is told', 'nothing else can be written', 'INTO "key_reads_day"', oneHourLater],
    ['is told by the next write', 'it cannot be told', 'UPDATE "recording"', start],
  ])('that have no id are a gap, which %s while %s', async (_gap, _while, away, since) => {
    let isAway = false;
    const { log, note } = await open({
      database: {
        onStatement: (text) => {
          if (isAway && text.includes(away)) throw new Error('The store is away.');
        },
      },
    });
    const { workspaceId } = await house.workspace();
    note(0, 1);
    log.note({ workspaceId, apiKeyId: 'key_x' }, 'Customer', [{ name: 'Nobody' }]);
    isAway = true;
    await expect(log.flush()).rejects.toThrow('The store is away.');
    expect(await readRecordedSince(house.app.database, 'reads')).toBe(since);
    isAway = false;
    await log.flush();
    expect(await readRecordedSince(house.app.database, 'reads')).toBe(oneHourLater);
    expect(await written()).toBe(1);
  });
});
