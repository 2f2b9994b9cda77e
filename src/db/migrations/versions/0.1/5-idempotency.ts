// What was answered to requests with an Idempotency-Key.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { newTable } from '../../../store/typeorm.ts';
import { foreignKeys, index, migrationColumns } from '../../tools/columns.ts';

export class Idempotency1767225600005 implements MigrationInterface {
  readonly name = 'Idempotency1767225600005';

  async up(runner: QueryRunner): Promise<void> {
    const { primary, text, json, timestamp } = migrationColumns(runner);
    const reference = foreignKeys('idempotency_records');
    await runner.createTable(
      newTable({
        name: 'idempotency_records',
        columns: [
          ...[primary('id'), text('workspace_id'), text('request'), json('answer'), timestamp('created_at')],
        ],
        indices: [index('idempotency_records_created', ['created_at'])],
        foreignKeys: [reference('workspace_id', 'workspaces')],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('idempotency_records');
  }
}
