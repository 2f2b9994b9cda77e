// Names of time zones are kept in their IANA spelling: what an earlier version took in any case is rewritten.
import sql from 'sql-template-tag';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { canonicalTimeZone } from '../../../core/text/zone-name.ts';
import { runStatement } from '../tools/columns.ts';

export class ZoneNames1767225600040 implements MigrationInterface {
  readonly name = 'ZoneNames1767225600040';

  async up(runner: QueryRunner): Promise<void> {
    const names = (await runner.query('SELECT DISTINCT "timezone" AS "name" FROM "venues"')) as {
      name: string;
    }[];
    for (const { name } of names) {
      const canonical = canonicalTimeZone(name) ?? name;
      if (canonical === name) continue;
      // The version stays: it is the same zone, and a client that read the other spelling may go on.
      await runStatement(
        runner,
        sql`UPDATE "venues" SET "timezone" = ${canonical} WHERE "timezone" = ${name}`,
      );
    }
  }

  /** Nothing to take back: an earlier version reads either spelling. */
  async down(): Promise<void> {}
}
