// When each sweep was last begun, by whichever process.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { newTable } from '../../../store/typeorm.ts';
import { migrationColumns } from '../../tools/columns.ts';

export class Sweeps1767225600013 implements MigrationInterface {
  readonly name = 'Sweeps1767225600013';

  async up(runner: QueryRunner): Promise<void> {
    const { primary, timestamp } = migrationColumns(runner);
    await runner.createTable(newTable({ name: 'sweeps', columns: [primary('name'), timestamp('begun_at')] }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('sweeps');
  }
}
