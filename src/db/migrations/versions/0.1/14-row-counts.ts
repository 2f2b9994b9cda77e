// How many rows each workspace has of the tables whose lists are counted whole, kept by the store itself.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { newTable } from '../../../store/typeorm.ts';
import { migrationColumns } from '../../tools/columns.ts';
import { onEngine } from '../../tools/engine.ts';

const counted = ['customers', 'inquiries', 'follow_ups', 'bookings'];

/**
 * Postgres: once for each statement, and on the row of one of 32 slots, so that writers of one workspace seldom wait for
 * each other. (A slot belongs to a connection: a transaction never holds two slots of a table.)
 */
function postgresTriggers(table: string): string[] {
  const count = (event: string, sign: '' | '-', rows: string) => [
    `CREATE FUNCTION "${table}_count_${event}"() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       INSERT INTO "row_counts" ("workspace_id", "table_name", "slot", "rows")
       SELECT "workspace_id", '${table}', pg_backend_pid() % 32, ${sign}count(*) FROM ${rows} GROUP BY "workspace_id"
       ON CONFLICT ("workspace_id", "table_name", "slot") DO UPDATE SET "rows" = "row_counts"."rows" + excluded."rows";
       RETURN NULL;
     END $$`,
    `CREATE TRIGGER "${table}_count_${event}" AFTER ${event.toUpperCase()} ON "${table}"
     REFERENCING ${sign === '' ? 'NEW' : 'OLD'} TABLE AS ${rows} FOR EACH STATEMENT EXECUTE FUNCTION "${table}_count_${event}"()`,
  ];
  return [...count('insert', '', 'added'), ...count('delete', '-', 'removed')];
}

/** SQLite has one writer and triggers for each row alone. */
function sqliteTriggers(table: string): string[] {
  const count = (event: string, row: string, by: number) =>
    `CREATE TRIGGER "${table}_count_${event}" AFTER ${event.toUpperCase()} ON "${table}" BEGIN
       INSERT INTO "row_counts" ("workspace_id", "table_name", "slot", "rows") VALUES (${row}."workspace_id", '${table}', 0, ${by})
       ON CONFLICT ("workspace_id", "table_name", "slot") DO UPDATE SET "rows" = "rows" + excluded."rows";
     END`;
  return [count('insert', 'new', 1), count('delete', 'old', -1)];
}

export class RowCounts1767225600014 implements MigrationInterface {
  readonly name = 'RowCounts1767225600014';

  async up(runner: QueryRunner): Promise<void> {
    const { primary, integer } = migrationColumns(runner);
    const slot = { ...integer('slot'), isPrimary: true };
    await runner.createTable(
      newTable({
        name: 'row_counts',
        columns: [primary('workspace_id'), primary('table_name'), slot, integer('rows')],
      }),
    );
    const triggersOf = onEngine(runner, { sqlite: sqliteTriggers, postgres: postgresTriggers });
    for (const table of counted) {
      // First: from here on nobody else writes to the table until this migration is committed.
      for (const text of triggersOf(table)) await runner.query(text);
      await runner.query(
        `INSERT INTO "row_counts" ("workspace_id", "table_name", "slot", "rows")
         SELECT "workspace_id", '${table}', 0, count(*) FROM "${table}" GROUP BY "workspace_id"`,
      );
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of counted.flatMap((table) => [`${table}_count_insert`, `${table}_count_delete`])) {
      const drop = { sqlite: `DROP TRIGGER "${name}"`, postgres: `DROP FUNCTION "${name}" CASCADE` };
      await runner.query(onEngine(runner, drop));
    }
    await runner.dropTable('row_counts');
  }
}
