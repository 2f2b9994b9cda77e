// Which version a store requires, and the names of migrations where version 0.1.0 looks for them.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { copyForReleased, isReleasedShutOut, releasedTable } from '../tools/released.ts';
import { makeRequirements } from '../tools/requirements.ts';

export class StoreRequirements1767225600050 implements MigrationInterface {
  readonly name = 'StoreRequirements1767225600050';

  async up(runner: QueryRunner): Promise<void> {
    await makeRequirements(runner);
    await copyForReleased(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    // A migration before this one still requires a version: its own `down` ends both.
    if (await isReleasedShutOut(runner)) return;
    await runner.dropTable('store_requirements');
    await runner.query(`DROP TABLE IF EXISTS "${releasedTable}"`);
  }
}
