// What owners set for their workspace, and an index for the audit log of one action. A workspace without a row has the defaults.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { newTable, newTableIndex } from '../../store/typeorm.ts';
import { foreignKeys, index, migrationColumns } from '../tools/columns.ts';

const table = 'workspace_settings';
const ofAction = index('audit_entries_action', ['workspace_id', 'action', 'at', 'id']);

export class WorkspaceSettings1767225600086 implements MigrationInterface {
  readonly name = 'WorkspaceSettings1767225600086';

  async up(runner: QueryRunner): Promise<void> {
    const { primary, integer, timestamp } = migrationColumns(runner);
    const reference = foreignKeys(table);
    await runner.createTable(
      newTable({
        name: table,
        columns: [
          ...[primary('id'), integer('maximum_key_life_days', 'null')],
          ...[integer('default_key_life_days', 'null'), integer('request_log_retention_days', 'null')],
          ...[integer('version'), timestamp('created_at'), timestamp('updated_at')],
        ],
        foreignKeys: [reference('id', 'workspaces')],
      }),
    );
    await runner.createIndex('audit_entries', newTableIndex(ofAction));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX "${ofAction.name}"`);
    await runner.dropTable(table);
  }
}
