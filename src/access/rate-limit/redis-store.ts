// Buckets in Redis, shared by every server that uses it. Nothing here falls back: see fallback-store.ts.
import { Redis } from 'ioredis';
import type { Charge, Standing, Verdict } from './decide.ts';
import { chargeScript, refundScript } from './redis-script.ts';
import type { LimitStore } from './store.ts';

/** Without an answer for this long the connection is given up, and what waits on it fails. */
const silenceLimitMs = 450;
/** Longest pause between attempts to connect again; the pause grows with each. */
const maxReconnectDelayMs = 1_000;

interface ScriptedRedis extends Redis {
  latchkeyCharge(keyCount: number, ...rest: (string | number)[]): Promise<number[]>;
  latchkeyRefund(keyCount: number, ...rest: (string | number)[]): Promise<number>;
}

/** Before every key, so that a Redis can be shared with others. `?keyPrefix=…` in the URL comes before this. */
const keyPrefix = 'latchkey:';

function connect(url: string): ScriptedRedis {
  const redis = new Redis(url, {
    keyPrefix,
    lazyConnect: true,
    connectTimeout: silenceLimitMs,
    socketTimeout: silenceLimitMs,
    commandTimeout: silenceLimitMs,
    // A charge that could not be sent now is never sent later: its request was answered long ago.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(times * 100, maxReconnectDelayMs),
  });
  redis.defineCommand('latchkeyCharge', { lua: chargeScript });
  redis.defineCommand('latchkeyRefund', { lua: refundScript });
  // Each charge reports the error to its caller. Without a listener ioredis would print it as well.
  redis.on('error', () => {});
  return redis as ScriptedRedis;
}

function readVerdict([allowed, ...numbers]: readonly number[], charges: readonly Charge[]): Verdict {
  const standings = charges.map(({ limit }, index): Standing => {
    const [remaining = 0, resetMs = 0, waitMs = 0] = numbers.slice(index * 3);
    return { limit, remaining, resetMs, waitMs };
  });
  const retryAfterMs = Math.max(0, ...standings.map(({ waitMs }) => waitMs));
  return { type: allowed === 1 ? 'allow' : 'deny', retryAfterMs, standings };
}

/**
 * Waits for the first connection, 0.45 s at most; whether it came or not, the store goes on trying by itself. The time is
 * the callers': servers that share a Redis should keep their clocks in step, as NTP does.
 */
export async function openRedisStore(url: string): Promise<LimitStore> {
  const redis = connect(url);
  await redis.connect().catch(() => {});
  return {
    async charge(charges, nowMs) {
      const keys = charges.map(({ key }) => key);
      const args = charges.flatMap(({ limit, windowMs, amount, whenDenied }) => [
        ...[limit, windowMs, amount, whenDenied],
      ]);
      return readVerdict(await redis.latchkeyCharge(keys.length, ...keys, nowMs, ...args), charges);
    },
    async refund(refunds) {
      const keys = refunds.map(({ key }) => key);
      const args = refunds.flatMap(({ amount, windowMs }) => [amount, windowMs]);
      await redis.latchkeyRefund(keys.length, ...keys, ...args);
    },
    close: () => redis.disconnect(),
  };
}
