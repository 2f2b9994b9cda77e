// Prices beyond 32 bits: 2,147,483,647 hundredths are 1,300 US dollars in some currencies.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { onEngine } from '../tools/engine.ts';

async function setPriceType(runner: QueryRunner, type: 'bigint' | 'integer'): Promise<void> {
  const statements = onEngine(runner, {
    // Its integers have 64 bits already.
    sqlite: [],
    postgres: [`ALTER TABLE "treatments" ALTER COLUMN "price_cents" TYPE ${type}`],
  });
  for (const statement of statements) await runner.query(statement);
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
