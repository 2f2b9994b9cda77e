// The audit log.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { newTable } from '../../../store/typeorm.ts';
import { foreignKeys, index, migrationColumns } from '../../tools/columns.ts';

export class Audit1767225600003 implements MigrationInterface {
  readonly name = 'Audit1767225600003';

  async up(runner: QueryRunner): Promise<void> {
    const { primary, text, json, timestamp } = migrationColumns(runner);
    const reference = foreignKeys('audit_entries');
    await runner.createTable(
      newTable({
        name: 'audit_entries',
        columns: [
          ...[primary('id'), text('workspace_id'), timestamp('at'), text('action'), text('actor_kind')],
          ...[text('actor_id', 'null'), text('actor_label'), text('target_id'), json('changes')],
          ...[text('request_id'), text('ip', 'null')],
        ],
        indices: [
          index('audit_entries_at', ['workspace_id', 'at', 'id']),
          index('audit_entries_target', ['target_id', 'at', 'id']),
        ],
        // No reference to actor or target: the log outlives both.
        foreignKeys: [reference('workspace_id', 'workspaces')],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('audit_entries');
  }
}
