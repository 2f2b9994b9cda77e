// Rights that a key tries out, and those that it had before it was narrowed; what keys asked for, so that fewer scopes can be
// judged by it; and what trials come to. A server that knows neither would not clear them
// when it changes a key; none starts here, since 80-stored-operations.ts.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { newTable } from '../../store/typeorm.ts';
import { addColumn, dropColumn, foreignKeys, index, migrationColumns } from '../tools/columns.ts';

export class KeyNarrowing1767225600095 implements MigrationInterface {
  readonly name = 'KeyNarrowing1767225600095';

  async up(runner: QueryRunner): Promise<void> {
    const { json } = migrationColumns(runner);
    for (const name of ['trial', 'narrowed_from']) await addColumn(runner, 'api_keys', json(name, 'null'));
    await this.createUses(runner);
  }

  private async createUses(runner: QueryRunner): Promise<void> {
    const { primary, primaryOf, text, json, safeInteger, timestamp } = migrationColumns(runner);
    const toWorkspace = (table: string) => [foreignKeys(table)('workspace_id', 'workspaces')];
    await runner.createTable(
      newTable({
        name: 'recorded_uses',
        columns: [primary('id'), text('workspace_id'), json('coordinates'), timestamp('created_at')],
        indices: [index('recorded_uses_workspace', ['workspace_id', 'id'])],
        foreignKeys: toWorkspace('recorded_uses'),
      }),
    );
    await runner.createTable(
      newTable({
        name: 'key_uses_day',
        columns: [
          ...['workspace_id', 'caller_id', 'day', 'operation_id', 'use_id'].map((name) => primary(name)),
          ...[safeInteger('requests'), timestamp('last_at')],
        ],
        indices: [index('key_uses_day_old', ['day']), index('key_uses_day_use', ['workspace_id', 'use_id'])],
        foreignKeys: toWorkspace('key_uses_day'),
      }),
    );
    await runner.createTable(
      newTable({
        name: 'key_trials',
        columns: [
          ...[primary('workspace_id'), primary('caller_id'), primaryOf('timestamp', 'since')],
          ...[safeInteger('requests'), safeInteger('would_refuse'), timestamp('last_at')],
        ],
        foreignKeys: toWorkspace('key_trials'),
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['key_trials', 'key_uses_day', 'recorded_uses']) await runner.dropTable(table);
    for (const name of ['narrowed_from', 'trial']) await dropColumn(runner, 'api_keys', name);
  }
}
