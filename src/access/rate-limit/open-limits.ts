// The limits of a server, with the stores behind them: shared through Redis when there is one, else in memory.
import type { Logger } from 'pino';
import type { Clock } from '../../core/clock.ts';
import type { Meter } from '../../core/meter.ts';
import type { Database } from '../../db/store/database.ts';
import type { LimitSettings } from './buckets.ts';
import { createFallbackStore } from './fallback-store.ts';
import { measuredStore } from './measured-store.ts';
import { createMemoryStore } from './memory-store.ts';
import { createPasswordAttempts } from './password-attempts.ts';
import { createLimits, type Limits } from './request-limits.ts';
import { createRowCounts } from './row-counts.ts';
import type { LimitStore } from './store.ts';

interface Options {
  readonly settings: LimitSettings;
  /** null = one server, counting in its memory. */
  readonly redisUrl: string | null;
  readonly clock: Clock;
  /** Where rows of keys are counted: they must outlast a restart, and Redis may forget. */
  readonly database: Database;
  readonly logger: Logger;
  readonly meter?: Meter;
}

/** The client is loaded only where there is a Redis. */
async function openShared(url: string): Promise<LimitStore> {
  const { openRedisStore } = await import('./redis-store.ts');
  return openRedisStore(url);
}

/** Opens also while Redis is away. */
export async function openLimits(options: Options): Promise<Limits & { close(): void }> {
  const { settings, redisUrl, clock, database, logger, meter } = options;
  const memory = measuredStore(createMemoryStore(), 'memory', meter);
  const shared = redisUrl === null ? memory : measuredStore(await openShared(redisUrl), 'redis', meter);
  const store = redisUrl === null ? shared : createFallbackStore(shared, memory, logger);
  // Passwords have no fallback: every server more would be as many guesses more.
  const passwordAttempts = createPasswordAttempts(shared, clock);
  const rowCounts = createRowCounts(database);
  return {
    ...createLimits({ settings, store, clock, passwordAttempts, rowCounts }),
    close: () => store.close(),
  };
}
