// Lists of keys are sorted by their last use and by their expiry, and filtered by what they are: columns that are never empty,
// and an index for each order and for each filter that leaves few of a workspace's keys.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { newTableIndex } from '../../store/typeorm.ts';
import { addColumn, dropColumn, index, migrationColumns } from '../tools/columns.ts';

const table = 'api_keys';

/** What stands for null: never used is earlier than any use, no expiry later than any. */
const sorted = [
  { from: 'last_used_at', column: 'last_used_at_sorted', ofNull: '0001-01-01T00:00:00.000Z' },
  { from: 'expires_at', column: 'expires_at_sorted', ofNull: '9999-12-31T23:59:59.999Z' },
];

const indexes = [
  index('api_keys_status', ['workspace_id', 'status', 'number', 'id']),
  index('api_keys_label', ['workspace_id', 'label_folded', 'id']),
  index('api_keys_used', ['workspace_id', 'last_used_at_sorted', 'id']),
  index('api_keys_expiry', ['workspace_id', 'expires_at_sorted', 'id']),
  index('api_keys_creator', ['created_by_id', 'number', 'id']),
];

export class KeyLists1767225600085 implements MigrationInterface {
  readonly name = 'KeyLists1767225600085';

  async up(runner: QueryRunner): Promise<void> {
    for (const { from, column, ofNull } of sorted) {
      await addColumn(runner, table, migrationColumns(runner).timestamp(column, 'null'));
      await runner.query(`UPDATE "${table}" SET "${column}" = coalesce("${from}", '${ofNull}')`);
    }
    for (const made of indexes) await runner.createIndex(table, newTableIndex(made));
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const { name } of indexes) await runner.query(`DROP INDEX "${name}"`);
    for (const { column } of sorted) await dropColumn(runner, table, column);
  }
}
