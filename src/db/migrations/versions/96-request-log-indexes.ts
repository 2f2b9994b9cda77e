// A way to the requests of one operation, in a log of many. On SQLite the log has a file of its own, which makes its indexes when it
// is opened.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { onEngine } from '../tools/engine.ts';

const name = 'request_log_operation';
const create = `CREATE INDEX "${name}" ON "request_log" ("workspace_id", "operation_id", "at", "id")`;

export class RequestLogIndexes1767225600096 implements MigrationInterface {
  readonly name = 'RequestLogIndexes1767225600096';

  async up(runner: QueryRunner): Promise<void> {
    for (const text of onEngine(runner, { sqlite: [], postgres: [create] })) await runner.query(text);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const text of onEngine(runner, { sqlite: [], postgres: [`DROP INDEX "${name}"`] }))
      await runner.query(text);
  }
}
