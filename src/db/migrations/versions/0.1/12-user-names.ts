// What colleagues and readers of replies call a user: a name, no longer the e-mail address.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addColumn, dropColumn, migrationColumns } from '../../tools/columns.ts';

export class UserNames1767225600012 implements MigrationInterface {
  readonly name = 'UserNames1767225600012';

  async up(runner: QueryRunner): Promise<void> {
    await addColumn(runner, 'users', migrationColumns(runner).text('name', 'null'));
    // Addresses that were kept as authors until now: readers of replies need not know them.
    await runner.query(
      `UPDATE "replies" SET "author" = 'Staff' WHERE "author" LIKE '%_@_%' AND "author" NOT LIKE '% %'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumn(runner, 'users', 'name');
  }
}
