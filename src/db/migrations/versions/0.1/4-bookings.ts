// Treatments of venues and bookings of them.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { newTable } from '../../../store/typeorm.ts';
import { foreignKeys, index, migrationColumns } from '../../tools/columns.ts';

export class Bookings1767225600004 implements MigrationInterface {
  readonly name = 'Bookings1767225600004';

  async up(runner: QueryRunner): Promise<void> {
    await this.createTreatments(runner);
    await this.createBookings(runner);
  }

  private async createTreatments(runner: QueryRunner): Promise<void> {
    const { primary, text, integer, timestamp } = migrationColumns(runner);
    const reference = foreignKeys('treatments');
    await runner.createTable(
      newTable({
        name: 'treatments',
        columns: [
          ...[primary('id'), text('workspace_id'), text('venue_id'), text('name'), text('name_folded')],
          ...[integer('duration_minutes'), integer('price_cents'), text('currency')],
          ...[integer('version'), timestamp('created_at'), timestamp('updated_at')],
        ],
        indices: [
          index('treatments_created', ['workspace_id', 'created_at', 'id']),
          index('treatments_name', ['workspace_id', 'name_folded', 'id']),
          index('treatments_venue', ['venue_id', 'created_at', 'id']),
        ],
        foreignKeys: [reference('workspace_id', 'workspaces'), reference('venue_id', 'venues')],
      }),
    );
  }

  private async createBookings(runner: QueryRunner): Promise<void> {
    const { primary, text, integer, timestamp } = migrationColumns(runner);
    const reference = foreignKeys('bookings');
    await runner.createTable(
      newTable({
        name: 'bookings',
        columns: [
          ...[primary('id'), text('workspace_id'), text('venue_id'), text('treatment_id')],
          ...[text('customer_id'), timestamp('starts_at'), timestamp('ends_at'), text('status')],
          ...[timestamp('cancelled_at', 'null'), integer('version')],
          ...[timestamp('created_at'), timestamp('updated_at')],
        ],
        indices: [
          index('bookings_created', ['workspace_id', 'created_at', 'id']),
          index('bookings_starts', ['workspace_id', 'starts_at', 'id']),
          index('bookings_status', ['workspace_id', 'status', 'starts_at', 'id']),
          index('bookings_customer', ['customer_id', 'starts_at', 'id']),
          index('bookings_venue', ['venue_id', 'starts_at', 'id']),
          index('bookings_treatment', ['treatment_id', 'starts_at', 'id']),
        ],
        foreignKeys: [
          ...[reference('workspace_id', 'workspaces'), reference('venue_id', 'venues')],
          ...[reference('treatment_id', 'treatments'), reference('customer_id', 'customers')],
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['bookings', 'treatments']) await runner.dropTable(table);
  }
}
