// A corner of a real Redis for one test file.
import { openCorner, pingRedis, type RedisCorner } from '../../../scripts/faults/redis-corner.ts';

export type { RedisCorner };

const serverUrl = process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379';
const isRequired = process.env['LATCHKEY_TEST_REQUIRE_SERVICES'] !== undefined;

async function isRedisThere(): Promise<boolean> {
  try {
    await pingRedis(serverUrl);
    return true;
  } catch (error) {
    if (isRequired) throw new Error('Redis is required here and does not answer.', { cause: error });
    return false;
  }
}

export const hasRedis = await isRedisThere();

/**
 * A server that shares it by `url` is patient: on a busy machine an answer may take longer than the 450 ms after which a server
 * keeps limits by itself. `urlAt` gives the URL as an operator would.
 */
export function redisCorner(): RedisCorner {
  const corner = openCorner(serverUrl, 'latchkey_test');
  const url = new URL(corner.url);
  for (const limit of ['commandTimeout', 'socketTimeout']) url.searchParams.set(limit, '60000');
  return { ...corner, url: url.href };
}
