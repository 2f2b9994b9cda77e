// What a server does by itself, beside answering, and its end.
import { expect, it } from 'vitest';
import { createLogger } from '../src/core/logger.ts';
import { gate } from './db/support/store.ts';
import { describeEachEngine } from './support/engines.ts';
import { openTestHouse } from './support/house.ts';

describeEachEngine('A sweep', (engine) => {
  it('that has begun when the server is asked to end is over before the store is closed', async () => {
    const lines: string[] = [];
    const [begun, free] = [gate(), gate()];
    const house = await openTestHouse(engine, {
      logger: createLogger({ level: 'warn', destination: { write: (line) => void lines.push(line) } }),
      database: {
        async onStatement(text) {
          if (!text.includes('"sweeps"')) return;
          begun.open();
          await free.passed;
        },
      },
    });
    const sweeping = house.app.sweepInTurn();
    await begun.passed;
    const closing = house.close();
    free.open();
    await Promise.all([sweeping, closing]);
    expect(lines).toEqual([]);
    expect(house.statements.some((text) => text.includes('"idempotency_records"'))).toBe(true);
  });
});
