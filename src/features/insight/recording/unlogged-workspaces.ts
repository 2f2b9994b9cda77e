// Workspaces whose owners want no request log.
import sql from 'sql-template-tag';
import type { ReadableDatabase } from '../../../db/store/database.ts';

/** One small read. */
export async function findUnlogged(database: ReadableDatabase): Promise<ReadonlySet<string>> {
  const rows = await database.query<{ id: string }>(
    sql`SELECT "id" FROM "workspace_settings" WHERE "request_log_retention_days" = 0`,
  );
  return new Set(rows.map(({ id }) => id));
}
