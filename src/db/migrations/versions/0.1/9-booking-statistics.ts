// What statistics of bookings look up by time; when they were made has an index since the table is there.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { newTableIndex } from '../../../store/typeorm.ts';
import { index } from '../../tools/columns.ts';

const cancelled = index('bookings_cancelled', ['workspace_id', 'cancelled_at', 'id']);

export class BookingStatistics1767225600009 implements MigrationInterface {
  readonly name = 'BookingStatistics1767225600009';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createIndex('bookings', newTableIndex(cancelled));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('bookings', cancelled.name!);
  }
}
