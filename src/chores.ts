// What a server does by itself from time to time, beside answering.
import type { Logger } from 'pino';
import type { LastUsedLog } from './access/last-used.ts';
import type { Operator } from './access/operator.ts';
import { hourMs } from './core/clock.ts';
import type { Scheduler } from './core/scheduler.ts';
import { takeTurn } from './db/turn.ts';
import { sweepInactiveKeys } from './features/api-keys/index.ts';
import { forgetIdempotencyRecords } from './graph/idempotency.ts';

const lastUsedFlushMs = 5_000;

export interface Chores {
  /** Disables keys that were not used for too long, forgets old idempotency records. */
  sweep(): Promise<unknown>;
  /** The same, unless some process on this store has begun it within the hour; also scheduled every hour. */
  sweepInTurn(): Promise<unknown>;
  /** No more of it: what was collected is written, and a sweep that has begun is over. */
  stop(): Promise<void>;
}

/** None of them stops the server when it fails: nothing that must be right depends on them. */
export function startChores(
  operator: Operator,
  { lastUsed, logger, scheduler }: { lastUsed: LastUsedLog; logger: Logger; scheduler: Scheduler },
): Chores {
  const { database, clock } = operator;
  const warn = (what: string) => (error: unknown) => logger.warn({ err: error }, what);
  const flush = () => lastUsed.flush().catch(warn('last used times were not written'));
  const sweep = () =>
    Promise.all([sweepInactiveKeys(operator), forgetIdempotencyRecords(database, clock)]).catch(
      warn('the sweep did not finish'),
    );
  const takeTurnAndSweep = async () => {
    const turn = { name: 'hourly', nowMs: clock.nowMs(), everyMs: hourMs };
    if (await takeTurn(database, turn).catch(warn('the sweep did not begin'))) await sweep();
  };
  let sweeping: Promise<unknown> = Promise.resolve();
  const sweepInTurn = () => (sweeping = takeTurnAndSweep());
  const cancels = [scheduler.every(lastUsedFlushMs, flush), scheduler.every(hourMs, sweepInTurn)];
  return {
    sweep,
    sweepInTurn,
    async stop() {
      cancels.forEach((cancel) => cancel());
      await Promise.all([flush(), sweeping]);
    },
  };
}
