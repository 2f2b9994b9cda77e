// Where the names of applied migrations are kept: for this version, and for servers of version 0.1.0 on the same store.
import type { QueryRunner } from 'typeorm';
import { onEngine } from './engine.ts';

export type ReadRows = (text: string, values: unknown[]) => Promise<unknown[]>;

/** Where TypeORM keeps the names. */
export const appliedTable = 'applied_migrations';
/** Where version 0.1.0 looks for them; kept for its servers, until a migration that they cannot honour. */
export const releasedTable = 'migrations';

/** Postgres has a code for it (appendix A of its manual), SQLite its words. */
export function isOfMissingTable(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return code === '42P01' || String(message).startsWith('SQLITE_ERROR: no such table: ');
}

/** A store of version 0.1.0 keeps the names where that looks for them: they are moved, and a copy stays. */
export async function adoptReleased(runner: QueryRunner): Promise<void> {
  if ((await runner.hasTable(appliedTable)) || !(await runner.hasTable(releasedTable))) return;
  await runner.query(`ALTER TABLE "${releasedTable}" RENAME TO "${appliedTable}"`);
  await copyForReleased(runner);
}

/** Whether version 0.1.0 has been shut out; see requirements.ts. */
export async function isReleasedShutOut(runner: QueryRunner): Promise<boolean> {
  const text = onEngine(runner, {
    sqlite: `SELECT 1 FROM sqlite_master WHERE type = 'view' AND name = '${releasedTable}'`,
    postgres: `SELECT 1 FROM pg_views WHERE schemaname = current_schema() AND viewname = '${releasedTable}'`,
  });
  return ((await runner.query(text)) as unknown[]).length > 0;
}

/** Names that are not in the copy yet are added to it. */
export async function copyForReleased(runner: QueryRunner): Promise<void> {
  if (await isReleasedShutOut(runner)) return;
  await runner.query(`CREATE TABLE IF NOT EXISTS "${releasedTable}" ("name" text NOT NULL)`);
  await runner.query(
    `INSERT INTO "${releasedTable}" SELECT "name" FROM "${appliedTable}" WHERE "name" NOT IN (SELECT "name" FROM "${releasedTable}")`,
  );
}
