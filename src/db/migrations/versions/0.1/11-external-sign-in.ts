// Sign-in by an external issuer: who its subjects are, and since when a user's tokens of it have ended.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { newTable } from '../../../store/typeorm.ts';
import { addColumn, dropColumn, foreignKeys, index, migrationColumns } from '../../tools/columns.ts';

export class ExternalSignIn1767225600011 implements MigrationInterface {
  readonly name = 'ExternalSignIn1767225600011';

  async up(runner: QueryRunner): Promise<void> {
    const { primary, text, timestamp } = migrationColumns(runner);
    const reference = foreignKeys('user_identities');
    await addColumn(runner, 'users', timestamp('signed_out_at', 'null'));
    await runner.createTable(
      newTable({
        name: 'user_identities',
        columns: [
          ...[primary('id'), text('workspace_id'), text('user_id'), text('issuer'), text('subject')],
          timestamp('created_at'),
        ],
        indices: [
          index('user_identities_subject', ['issuer', 'subject'], { unique: true }),
          index('user_identities_user', ['user_id', 'issuer'], { unique: true }),
        ],
        foreignKeys: [reference('workspace_id', 'workspaces'), reference('user_id', 'users')],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('user_identities');
    await dropColumn(runner, 'users', 'signed_out_at');
  }
}
