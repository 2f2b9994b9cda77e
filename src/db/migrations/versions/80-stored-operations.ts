// Operations that a workspace stores, and the keys that are pinned to some of them.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { newTable } from '../../store/typeorm.ts';
import { addColumn, dropColumn, foreignKeys, index, migrationColumns } from '../tools/columns.ts';
import { liftRequirement, requireVersion } from '../tools/requirements.ts';

export class StoredOperations1767225600080 implements MigrationInterface {
  readonly name = 'StoredOperations1767225600080';

  async up(runner: QueryRunner): Promise<void> {
    const { primary, text, integer, json, timestamp } = migrationColumns(runner);
    const reference = foreignKeys('stored_operations');
    await runner.createTable(
      newTable({
        name: 'stored_operations',
        columns: [
          ...[primary('id'), text('workspace_id'), text('name'), text('document'), text('kind')],
          ...[integer('version'), timestamp('created_at'), timestamp('updated_at')],
        ],
        indices: [
          index('stored_operations_name', ['workspace_id', 'name'], { unique: true }),
          index('stored_operations_created', ['workspace_id', 'created_at', 'id']),
          index('stored_operations_listed', ['workspace_id', 'name', 'id']),
        ],
        foreignKeys: [reference('workspace_id', 'workspaces')],
      }),
    );
    await addColumn(runner, 'api_keys', json('operation_ids', 'null'));
    // A server of a version before knows no pins: it would let a pinned key run whatever its scopes allow.
    await requireVersion(runner, this.name, '0.3.0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumn(runner, 'api_keys', 'operation_ids');
    await runner.dropTable('stored_operations');
    await liftRequirement(runner, this.name);
  }
}
