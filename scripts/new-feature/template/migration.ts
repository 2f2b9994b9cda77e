// The table of spare-parts.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { newTable } from '../../../src/db/store/typeorm.ts';
import { foreignKeys, index, migrationColumns } from '../../../src/db/migrations/tools/columns.ts';

export class SpareParts1767225600000 implements MigrationInterface {
  readonly name = 'SpareParts1767225600000';

  async up(runner: QueryRunner): Promise<void> {
    const { primary, text, integer, timestamp } = migrationColumns(runner);
    const reference = foreignKeys('spare_parts');
    await runner.createTable(
      newTable({
        name: 'spare_parts',
        columns: [
          ...[primary('id'), text('workspace_id'), text('venue_id'), text('name'), text('name_folded')],
          ...[integer('version'), timestamp('created_at'), timestamp('updated_at')],
        ],
        indices: [
          index('spare_parts_created', ['workspace_id', 'created_at', 'id']),
          index('spare_parts_name', ['workspace_id', 'name_folded', 'id']),
          index('spare_parts_venue', ['venue_id', 'created_at', 'id']),
        ],
        foreignKeys: [reference('workspace_id', 'workspaces'), reference('venue_id', 'venues')],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('spare_parts');
  }
}
