// Which records keys were answered, day by day; how many rows a key may be answered on a day, and how many it was. An older
// server leaves all of it alone; what it answers is not in it.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { newTable } from '../../store/typeorm.ts';
import { addColumn, dropColumn, foreignKeys, index, migrationColumns } from '../tools/columns.ts';

export class KeyReads1767225600100 implements MigrationInterface {
  readonly name = 'KeyReads1767225600100';

  async up(runner: QueryRunner): Promise<void> {
    const { primary, text, integer, safeInteger } = migrationColumns(runner);
    await runner.createTable(
      newTable({
        name: 'key_reads_day',
        columns: [
          ...['workspace_id', 'caller_id', 'day', 'type'].map((name) => primary(name)),
          ...[safeInteger('count'), text('records')],
        ],
        indices: [index('key_reads_day_old', ['day'])],
        foreignKeys: [foreignKeys('key_reads_day')('workspace_id', 'workspaces')],
      }),
    );
    await addColumn(runner, 'api_keys', integer('max_rows_per_day', 'null'));
    await runner.createTable(
      newTable({
        name: 'key_rows_day',
        columns: [...['workspace_id', 'caller_id', 'day'].map((name) => primary(name)), safeInteger('rows')],
        indices: [index('key_rows_day_old', ['day'])],
        foreignKeys: [foreignKeys('key_rows_day')('workspace_id', 'workspaces')],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('key_rows_day');
    await dropColumn(runner, 'api_keys', 'max_rows_per_day');
    await runner.dropTable('key_reads_day');
  }
}
