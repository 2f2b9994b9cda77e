// What has been applied, read without TypeORM: its own answer would make its table first, which two processes must not do at
// once, and loading it would make every start dearer.
import { migrations } from './index.ts';

/** Postgres has a code for it (appendix A of its manual), SQLite its words. */
function isOfMissingTable(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return code === '42P01' || message === 'SQLITE_ERROR: no such table: migrations';
}

/** Whether the migrations of this version are all among these names. */
export function areApplied(names: readonly string[]): boolean {
  const applied = new Set(names);
  return migrations.every((Migration) => applied.has(new Migration().name));
}

/** Whether every migration of this version is applied. One small read. */
export async function isUpToDate(
  read: (text: string, values: unknown[]) => Promise<unknown[]>,
): Promise<boolean> {
  try {
    const applied = (await read('SELECT "name" FROM "migrations"', [])) as { name: string }[];
    return areApplied(applied.map(({ name }) => name));
  } catch (error) {
    if (isOfMissingTable(error)) return false;
    throw error;
  }
}
