// Indexes for filters of lists that had none, and the workspace at the head of those by venue: a total is then
// counted in the index alone, and neither engine takes the index of the wanted order for the shorter way.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { newTableIndex } from '../../store/typeorm.ts';
import { index } from '../tools/columns.ts';

const added = [
  ['customers', index('customers_city', ['workspace_id', 'city_folded', 'created_at', 'id'])],
  ['inquiries', index('inquiries_channel', ['workspace_id', 'channel', 'created_at', 'id'])],
  ['inquiries', index('inquiries_status_updated', ['workspace_id', 'status', 'updated_at', 'id'])],
  ['audit_entries', index('audit_entries_actor', ['workspace_id', 'actor_id', 'at', 'id'])],
] as const;

const byVenue = [
  ['customer_venues', 'customer_venues_venue', ['venue_id', 'customer_id']],
  ['inquiries', 'inquiries_venue', ['venue_id', 'created_at', 'id']],
  ['follow_ups', 'follow_ups_venue', ['venue_id', 'due_at', 'id']],
  ['bookings', 'bookings_venue', ['venue_id', 'starts_at', 'id']],
] as const;

/** Drops an index and makes it anew with these columns. */
async function remake(runner: QueryRunner, table: string, name: string, columns: string[]): Promise<void> {
  await runner.query(`DROP INDEX "${name}"`);
  await runner.createIndex(table, newTableIndex(index(name, columns)));
}

export class ListFilters1767225600020 implements MigrationInterface {
  readonly name = 'ListFilters1767225600020';

  async up(runner: QueryRunner): Promise<void> {
    for (const [table, made] of added) await runner.createIndex(table, newTableIndex(made));
    for (const [table, name, columns] of byVenue)
      await remake(runner, table, name, ['workspace_id', ...columns]);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [table, name, columns] of byVenue) await remake(runner, table, name, [...columns]);
    for (const [, { name }] of added) await runner.query(`DROP INDEX "${name!}"`);
  }
}
