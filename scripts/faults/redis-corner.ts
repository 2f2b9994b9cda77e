// A corner of a real Redis: keys under a prefix of its own, removed at the end. What else is kept there is not touched.
import { Redis } from 'ioredis';

async function withServer<T>(serverUrl: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(serverUrl, { lazyConnect: true, connectTimeout: 3_000, retryStrategy: () => null });
  // What is wrong is heard of by whoever asks; unheard, ioredis would print it as well.
  redis.on('error', () => {});
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

/** Rejects when nobody answers. */
export async function pingRedis(serverUrl: string): Promise<void> {
  await withServer(serverUrl, (redis) => redis.ping());
}

export interface RedisCorner {
  /** As REDIS_URL takes it. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** The same corner by another way, e.g. through a wire. */
  urlAt(host: string, port: number): string;
  /** What is kept in it, by name. */
  keys(): Promise<string[]>;
  /** How long each key is kept from now on, ascending. */
  lifetimesMs(): Promise<number[]>;
  remove(): Promise<void>;
}

export function openCorner(serverUrl: string, name: string): RedisCorner {
  const prefix = `${name}_${process.pid}_${Math.random().toString(36).slice(2, 10)}:`;
  const { hostname, port } = new URL(serverUrl);
  const urlAt = (host: string, at: number) => {
    const url = new URL(serverUrl);
    url.hostname = host;
    url.port = String(at);
    url.searchParams.set('keyPrefix', prefix);
    return url.href;
  };
  const host = hostname;
  const keys = () => withServer(serverUrl, (redis) => redis.keys(`${prefix}*`));
  const lifetimesMs = () =>
    withServer(serverUrl, async (redis) => {
      const found = await redis.keys(`${prefix}*`);
      return (await Promise.all(found.map((key) => redis.pttl(key)))).sort((a, b) => a - b);
    });
  return {
    ...{ host, port: Number(port || 6379), urlAt, keys, lifetimesMs },
    url: urlAt(host, Number(port || 6379)),
    remove: () =>
      withServer(serverUrl, async (redis) => {
        const found = await redis.keys(`${prefix}*`);
        if (found.length > 0) await redis.del(...found);
      }),
  };
}
