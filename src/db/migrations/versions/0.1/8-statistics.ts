// What statistics look up by time.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { newTableIndex } from '../../../store/typeorm.ts';
import { index } from '../../tools/columns.ts';

const completed = index('follow_ups_completed', ['workspace_id', 'completed_at', 'id']);

export class Statistics1767225600008 implements MigrationInterface {
  readonly name = 'Statistics1767225600008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createIndex('follow_ups', newTableIndex(completed));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('follow_ups', completed.name!);
  }
}
