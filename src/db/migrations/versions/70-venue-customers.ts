// The links between customers and venues know when the customer was made, so that an index has a venue's customers in the
// order in which lists show them. The store itself fills it in: it never changes, and no writer can forget it.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { newTableIndex } from '../../store/typeorm.ts';
import { addColumn, dropColumn, index, migrationColumns } from '../tools/columns.ts';
import { onEngine } from '../tools/engine.ts';

const table = 'customer_venues';
const column = 'customer_created_at';
const indexName = 'customer_venues_venue';
const trigger = 'customer_venues_created';

const createdAt = (customerId: string) =>
  `(SELECT "created_at" FROM "customers" WHERE "customers"."id" = ${customerId})`;

const postgresTrigger = [
  `CREATE FUNCTION "${trigger}"() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     NEW."${column}" := ${createdAt('NEW."customer_id"')};
     RETURN NEW;
   END $$`,
  `CREATE TRIGGER "${trigger}" BEFORE INSERT ON "${table}" FOR EACH ROW EXECUTE FUNCTION "${trigger}"()`,
];

/** A trigger of SQLite cannot change the row before it is there. */
const sqliteTrigger = [
  `CREATE TRIGGER "${trigger}" AFTER INSERT ON "${table}" BEGIN
     UPDATE "${table}" SET "${column}" = ${createdAt('new."customer_id"')}
     WHERE "customer_id" = new."customer_id" AND "venue_id" = new."venue_id";
   END`,
];

/** Drops the index of a venue's links and makes it anew with these columns. */
async function remake(runner: QueryRunner, columns: readonly string[]): Promise<void> {
  await runner.query(`DROP INDEX "${indexName}"`);
  await runner.createIndex(table, newTableIndex(index(indexName, [...columns])));
}

export class VenueCustomers1767225600070 implements MigrationInterface {
  readonly name = 'VenueCustomers1767225600070';

  async up(runner: QueryRunner): Promise<void> {
    await addColumn(runner, table, migrationColumns(runner).timestamp(column, 'null'));
    // First: on Postgres nobody else writes to the table from here on until this migration is committed.
    const triggers = onEngine(runner, { sqlite: sqliteTrigger, postgres: postgresTrigger });
    for (const text of triggers) await runner.query(text);
    await runner.query(`UPDATE "${table}" SET "${column}" = ${createdAt(`"${table}"."customer_id"`)}`);
    await remake(runner, ['workspace_id', 'venue_id', column, 'customer_id']);
  }

  async down(runner: QueryRunner): Promise<void> {
    const drop = { sqlite: `DROP TRIGGER "${trigger}"`, postgres: `DROP FUNCTION "${trigger}" CASCADE` };
    await runner.query(onEngine(runner, drop));
    await remake(runner, ['workspace_id', 'venue_id', 'customer_id']);
    await dropColumn(runner, table, column);
  }
}
