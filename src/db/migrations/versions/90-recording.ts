// What every key did, hour by hour; the operations that it was; from where a key called last; and since when this is recorded.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { newTable } from '../../store/typeorm.ts';
import { foreignKeys, index, migrationColumns } from '../tools/columns.ts';
import { onEngine } from '../tools/engine.ts';

const requestLogColumns = [
  ...[
    '"id" text COLLATE "C" NOT NULL',
    '"workspace_id" text COLLATE "C" NOT NULL',
    '"at" timestamptz(3) NOT NULL',
  ],
  ...['surface', 'caller_kind', 'caller_id', 'outcome', 'ip', 'request_id'].map(
    (name) => `"${name}" text COLLATE "C" NOT NULL`,
  ),
  ...['caller_label', 'operation_id', 'operation_name', 'reason', 'user_agent'].map(
    (name) => `"${name}" text COLLATE "C"`,
  ),
  ...['"missing" jsonb NOT NULL', '"status" integer NOT NULL', '"weight" integer NOT NULL'],
  ...['cost', 'rows', 'bytes', 'duration_ms'].map((name) => `"${name}" bigint NOT NULL`),
];

const requestLogIndex = (name: string, columns: string) =>
  `CREATE INDEX "request_log_${name}" ON "request_log" (${columns})`;

/** In partitions of a day (db/postgres/log-store.ts). On SQLite it has a file of its own. */
const requestLog = {
  sqlite: [],
  postgres: [
    `CREATE TABLE "request_log" (${requestLogColumns.join(', ')}, PRIMARY KEY ("at", "id")) PARTITION BY RANGE ("at")`,
    requestLogIndex('at', '"workspace_id", "at", "id"'),
    requestLogIndex('caller', '"workspace_id", "caller_id", "at", "id"'),
    requestLogIndex('outcome', '"workspace_id", "outcome", "at", "id"'),
  ],
};

export class Recording1767225600090 implements MigrationInterface {
  readonly name = 'Recording1767225600090';

  async up(runner: QueryRunner): Promise<void> {
    await this.createUsage(runner);
    await this.createOperations(runner);
    for (const text of onEngine(runner, requestLog)) await runner.query(text);
    const { primary, text, timestamp } = migrationColumns(runner);
    await runner.createTable(
      newTable({
        name: 'key_last_seen',
        columns: [
          ...[text('workspace_id'), primary('caller_id'), timestamp('at'), text('ip')],
          text('agent', 'null'),
        ],
        foreignKeys: [foreignKeys('key_last_seen')('workspace_id', 'workspaces')],
      }),
    );
    await runner.createTable(newTable({ name: 'usage_flushes', columns: [primary('id'), timestamp('at')] }));
    await runner.createTable(
      newTable({ name: 'recording', columns: [primary('id'), timestamp('since', 'null')] }),
    );
  }

  private async createUsage(runner: QueryRunner): Promise<void> {
    const { primary, primaryOf, text, safeInteger, timestamp } = migrationColumns(runner);
    await runner.createTable(
      newTable({
        name: 'key_usage_hour',
        columns: [
          ...[primary('workspace_id'), primary('caller_id'), primaryOf('timestamp', 'hour')],
          ...[primary('operation_id'), primary('outcome'), text('caller_kind'), text('day')],
          ...['requests', 'denied', 'failed', 'cost', 'rows', 'bytes', 'ms_sum', 'ms_max'].map((name) =>
            safeInteger(name),
          ),
          timestamp('last_at'),
        ],
        indices: [
          index('key_usage_hour_operation', ['workspace_id', 'operation_id', 'hour']),
          index('key_usage_hour_old', ['hour']),
        ],
        foreignKeys: [foreignKeys('key_usage_hour')('workspace_id', 'workspaces')],
      }),
    );
  }

  private async createOperations(runner: QueryRunner): Promise<void> {
    const { primary, text, json, timestamp } = migrationColumns(runner);
    await runner.createTable(
      newTable({
        name: 'recorded_operations',
        columns: [
          ...[primary('id'), text('workspace_id'), text('name', 'null'), text('kind'), text('document')],
          ...[json('required_scopes'), json('possible_scopes'), json('coordinates'), timestamp('created_at')],
        ],
        indices: [index('recorded_operations_created', ['workspace_id', 'created_at', 'id'])],
        foreignKeys: [foreignKeys('recorded_operations')('workspace_id', 'workspaces')],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    const tables = ['recording', 'usage_flushes', 'key_last_seen', 'recorded_operations', 'key_usage_hour'];
    for (const table of tables) await runner.dropTable(table);
    for (const text of onEngine(runner, { sqlite: [], postgres: ['DROP TABLE "request_log"'] }))
      await runner.query(text);
  }
}
