// Rights that a key tries out, and those that it had before it was narrowed. A server that knows neither would not clear them
// when it changes a key; none starts here, since 80-stored-operations.ts.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addColumn, dropColumn, migrationColumns } from '../tools/columns.ts';

export class KeyNarrowing1767225600095 implements MigrationInterface {
  readonly name = 'KeyNarrowing1767225600095';

  async up(runner: QueryRunner): Promise<void> {
    const { json } = migrationColumns(runner);
    for (const name of ['trial', 'narrowed_from']) await addColumn(runner, 'api_keys', json(name, 'null'));
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ['narrowed_from', 'trial']) await dropColumn(runner, 'api_keys', name);
  }
}
