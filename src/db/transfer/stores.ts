// The two ends of a move: a SQLite file that is opened for reading only, and Postgres on one connection without time
// limits.
import { existsSync } from 'node:fs';
import type { QueryRunner } from 'typeorm';
import { userError } from '../../core/errors.ts';
import type { Connection } from '../store/database.ts';
import { postgres, sqlite } from '../store/dialect.ts';
import { areApplied } from '../migrations/applied.ts';
import { appliedTable } from '../migrations/tools/released.ts';
import { findRefusal } from '../migrations/tools/requirements.ts';
import { openPostgresDatabase, postgresOptions } from '../postgres/database.ts';
import { sqliteOptions } from '../sqlite/database.ts';
import { newDataSource } from '../store/typeorm.ts';
import { unknownTables, type MovedTable } from './tables.ts';

export interface MoveEnd extends Connection {
  close(): Promise<void>;
}

/** SQLITE_OPEN_READONLY */
const readOnly = 1;
/** Any number that no other program on the same database uses for its own advisory lock. */
const moveLock = 5_242_002;

const wrongSource = (message: string) => userError('INVALID', ['from'], message);

async function textsOf(runner: QueryRunner, statement: string): Promise<string[]> {
  const rows = (await runner.query(statement)) as { name: string }[];
  return rows.map(({ name }) => name);
}

async function assertMovable(runner: QueryRunner, moved: readonly MovedTable[]): Promise<void> {
  const tables = await textsOf(runner, `SELECT "name" FROM sqlite_master WHERE "type" = 'table'`);
  const refusal = await findRefusal((text, values) => runner.query(text, values) as Promise<unknown[]>);
  if (refusal !== null) throw wrongSource(refusal);
  const applied = tables.includes(appliedTable)
    ? await textsOf(runner, `SELECT "name" FROM "${appliedTable}"`)
    : [];
  if (!areApplied(applied)) {
    throw wrongSource('The file is not up to date. Run npm run migrate on it first.');
  }
  const unknown = unknownTables(tables, moved);
  if (unknown.length > 0) {
    throw wrongSource(`The file has tables that this version does not know: ${unknown.join(', ')}.`);
  }
}

/**
 * Opens the file for reading, in one transaction: all reads see the same moment, also while a server goes on writing.
 * Throws UserErrors when it is not there or not up to date.
 */
export async function openSource(path: string, moved: readonly MovedTable[]): Promise<MoveEnd> {
  if (!existsSync(path)) throw wrongSource('There is no such file.');
  const options = { ...sqliteOptions(path), enableWAL: false, flags: readOnly };
  const source = await newDataSource(options).initialize();
  try {
    const runner = source.createQueryRunner();
    await runner.query('BEGIN');
    await assertMovable(runner, moved);
    return {
      dialect: sqlite,
      query: async <Row>({ sql, values }: { sql: string; values: unknown[] }) =>
        (await runner.query(sql, values)) as Row[],
      close: () => source.destroy(),
    };
  } catch (error) {
    await source.destroy();
    throw error;
  }
}

/**
 * Opens and migrates the target. Only one move at a time: a second one waits for the first. The server's limits of time
 * do not hold here.
 */
export async function openTarget(url: string): Promise<MoveEnd> {
  const database = await openPostgresDatabase(url);
  await database.migrate().finally(() => database.close());
  const source = await newDataSource(postgresOptions(url)).initialize();
  try {
    const runner = source.createQueryRunner();
    await runner.query('SELECT pg_advisory_lock($1)', [moveLock]);
    return {
      dialect: postgres,
      query: async <Row>({ text, values }: { text: string; values: unknown[] }) =>
        (await runner.query(text, values)) as Row[],
      async close() {
        await runner.release();
        await source.destroy();
      },
    };
  } catch (error) {
    await source.destroy();
    throw error;
  }
}
