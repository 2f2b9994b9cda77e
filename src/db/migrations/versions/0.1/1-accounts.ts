// Workspaces, users, API keys and their secrets.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { newTable } from '../../../store/typeorm.ts';
import { foreignKeys, index, migrationColumns } from '../../tools/columns.ts';

export class Accounts1767225600001 implements MigrationInterface {
  readonly name = 'Accounts1767225600001';

  async up(runner: QueryRunner): Promise<void> {
    const { primary, text, integer, timestamp } = migrationColumns(runner);
    const columns = [primary('id'), text('name'), integer('last_key_number'), timestamp('created_at')];
    await runner.createTable(newTable({ name: 'workspaces', columns }));
    await this.createUsers(runner);
    await this.createKeys(runner);
    await this.createSecrets(runner);
  }

  private async createUsers(runner: QueryRunner): Promise<void> {
    const { primary, text, integer, timestamp } = migrationColumns(runner);
    const reference = foreignKeys('users');
    await runner.createTable(
      newTable({
        name: 'users',
        columns: [
          ...[primary('id'), text('workspace_id'), text('email'), text('email_folded'), text('role')],
          ...[text('password_hash'), integer('token_version'), integer('version')],
          ...[timestamp('created_at'), timestamp('updated_at')],
        ],
        indices: [
          index('users_email', ['email_folded'], { unique: true }),
          index('users_created', ['workspace_id', 'created_at', 'id']),
          index('users_listed', ['workspace_id', 'email_folded', 'id']),
        ],
        foreignKeys: [reference('workspace_id', 'workspaces')],
      }),
    );
  }

  private async createKeys(runner: QueryRunner): Promise<void> {
    const { primary, text, integer, json, timestamp } = migrationColumns(runner);
    const reference = foreignKeys('api_keys');
    await runner.createTable(
      newTable({
        name: 'api_keys',
        columns: [
          ...[
            primary('id'),
            text('workspace_id'),
            integer('number'),
            text('label'),
            text('label_folded'),
            text('description', 'null'),
          ],
          ...[text('environment'), json('scopes'), json('venue_ids', 'null'), json('ip_allowlist')],
          ...[integer('rate_limit_per_minute', 'null'), text('status'), text('disabled_reason', 'null')],
          ...[
            timestamp('expires_at', 'null'),
            timestamp('last_used_at', 'null'),
            timestamp('enabled_at', 'null'),
          ],
          ...[timestamp('revoked_at', 'null'), text('created_by_id', 'null'), integer('version')],
          ...[timestamp('created_at'), timestamp('updated_at')],
        ],
        indices: [
          index('api_keys_number', ['workspace_id', 'number'], { unique: true }),
          index('api_keys_created', ['workspace_id', 'created_at', 'id']),
        ],
        foreignKeys: [reference('workspace_id', 'workspaces'), reference('created_by_id', 'users')],
      }),
    );
  }

  private async createSecrets(runner: QueryRunner): Promise<void> {
    const { primary, text, integer, timestamp } = migrationColumns(runner);
    const reference = foreignKeys('api_key_secrets');
    await runner.createTable(
      newTable({
        name: 'api_key_secrets',
        columns: [
          ...[
            primary('id'),
            text('workspace_id'),
            text('api_key_id'),
            text('prefix'),
            text('digest'),
            text('status'),
          ],
          ...[integer('overlap_seconds', 'null'), text('sealed', 'null')],
          ...[
            timestamp('activated_at', 'null'),
            timestamp('last_used_at', 'null'),
            timestamp('expires_at', 'null'),
          ],
          timestamp('created_at'),
        ],
        indices: [index('api_key_secrets_key', ['api_key_id', 'created_at', 'id'])],
        foreignKeys: [reference('workspace_id', 'workspaces'), reference('api_key_id', 'api_keys')],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['api_key_secrets', 'api_keys', 'users', 'workspaces']) await runner.dropTable(table);
  }
}
