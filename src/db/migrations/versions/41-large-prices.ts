// Prices beyond 32 bits: 2,147,483,647 hundredths are 1,300 US dollars in some currencies.
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** SQLite's integers have 64 bits already. */
async function setPriceType(runner: QueryRunner, type: 'bigint' | 'integer'): Promise<void> {
  if (runner.connection.options.type !== 'postgres') return;
  await runner.query(`ALTER TABLE "treatments" ALTER COLUMN "price_cents" TYPE ${type}`);
}

export class LargePrices1767225600041 implements MigrationInterface {
  readonly name = 'LargePrices1767225600041';

  up(runner: QueryRunner): Promise<void> {
    return setPriceType(runner, 'bigint');
  }

  /** Fails, and changes nothing, when a price is there that would not fit. */
  down(runner: QueryRunner): Promise<void> {
    return setPriceType(runner, 'integer');
  }
}
