// Ways to the requests of one operation and to the request with an id, in a log of many. On SQLite the log has a file of its own,
// which makes its indexes when it is opened.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { onEngine } from '../tools/engine.ts';

const made = [
  { name: 'request_log_operation', columns: '"workspace_id", "operation_id", "at", "id"' },
  { name: 'request_log_request', columns: '"workspace_id", "request_id", "at", "id"' },
];

const creates = made.map(({ name, columns }) => `CREATE INDEX "${name}" ON "request_log" (${columns})`);
const drops = made.map(({ name }) => `DROP INDEX "${name}"`);

export class RequestLogIndexes1767225600096 implements MigrationInterface {
  readonly name = 'RequestLogIndexes1767225600096';

  async up(runner: QueryRunner): Promise<void> {
    for (const text of onEngine(runner, { sqlite: [], postgres: creates })) await runner.query(text);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const text of onEngine(runner, { sqlite: [], postgres: drops })) await runner.query(text);
  }
}
