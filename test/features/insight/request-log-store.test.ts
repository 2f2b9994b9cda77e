// The store of the log may be full, locked, slow or gone: no answer changes, memory stays bounded, and what is lost is counted.
// And the log forgets: whole days on Postgres, some rows at a time on SQLite.
import { chmodSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import sql from 'sql-template-tag';
import { afterEach, describe, expect, it } from 'vitest';
import { createRecorder } from '../../../src/features/insight/index.ts';
import { writeBatch } from '../../../src/features/insight/recording/usage-writer.ts';
import type { KeyCaller, TestHouse } from '../../support/house.ts';
import { bearer, openTestHouse } from '../../support/house.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { payloadOf } from '../../support/keys.ts';
import type { LogStore } from '../../../src/db/store/log-store.ts';
import type { RecordedRequest } from '../../../src/core/recorder.ts';

const dayMs = 86_400_000;
const flushMs = 10_000;
const listed = 'query { requests(first: 100) { totalCount nodes { at operationName } } }';

function logPath(house: TestHouse): string {
  return house.engine.url.replace(/^sqlite:(.*)\.sqlite$/, '$1-log.sqlite');
}

function requestOf(index: number): RecordedRequest {
  const caller = { kind: 'API_KEY', id: `key_${index}`, workspaceId: 'wsp_1', label: 'k' } as const;
  return {
    ...{ caller, surface: 'graphql', status: 200, outcome: 'ok', reason: null, missing: [] },
    ...{ ran: null, operationName: null, tried: null, cost: 1, rows: 0, bytes: 10, durationMs: 1, ip: '::1' },
    ...{ userAgent: null, requestId: String(index) },
  };
}

describeEachEngine('The store of the log', (engine) => {
  let house: TestHouse;
  afterEach(() => house.close());

  it('forgets what is older than the setting says', async () => {
    house = await openTestHouse(engine, { env: { REQUEST_LOG_DAYS: '3' } });
    const workspace = await house.workspace();
    const key = await workspace.key('read:customers');
    for (const name of ['Day1', 'Day2', 'Day3', 'Day4', 'Day5', 'Day6']) {
      await key.send(`query ${name} { viewer { kind } }`);
      await house.scheduler.elapse(flushMs);
      house.clock.advance(dayMs);
    }
    await house.app.sweep();
    const owner = await workspace.owner();
    const { nodes } = payloadOf(await owner.send(listed)) as { nodes: { operationName: string | null }[] };
    const names = nodes.map(({ operationName }) => operationName).filter((name) => name?.startsWith('Day'));
    // It is noon of the seventh day: the partition of the fourth is kept whole.
    expect(names).toEqual(['Day6', 'Day5', 'Day4']);
  });

  it('forgets earlier what a workspace keeps for less long, and nothing of others', async () => {
    house = await openTestHouse(engine, { env: { REQUEST_LOG_DAYS: '30' } });
    const [brief, other] = [await house.workspace(), await house.workspace()];
    const owner = await brief.owner();
    const set =
      'mutation { updateWorkspaceSettings(input: { requestLogRetentionDays: 2 }) { userErrors { code } } }';
    expect(payloadOf(await owner.send(set)).userErrors).toEqual([]);
    const keys = [await brief.key('read:customers'), await other.key('read:customers')];
    for (const name of ['Day1', 'Day2', 'Day3', 'Day4']) {
      for (const key of keys) await key.send(`query ${name} { viewer { kind } }`);
      await house.scheduler.elapse(flushMs);
      house.clock.advance(dayMs);
    }
    await house.app.sweep();
    const names = async (workspace: typeof brief) => {
      const { nodes } = payloadOf(await (await workspace.owner()).send(listed)) as {
        nodes: { operationName: string | null }[];
      };
      return nodes.map(({ operationName }) => operationName).filter((name) => name?.startsWith('Day'));
    };
    expect(await names(brief)).toEqual(['Day4', 'Day3']);
    expect(await names(other)).toEqual(['Day4', 'Day3', 'Day2', 'Day1']);
  });

  it('takes late rows of a day that another server has forgotten already', async () => {
    house = await openTestHouse(engine);
    const other = await openTestHouse(engine, { sharing: house });
    const workspace = await house.workspace();
    const { log } = house.app.recording;
    const rowOf = (id: string, at: string) => ({
      ...{
        id,
        at,
        workspaceId: workspace.workspaceId,
        callerKind: 'API_KEY',
        callerId: 'key_1',
        callerLabel: 'k',
      },
      ...{
        surface: 'GRAPHQL',
        operationName: id,
        operationId: null,
        status: 200,
        outcome: 'ok',
        reason: null,
      },
      ...{ missing: [], cost: 1, rows: 0, bytes: 1, durationMs: 1, ip: '::1', userAgent: null },
      ...{ requestId: 'r', weight: 1 },
    });
    await log.add([rowOf('Early', '2026-05-20T12:00:00.000Z')]);
    await other.app.recording.log.forget('2026-05-25T00:00:00.000Z');
    const late = [rowOf('Late', '2026-05-20T13:00:00.000Z')];
    // Its writer keeps what was refused, and tries it again.
    await log.add(late).catch(() => log.add(late));
    const owner = await workspace.owner();
    const { nodes } = payloadOf(await owner.send(listed)) as { nodes: { operationName: string | null }[] };
    const names = nodes.map(({ operationName }) => operationName);
    expect(names).toContain('Late');
    expect(names).not.toContain('Early');
    await other.close();
  });

  it('gives up a row that it refuses for what it holds, and takes those around it', async () => {
    house = await openTestHouse(engine);
    const { workspaceId } = await house.workspace();
    let dropped = 0;
    const recorder = createRecorder({
      ...{ ...house.app, requestLog: house.app.recording.log, isOn: true },
      meter: { requestLogDropped: (rows: number) => void (dropped += rows) } as never,
    });
    for (let index = 0; index < 9; index += 1) {
      const request = requestOf(index);
      const caller = { ...request.caller, workspaceId };
      // No request is without an id: it stands for whatever a later version may let through.
      recorder.record({ ...request, caller, ...(index === 4 ? { requestId: null as never } : {}) });
    }
    await recorder.flushLog();
    expect(dropped).toBe(1);
    const kept = await house.app.recording.log
      .reading(workspaceId)
      .query<{ id: string }>(
        sql`SELECT "request_id" AS "id" FROM "request_log" WHERE "caller_id" LIKE 'key%'`,
      );
    expect(kept.map(({ id }) => id).sort()).toEqual(['0', '1', '2', '3', '5', '6', '7', '8']);
  });

  it('writes a batch once, however often it is sent', async () => {
    house = await openTestHouse(engine);
    const { workspaceId } = await house.workspace();
    const hour = '2026-06-01T12:00:00.000Z';
    const sums = { requests: 3, denied: 1, failed: 0, cost: 5, rows: 1, bytes: 9, msSum: 4, msMax: 3 };
    const row = {
      ...{ workspaceId, callerId: 'key_x', callerKind: 'API_KEY' as const, hour, day: '2026-06-01' },
      ...{ operationId: 'none', outcome: 'ok', lastAt: hour, ...sums },
    };
    const batch = { id: 'batch-1', kind: 'usage', rows: [row] } as const;
    const { database, clock } = house.app;
    for (let time = 0; time < 3; time += 1) await writeBatch(database, batch, clock.nowMs());
    await writeBatch(database, { ...batch, id: 'batch-2' }, clock.nowMs());
    const [found] = await database.query<Record<string, unknown>>(
      sql`SELECT sum("requests") AS "requests", max("ms_max") AS "ms_max" FROM "key_usage_hour" WHERE "caller_id" = ${'key_x'}`,
    );
    expect([Number(found!['requests']), Number(found!['ms_max'])]).toEqual([6, 3]);
  });
});

describe('A log that does not take rows', () => {
  const fail = new Error('disk full');
  const recorderOn = (house: TestHouse, log: Pick<LogStore, 'add'>) => {
    let dropped = 0;
    const requestLog = { ...house.app.recording.log, add: log.add };
    const recorder = createRecorder({
      ...{ ...house.app, requestLog, isOn: true },
      meter: { requestLogDropped: (rows: number) => void (dropped += rows) } as never,
    });
    return { recorder, dropped: () => dropped };
  };

  it('keeps a bounded number of rows, counts the others as lost, and writes the kept ones later', async () => {
    const house = await openTestHouse('sqlite');
    let isFull = true;
    let written = 0;
    const { recorder, dropped } = recorderOn(house, {
      add: async (rows) => {
        if (isFull) throw fail;
        written += rows.length;
      },
    });
    for (let index = 0; index < 12_000; index += 1) recorder.record(requestOf(index));
    await expect(recorder.flushLog()).rejects.toThrow('disk full');
    // Told once.
    await recorder.flushLog();
    expect(dropped()).toBe(2_000);
    isFull = false;
    await recorder.flushLog();
    expect(written).toBe(10_000);
    await house.close();
  });

  it('does not keep an answer waiting while it hangs', async () => {
    const house = await openTestHouse('sqlite');
    const workspace = await house.workspace();
    const key = await workspace.key('read:customers');
    let letGo = () => undefined as void;
    const hanging = new Promise<void>((resolve) => (letGo = resolve));
    house.app.recording.log.add = () => hanging;
    await key.send('{ viewer { kind } }');
    const flush = house.scheduler.elapse(5_000);
    expect((await key.send('{ viewer { kind } }')).status).toBe(200);
    letGo();
    await flush;
    await house.close();
  });
});

describe('The file of the log', () => {
  let house: TestHouse;
  let key: KeyCaller;
  afterEach(() => house.close());

  const open = async () => {
    house = await openTestHouse('sqlite');
    key = await (await house.workspace()).key('read:customers');
    await key.send('{ viewer { kind } }');
  };

  it('lies beside the store, for its owner alone, and is not there before it is needed', async () => {
    await open();
    expect(existsSync(logPath(house))).toBe(false);
    await house.scheduler.elapse(flushMs);
    expect(statSync(logPath(house)).mode & 0o777).toBe(0o600);
  });

  it('may be locked by another program: requests are answered, and its rows come later', async () => {
    await open();
    await house.scheduler.elapse(flushMs);
    const { Database } = createRequire(import.meta.url)('sqlite3') as typeof import('sqlite3');
    const other = new Database(logPath(house));
    const exec = (text: string) =>
      new Promise<void>((done, fail) => other.exec(text, (error) => (error ? fail(error) : done())));
    await exec('BEGIN EXCLUSIVE');
    await key.send('query WhileLocked { viewer { kind } }');
    await house.scheduler.elapse(flushMs);
    expect((await house.send(bearer(key.secret), '{ customers(first: 1) { nodes { id } } }')).status).toBe(
      200,
    );
    await exec('COMMIT');
    await new Promise((done) => other.close(done));
    await house.scheduler.elapse(flushMs);
    const { rows } = await countOf(house);
    expect(rows).toBe(3);
  });

  it('may be no database at all: everything else goes on', async () => {
    await open();
    writeFileSync(
      logPath(house),
      'this is not a database, it is a text of more than a hundred characters, '.repeat(20),
    );
    await house.scheduler.elapse(flushMs);
    expect((await key.send('{ viewer { kind } }')).status).toBe(200);
    rmSync(logPath(house));
    await house.scheduler.elapse(flushMs);
    expect((await countOf(house)).rows).toBe(2);
  });

  it('forgets what is old, whatever row stands before it', async () => {
    await open();
    await house.scheduler.elapse(flushMs);
    const { log } = house.app.recording;
    const row = (id: string, workspaceId: string, at: string) => ({
      ...{ id, workspaceId, at, surface: 'GRAPHQL', callerKind: 'API_KEY' },
      ...{ callerId: 'key_x', callerLabel: 'k', operationName: null, operationId: null, status: 200 },
      ...{ outcome: 'ok', reason: null, missing: [], cost: 1, rows: 0, bytes: 1, durationMs: 1 },
      ...{ ip: '::1', userAgent: null, requestId: id, weight: 1 },
    });
    // A clock was years ahead for a while.
    await log.add([row('req_ahead', 'wks_1', '2030-01-01T00:00:00.000Z')]);
    for (let part = 0; part < 11; part += 1) {
      const old = Array.from({ length: 1_000 }, (_, index) =>
        row(`req_${part}_${index}`, part < 6 ? 'wks_1' : 'wks_2', '2026-05-01T00:00:00.000Z'),
      );
      await log.add(old);
    }
    await log.add([row('req_new', 'wks_2', '2026-06-01T12:00:00.000Z')]);
    expect(await log.forget('2026-05-20T00:00:00.000Z')).toBe(11_000);
    // And the one that the key sent.
    expect((await countOf(house)).rows).toBe(3);
  });

  it('may have no place: a folder stands where it would be', async () => {
    await open();
    mkdirSync(logPath(house));
    await house.scheduler.elapse(flushMs);
    expect((await key.send('{ viewer { kind } }')).status).toBe(200);
    chmodSync(logPath(house), 0o700);
  });
});

async function countOf(house: TestHouse): Promise<{ rows: number }> {
  const reading = house.app.recording.log.reading('any');
  const [found] = await reading.query<{ rows: number }>(sql`SELECT count(*) AS "rows" FROM "request_log"`);
  return found!;
}
