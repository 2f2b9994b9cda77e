// A statement that does not end by itself: on SQLite it counts, on Postgres it sleeps.
import sql, { type Sql } from 'sql-template-tag';
import type { Connection } from '../../../src/db/store/database.ts';

export function endless({ dialect }: Connection): Sql {
  if (dialect.name === 'postgres') return sql`SELECT pg_sleep(600)`;
  return sql`WITH RECURSIVE "c"("n") AS (SELECT 1 UNION ALL SELECT "n" + 1 FROM "c") SELECT count(*) AS "n" FROM "c"`;
}

/** A Postgres address whose statements have no limit of their own, so that nothing else ends what a test does not. */
export function withoutServerLimits(url: string): string {
  if (!url.startsWith('postgres')) return url;
  const changed = new URL(url);
  changed.searchParams.set('statement_timeout', '600000');
  changed.searchParams.set('query_timeout', '600000');
  return changed.href;
}
