// Who ran an operation first, or in a way first, so that one key does not take all the places of its workspace; and what is old is
// found by an index. An older server leaves the columns empty.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { newTableIndex } from '../../store/typeorm.ts';
import { addColumn, dropColumn, index, migrationColumns } from '../tools/columns.ts';

const tables = ['recorded_operations', 'recorded_uses'];

const indexesOf = (table: string) => [
  index(`${table}_caller`, ['workspace_id', 'caller_id']),
  index(`${table}_old`, ['created_at']),
];

export class RecordedCallers1767225600101 implements MigrationInterface {
  readonly name = 'RecordedCallers1767225600101';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of tables) {
      await addColumn(runner, table, migrationColumns(runner).text('caller_id', 'null'));
      for (const made of indexesOf(table)) await runner.createIndex(table, newTableIndex(made));
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables) {
      for (const { name } of indexesOf(table)) await runner.query(`DROP INDEX "${name}"`);
      await dropColumn(runner, table, 'caller_id');
    }
  }
}
