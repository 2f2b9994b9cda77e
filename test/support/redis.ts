// A corner of a real Redis for one test file: keys under a prefix of its own, removed at the end.
import { Redis } from 'ioredis';

const serverUrl = process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379';
const isRequired = process.env['LATCHKEY_TEST_REQUIRE_SERVICES'] !== undefined;

async function withServer<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(serverUrl, {
    lazyConnect: true,
    connectTimeout: 3_000,
    retryStrategy: () => null,
  });
  redis.on('error', () => {});
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

async function isRedisThere(): Promise<boolean> {
  try {
    await withServer((redis) => redis.ping());
    return true;
  } catch (error) {
    if (isRequired) throw new Error('Redis is required here and does not answer.', { cause: error });
    return false;
  }
}

export const hasRedis = await isRedisThere();

export interface RedisCorner {
  /** As REDIS_URL takes it. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** The same corner by another way, e.g. through a wire. */
  urlAt(host: string, port: number): string;
  /** What is kept in it, by name. */
  keys(): Promise<string[]>;
  remove(): Promise<void>;
}

export function redisCorner(): RedisCorner {
  const prefix = `latchkey_test_${process.pid}_${Math.random().toString(36).slice(2, 10)}:`;
  const { hostname, port } = new URL(serverUrl);
  const urlAt = (host: string, at: number) => {
    const url = new URL(serverUrl);
    url.hostname = host;
    url.port = String(at);
    url.searchParams.set('keyPrefix', prefix);
    return url.href;
  };
  const host = hostname;
  const keys = () => withServer((redis) => redis.keys(`${prefix}*`));
  return {
    ...{ host, port: Number(port || 6379), urlAt, keys },
    url: urlAt(host, Number(port || 6379)),
    remove: () =>
      withServer(async (redis) => {
        const found = await redis.keys(`${prefix}*`);
        if (found.length > 0) await redis.del(...found);
      }),
  };
}
