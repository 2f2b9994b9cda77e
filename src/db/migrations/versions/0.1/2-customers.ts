// Venues, customers and their link, inquiries with replies, follow-ups.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { newTable } from '../../../store/typeorm.ts';
import { foreignKeys, index, migrationColumns } from '../../tools/columns.ts';

export class Customers1767225600002 implements MigrationInterface {
  readonly name = 'Customers1767225600002';

  async up(runner: QueryRunner): Promise<void> {
    await this.createVenues(runner);
    await this.createCustomers(runner);
    await this.createInquiries(runner);
    await this.createFollowUps(runner);
  }

  private async createVenues(runner: QueryRunner): Promise<void> {
    const { primary, text, integer, json, timestamp } = migrationColumns(runner);
    const reference = foreignKeys('venues');
    await runner.createTable(
      newTable({
        name: 'venues',
        columns: [
          ...[primary('id'), text('workspace_id'), text('name'), text('name_folded'), text('city', 'null')],
          ...[text('city_folded'), text('address', 'null'), text('timezone'), json('opening_hours')],
          ...[integer('version'), timestamp('created_at'), timestamp('updated_at')],
        ],
        indices: [
          index('venues_created', ['workspace_id', 'created_at', 'id']),
          index('venues_name', ['workspace_id', 'name_folded', 'id']),
        ],
        foreignKeys: [reference('workspace_id', 'workspaces')],
      }),
    );
  }

  private async createCustomers(runner: QueryRunner): Promise<void> {
    const { primary, text, integer, json, timestamp } = migrationColumns(runner);
    const reference = foreignKeys('customers');
    await runner.createTable(
      newTable({
        name: 'customers',
        columns: [
          ...[primary('id'), text('workspace_id'), text('name'), text('name_folded')],
          ...[text('email', 'null'), text('email_folded'), text('phone', 'null')],
          ...[text('city', 'null'), text('city_folded'), text('notes', 'null'), json('tags')],
          ...[integer('version'), timestamp('created_at'), timestamp('updated_at')],
        ],
        indices: [
          index('customers_created', ['workspace_id', 'created_at', 'id']),
          index('customers_updated', ['workspace_id', 'updated_at', 'id']),
          index('customers_name', ['workspace_id', 'name_folded', 'id']),
          index('customers_email', ['workspace_id', 'email_folded', 'id']),
        ],
        foreignKeys: [reference('workspace_id', 'workspaces')],
      }),
    );
    const link = foreignKeys('customer_venues');
    await runner.createTable(
      newTable({
        name: 'customer_venues',
        columns: [text('workspace_id'), primary('customer_id'), primary('venue_id')],
        indices: [index('customer_venues_venue', ['venue_id', 'customer_id'])],
        foreignKeys: [
          link('workspace_id', 'workspaces'),
          link('customer_id', 'customers'),
          link('venue_id', 'venues'),
        ],
      }),
    );
  }

  private async createInquiries(runner: QueryRunner): Promise<void> {
    const { primary, text, integer, timestamp } = migrationColumns(runner);
    const reference = foreignKeys('inquiries');
    await runner.createTable(
      newTable({
        name: 'inquiries',
        columns: [
          ...[primary('id'), text('workspace_id'), text('customer_id'), text('venue_id', 'null')],
          ...[text('subject'), text('subject_folded'), text('body'), text('channel'), text('status')],
          ...[integer('version'), timestamp('created_at'), timestamp('updated_at')],
        ],
        indices: [
          index('inquiries_created', ['workspace_id', 'created_at', 'id']),
          index('inquiries_updated', ['workspace_id', 'updated_at', 'id']),
          index('inquiries_status', ['workspace_id', 'status', 'created_at', 'id']),
          index('inquiries_customer', ['customer_id', 'created_at', 'id']),
          index('inquiries_venue', ['venue_id', 'created_at', 'id']),
        ],
        foreignKeys: [
          reference('workspace_id', 'workspaces'),
          reference('customer_id', 'customers'),
          reference('venue_id', 'venues'),
        ],
      }),
    );
    const reply = foreignKeys('replies');
    await runner.createTable(
      newTable({
        name: 'replies',
        columns: [
          ...[primary('id'), text('workspace_id'), text('inquiry_id'), text('body'), text('author')],
          timestamp('created_at'),
        ],
        indices: [index('replies_inquiry', ['inquiry_id', 'created_at', 'id'])],
        foreignKeys: [reply('workspace_id', 'workspaces'), reply('inquiry_id', 'inquiries')],
      }),
    );
  }

  private async createFollowUps(runner: QueryRunner): Promise<void> {
    const { primary, text, integer, timestamp } = migrationColumns(runner);
    const reference = foreignKeys('follow_ups');
    await runner.createTable(
      newTable({
        name: 'follow_ups',
        columns: [
          ...[primary('id'), text('workspace_id'), text('customer_id'), text('inquiry_id', 'null')],
          ...[text('venue_id', 'null'), text('note'), timestamp('due_at'), text('status')],
          ...[
            timestamp('completed_at', 'null'),
            integer('version'),
            timestamp('created_at'),
            timestamp('updated_at'),
          ],
        ],
        indices: [
          index('follow_ups_created', ['workspace_id', 'created_at', 'id']),
          index('follow_ups_due', ['workspace_id', 'due_at', 'id']),
          index('follow_ups_status', ['workspace_id', 'status', 'due_at', 'id']),
          index('follow_ups_customer', ['customer_id', 'due_at', 'id']),
          index('follow_ups_inquiry', ['inquiry_id', 'due_at', 'id']),
          index('follow_ups_venue', ['venue_id', 'due_at', 'id']),
        ],
        foreignKeys: [
          reference('workspace_id', 'workspaces'),
          ...[reference('customer_id', 'customers'), reference('inquiry_id', 'inquiries')],
          reference('venue_id', 'venues'),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    const tables = ['follow_ups', 'replies', 'inquiries', 'customer_venues', 'customers', 'venues'];
    for (const table of tables) await runner.dropTable(table);
  }
}
