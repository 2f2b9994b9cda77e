// The log as a table of Postgres in partitions of one day: what is too old is dropped with its partition, in milliseconds and
// without a row to clean up. It shares the store's connections; writers of Postgres do not wait for each other.
import sql, { raw } from 'sql-template-tag';
import { dayMs, toInstant, type Instant } from '../../core/clock.ts';
import { connectionFor, type Database, type WriteConnection } from '../store/database.ts';
import { identifier, postgres } from '../store/dialect.ts';
import type { LogStore } from '../store/log-store.ts';
import type { Table } from '../store/table.ts';
import { insertStatement } from '../statements/write.ts';

/** Days whose partition is known to be there. */
const maxKnownDays = 100;

/** Rows of one DELETE: a transaction of some milliseconds. */
const forgottenAtOnce = 5_000;

/** `2026-01-31` of an instant. */
const dayOf = (at: Instant) => at.slice(0, 10);

function partitionOf({ name }: Table, day: string): string {
  return `${name}_${day.replaceAll('-', '')}`;
}

/** Made apart and then attached: readers and writers of other days go on meanwhile. */
async function makePartition(connection: WriteConnection, table: Table, day: string): Promise<void> {
  const partition = partitionOf(table, day);
  await connection.query(postgres.lockName(`partitions of ${table.name}`));
  const [found] = await connection.query<{ is_there: boolean }>(
    sql`SELECT to_regclass(${`"${partition}"`}) IS NOT NULL AS "is_there"`,
  );
  if (found!.is_there) return;
  const end = toInstant(Date.parse(`${day}T00:00:00.000Z`) + dayMs);
  await connection.query(
    raw(`CREATE TABLE "${partition}" (LIKE "${table.name}" INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`),
  );
  const bounds = `FROM ('${day}T00:00:00.000Z') TO ('${end}')`;
  await connection.query(
    raw(`ALTER TABLE "${table.name}" ATTACH PARTITION "${partition}" FOR VALUES ${bounds}`),
  );
}

class PostgresLog implements LogStore {
  private days = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly table: Table,
  ) {}

  async add(rows: readonly object[]): Promise<void> {
    const given = rows.map((row): Readonly<Record<string, unknown>> => ({ ...row }));
    const days = [...new Set(given.map((row) => dayOf(row['at'] as Instant)))];
    for (const day of days.filter((one) => !this.days.has(one))) {
      await this.database.write((connection) => makePartition(connection, this.table, day));
      if (this.days.size >= maxKnownDays) this.days = new Set();
      this.days.add(day);
    }
    try {
      await this.database.write((connection) =>
        connection.execute(insertStatement(this.table, given, postgres, true)),
      );
    } catch (error) {
      // Another process may have dropped the partition of such a day: it is made again when the rows are tried again.
      this.days = new Set();
      throw error;
    }
  }

  reading(workspace: string) {
    return connectionFor(this.database, { workspace });
  }

  async forget(before: Instant): Promise<null> {
    const first = partitionOf(this.table, dayOf(before));
    const old = await this.database.query<{ name: string }>(
      sql`SELECT c."relname" AS "name" FROM "pg_inherits" AS i JOIN "pg_class" AS c ON c."oid" = i."inhrelid" WHERE i."inhparent" = to_regclass(${`"${this.table.name}"`}) AND c."relname" < ${first} ORDER BY c."relname"`,
    );
    for (const { name } of old)
      await this.database.write((connection) => connection.query(raw(`DROP TABLE IF EXISTS "${name}"`)));
    // One that was dropped is made again, should a row of its day still come.
    this.days = new Set();
    return null;
  }

  async forgetOf(workspace: string, before: Instant): Promise<void> {
    const name = identifier(this.table.name);
    const oldest = sql`SELECT "at", "id" FROM ${name} WHERE "workspace_id" = ${workspace} AND "at" < ${before} ORDER BY "at" LIMIT ${forgottenAtOnce}`;
    for (;;) {
      const some = await this.database.write((connection) =>
        connection.execute(sql`DELETE FROM ${name} WHERE ("at", "id") IN (${oldest})`),
      );
      if (some < forgottenAtOnce) return;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export function openPostgresLog(database: Database, table: Table): LogStore {
  return new PostgresLog(database, table);
}
