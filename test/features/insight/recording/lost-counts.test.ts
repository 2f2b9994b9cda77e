// What cannot be written costs itself and nothing else: the counts of others are written, and what is lost is told.
import sql, { raw, type Sql } from 'sql-template-tag';
import { afterEach, expect, it } from 'vitest';
import type { RecordedRequest } from '../../../../src/core/recorder.ts';
import { tableOf } from '../../../../src/db/store/table.ts';
import { createRecorder, ReadLog, readRecordedSince } from '../../../../src/features/insight/index.ts';
import { noteNoRecording } from '../../../../src/features/insight/recording/recording-state.ts';
import { UsageLog } from '../../../../src/features/insight/recording/usage-log.ts';
import { allTables } from '../../../../src/services.ts';
import { describeEachEngine } from '../../../support/engines.ts';
import { openTestHouse, type Caller, type KeyCaller, type TestHouse } from '../../../support/house.ts';
import { payloadOf, signedInCaller } from '../../../support/keys.ts';
import { mayHaveRead } from '../reads/support/asked.ts';
import { lossMeter } from './support/loss-meter.ts';

const flushMs = 10_000;
const hourMs = 3_600_000;
const start = '2026-06-01T12:00:00.000Z';
const oneHourLater = '2026-06-01T13:00:00.000Z';
const everything = '{ customers(first: 100) { nodes { id } } }';

/** By SQL, table by table, until no row refers to it any more. */
async function deleteWorkspace({ app: { database } }: TestHouse, workspaceId: string): Promise<void> {
  const tables = allTables.map((entity) => tableOf(entity));
  const isThere = async () =>
    (await database.query(sql`SELECT "id" FROM "workspaces" WHERE "id" = ${workspaceId}`)).length > 0;
  for (let round = 0; round < 10 && (await isThere()); round += 1) {
    for (const table of tables) {
      const ofWorkspace = raw(`"${table.column(table.workspace).name}"`);
      // A table that others refer to is tried again in the next round.
      await database
        .write((connection) =>
          connection.execute(
            sql`DELETE FROM ${raw(`"${table.name}"`)} WHERE ${ofWorkspace} = ${workspaceId}`,
          ),
        )
        .catch(() => undefined);
    }
  }
  expect(await isThere()).toBe(false);
}

/** From now on the table takes no row of this caller. */
async function refuseRowsOf(
  { app: { database } }: TestHouse,
  table: string,
  callerId: string,
): Promise<void> {
  const statement =
    database.dialect.name === 'postgres'
      ? `ALTER TABLE "${table}" ADD CONSTRAINT "${table}_refused" CHECK ("caller_id" <> '${callerId}') NOT VALID`
      : `CREATE TRIGGER "${table}_refused" BEFORE INSERT ON "${table}" WHEN NEW."caller_id" = '${callerId}' BEGIN SELECT RAISE(ABORT, 'refused'); END`;
  await database.write(async (connection) => void (await connection.query(sql`${raw(statement)}`)));
}

async function allowRowsOf({ app: { database } }: TestHouse, table: string): Promise<void> {
  const statement =
    database.dialect.name === 'postgres'
      ? `ALTER TABLE "${table}" DROP CONSTRAINT "${table}_refused"`
      : `DROP TRIGGER "${table}_refused"`;
  await database.write(async (connection) => void (await connection.query(sql`${raw(statement)}`)));
}

function requestOf(workspaceId: string, index: number): RecordedRequest {
  const caller = { kind: 'API_KEY', id: `key_${index}`, workspaceId, label: 'k' } as const;
  return {
    ...{ caller, surface: 'graphql', status: 200, outcome: 'ok', reason: null, missing: [] },
    ...{ ran: null, operationName: null, tried: null, cost: 1, rows: 0, bytes: 10, durationMs: 1, ip: '::1' },
    ...{ userAgent: null, requestId: String(index) },
  };
}

describeEachEngine('What the store does not take', (engine) => {
  let house: TestHouse;
  afterEach(() => house.close());

  const one = async (statement: Sql): Promise<number> => {
    const [found] = await house.app.database.query<{ value: number | string | null }>(statement);
    return Number(found?.value ?? 0);
  };
  const requestsOf = ({ apiKeyId }: KeyCaller) =>
    one(sql`SELECT sum("requests") AS "value" FROM "key_usage_hour" WHERE "caller_id" = ${apiKeyId}`);
  const recordedSince = async (owner: Caller, { apiKeyId: id }: KeyCaller): Promise<string | null> => {
    const query = `query ($id: ID!) {
      apiKey(id: $id) { scopeUse(from: "2026-06-01T00:00:00Z", to: "2026-06-02T00:00:00Z") { recordedSince } }
    }`;
    return payloadOf(await owner.send(query, { id })).scopeUse.recordedSince;
  };

  /** A recorder that nobody else records with; an hour after it began. */
  const recordAlone = async () => {
    house = await openTestHouse(engine);
    const { workspaceId } = await house.workspace();
    const { meter, lost } = lossMeter();
    const { app } = house;
    const recorder = createRecorder({ ...app, requestLog: app.recording.log, isOn: true, meter });
    await recorder.flushUsage();
    house.clock.advance(hourMs);
    return { workspaceId, app, recorder, lost };
  };

  it('of a workspace that was deleted is dropped alone, and no figure of others lacks it', async () => {
    const { meter, lost } = lossMeter();
    house = await openTestHouse(engine, { meter });
    const [gone, other] = [await house.workspace(), await house.workspace()];
    await house.scheduler.elapse(flushMs);
    house.clock.advance(hourMs);
    await gone.customer();
    const customer = await other.customer();
    const [goneKey, key] = [await gone.key('read:customers'), await other.key('read:customers')];
    await goneKey.send(everything);
    await deleteWorkspace(house, gone.workspaceId);
    for (let count = 0; count < 5; count += 1) await key.send(everything);
    await house.scheduler.elapse(flushMs);
    expect(await requestsOf(key)).toBe(5);
    expect(lost).toEqual({ requests: 1, records: 1 });
    const owner = signedInCaller(house, () => other.owner());
    expect(await recordedSince(owner, key)).toBe(start);
    const read = await mayHaveRead(owner, key.apiKeyId, customer);
    expect([read.answer, read.recordedSince]).toEqual(['YES', start]);
  });

  it('is the row of one key: those of the others are written, and recordedSince begins anew', async () => {
    const { meter, lost } = lossMeter();
    house = await openTestHouse(engine, { meter });
    const workspace = await house.workspace();
    const owner = signedInCaller(house, () => workspace.owner());
    const customer = await workspace.customer();
    const keys: KeyCaller[] = [];
    for (let index = 0; index < 5; index += 1) keys.push(await workspace.key('read:customers'));
    const refused = keys[2]!;
    await house.scheduler.elapse(flushMs);
    house.clock.advance(hourMs);
    for (const table of ['key_usage_hour', 'key_reads_day'])
      await refuseRowsOf(house, table, refused.apiKeyId);
    for (const key of keys) for (let count = 0; count < 3; count += 1) await key.send(everything);
    await house.scheduler.elapse(flushMs);
    const written = await Promise.all(keys.map(requestsOf));
    expect(written).toEqual([3, 3, 0, 3, 3]);
    expect(lost).toEqual({ requests: 3, records: 1 });
    // Each by the write that lost it.
    expect(await readRecordedSince(house.app.database, 'reads')).toBe(oneHourLater);
    expect(await recordedSince(owner, keys[0]!)).toBe(oneHourLater);
    const readBy = async ({ apiKeyId }: KeyCaller) => {
      const { answer, recordedSince: since } = await mayHaveRead(owner, apiKeyId, customer);
      return [answer, since];
    };
    expect(await readBy(keys[4]!)).toEqual(['YES', oneHourLater]);
    expect(await readBy(refused)).toEqual(['UNKNOWN', oneHourLater]);
    // What was lost is noted when it is answered again.
    for (const table of ['key_usage_hour', 'key_reads_day']) await allowRowsOf(house, table);
    await refused.send(everything);
    expect((await readBy(refused))[0]).toBe('YES');
    // Nothing waits that would be refused again.
    house.clock.advance(hourMs);
    await keys[0]!.send(everything);
    await house.scheduler.elapse(flushMs);
    expect(await requestsOf(keys[0]!)).toBe(4);
    expect(await recordedSince(owner, keys[0]!)).toBe(oneHourLater);
  });

  it('is told as a gap only where a figure lacks it: not the last address of a key, but a way of its operations', async () => {
    const { meter, lost } = lossMeter();
    house = await openTestHouse(engine, { meter });
    const workspace = await house.workspace();
    const owner = signedInCaller(house, () => workspace.owner());
    const key = await workspace.key('read:customers');
    await house.scheduler.elapse(flushMs);
    house.clock.advance(hourMs);
    await refuseRowsOf(house, 'key_last_seen', key.apiKeyId);
    await key.send(everything);
    await house.scheduler.elapse(flushMs);
    expect([await requestsOf(key), await recordedSince(owner, key)]).toEqual([1, start]);
    await refuseRowsOf(house, 'key_uses_day', key.apiKeyId);
    await key.send(everything);
    await house.scheduler.elapse(flushMs);
    // The request is in the sums; what it asked for is not known to a preview.
    expect([await requestsOf(key), await recordedSince(owner, key)]).toEqual([2, oneHourLater]);
    expect(lost).toEqual({ requests: 0, records: 0 });
  });

  it.each([
    ['is told', 'nothing else can be written', 'INTO "usage_flushes"', oneHourLater],
    ['is told by the next write', 'it cannot be told', 'UPDATE "recording"', start],
  ])('%s as a gap while %s', async (_gap, _while, away, since) => {
    let isAway = false;
    house = await openTestHouse(engine, {
      database: {
        onStatement: (text) => {
          if (isAway && text.includes(away)) throw new Error('The store is away.');
        },
      },
    });
    const { workspaceId } = await house.workspace();
    const { app } = house;
    const usage = new UsageLog(app);
    const sinceOf = () => readRecordedSince(app.database);
    await house.scheduler.elapse(flushMs);
    expect(await sinceOf()).toBe(start);
    house.clock.advance(hourMs);
    usage.note(requestOf(workspaceId, 0), house.clock.nowMs());
    usage.lose(1);
    isAway = true;
    await expect(usage.flush()).rejects.toThrow('The store is away.');
    expect(await sinceOf()).toBe(since);
    isAway = false;
    await usage.flush();
    expect(await sinceOf()).toBe(oneHourLater);
  });

  it('and cannot be recorded at all changes no answer: it is lost and counted', async () => {
    const { workspaceId, app, recorder, lost } = await recordAlone();
    // No operation that can be written down.
    recorder.record({ ...requestOf(workspaceId, 0), ran: {} as never });
    recorder.record(requestOf(workspaceId, 1));
    expect(lost.requests).toBe(1);
    await recorder.flushUsage();
    expect(await one(sql`SELECT sum("requests") AS "value" FROM "key_usage_hour"`)).toBe(1);
    expect(await readRecordedSince(app.database)).toBe(oneHourLater);
  });

  it('begins nothing where a server records nothing: what is known stays unknown', async () => {
    house = await openTestHouse(engine);
    const { app } = house;
    await house.scheduler.elapse(flushMs);
    await noteNoRecording(app.database);
    const usage = new UsageLog(app);
    usage.lose(1);
    await usage.flush();
    expect(await readRecordedSince(app.database)).toBeNull();
  });

  it('and has no room in memory is lost and counted; addresses are kept of so many callers', async () => {
    const { workspaceId, app, recorder, lost } = await recordAlone();
    for (let index = 0; index < 25_010; index += 1) recorder.record(requestOf(workspaceId, index));
    // What is known has a place.
    recorder.record({ ...requestOf(workspaceId, 0), ip: '192.0.2.9' });
    expect(lost).toEqual({ requests: 10, records: 0 });
    await recorder.flushUsage();
    const sums = sql`FROM "key_usage_hour" WHERE "workspace_id" = ${workspaceId}`;
    expect(await one(sql`SELECT count(*) AS "value" ${sums}`)).toBe(25_000);
    expect(await one(sql`SELECT sum("requests") AS "value" ${sums}`)).toBe(25_001);
    expect(await one(sql`SELECT count(*) AS "value" ${sums} AND "operation_id" = 'other'`)).toBe(5_000);
    expect(await one(sql`SELECT count(*) AS "value" FROM "key_last_seen"`)).toBe(20_000);
    const [seen] = await app.database.query<{ ip: string }>(
      sql`SELECT "ip" FROM "key_last_seen" WHERE "caller_id" = 'key_0'`,
    );
    expect(seen).toEqual({ ip: '192.0.2.9' });
    const [state] = await app.database.query<{ since: string | Date }>(
      sql`SELECT "since" FROM "recording" WHERE "id" = 'recording'`,
    );
    expect(new Date(state!.since).toISOString()).toBe(oneHourLater);
  });

  it('are records beyond a million in memory: they are counted, and recordedSince begins anew', async () => {
    house = await openTestHouse(engine);
    const { workspaceId } = await house.workspace();
    const { meter, lost } = lossMeter();
    const { database, clock } = house.app;
    await house.scheduler.elapse(flushMs);
    house.clock.advance(hourMs);
    const reads = new ReadLog({ database, clock, meter });
    const rows = Array.from({ length: 1_000_010 }, (_, index) => ({ id: `cus_${index}` }));
    reads.note({ workspaceId, apiKeyId: 'key_1' }, 'Customer', rows);
    expect(lost).toEqual({ requests: 0, records: 10 });
    await reads.flush();
    expect(await reads.since()).toBe(oneHourLater);
  });
});
