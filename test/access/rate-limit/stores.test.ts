// What a limit promises, by memory and by Redis alike: never more than the limit in any window, a retry time that is
// right, denied calls that cost, one step for all buckets.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  callerCharges,
  managementCharges,
  type LimitSettings,
} from '../../../src/access/rate-limit/buckets.ts';
import { decide, type Charge, type Window } from '../../../src/access/rate-limit/decide.ts';
import { createMemoryStore } from '../../../src/access/rate-limit/memory-store.ts';
import { openRedisStore } from '../../../src/access/rate-limit/redis-store.ts';
import type { LimitStore } from '../../../src/access/rate-limit/store.ts';
import { hasRedis, redisCorner } from '../../support/outside/redis.ts';

const startMs = Date.parse('2026-06-01T12:00:00.000Z');
const minuteMs = 60_000;
const corner = redisCorner();
let counter = 0;
const newKey = () => `test:{${(counter += 1)}}`;

function bucket(key: string, limit: number, more: Partial<Charge> = {}): Charge {
  return { key, limit, windowMs: minuteMs, amount: 1, whenDenied: 1, ...more };
}

const stores = [
  { name: 'memory', open: async () => createMemoryStore(), isThere: true },
  { name: 'Redis', open: () => openRedisStore(corner.url), isThere: hasRedis },
];

describe.each(stores.filter(({ isThere }) => isThere))('Limits kept in $name', ({ open }) => {
  let store: LimitStore;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(async () => {
    store.close();
    await (hasRedis ? corner.remove() : undefined);
  });
  const at = (ms: number, ...charges: Charge[]) => store.charge(charges, startMs + ms);

  it('lets a burst of exactly the limit through, and tells what is left', async () => {
    const one = bucket(newKey(), 3);
    const left = [];
    for (let count = 0; count < 4; count += 1) left.push(await at(0, one));
    expect(left.map(({ type, standings }) => [type, standings[0]!.remaining])).toEqual([
      ...[
        ['allow', 2],
        ['allow', 1],
        ['allow', 0],
        ['deny', 0],
      ],
    ]);
    expect(left[3]).toMatchObject({ retryAfterMs: minuteMs, standings: [{ resetMs: minuteMs, limit: 3 }] });
  });

  it('gives a charge back one window later, not a millisecond sooner', async () => {
    const one = bucket(newKey(), 1);
    await at(0, one);
    expect(await at(minuteMs - 1, one)).toMatchObject({ type: 'deny', retryAfterMs: 1 });
    expect(await at(minuteMs, one)).toMatchObject({ type: 'allow' });
  });

  it('gives back bit by bit what was charged bit by bit', async () => {
    const one = bucket(newKey(), 2);
    await at(0, one);
    await at(20_000, one);
    expect(await at(30_000, one)).toMatchObject({ type: 'deny', retryAfterMs: 30_000 });
    expect(await at(60_000, one)).toMatchObject({ type: 'allow' });
    expect(await at(60_000, one)).toMatchObject({ type: 'deny', retryAfterMs: 20_000 });
  });

  it('counts a charge by itself that comes a sixtieth of the window after another', async () => {
    const one = bucket(newKey(), 2);
    await at(0, one);
    await at(1_000, one);
    expect(await at(minuteMs, one)).toMatchObject({ type: 'allow', standings: [{ remaining: 0 }] });
  });

  it('lets no more through around the edge of a minute', async () => {
    const one = bucket(newKey(), 10);
    const verdicts = [];
    for (let ms = 55_000; ms < 65_000; ms += 250) verdicts.push(await at(ms, one));
    expect(verdicts.filter(({ type }) => type === 'allow')).toHaveLength(10);
  });

  it('takes from every bucket or, when one has no room, only what a denied call costs', async () => {
    const [requests, cost] = [bucket(newKey(), 10), bucket(newKey(), 100, { amount: 60, whenDenied: 0 })];
    expect((await at(0, requests, cost)).standings.map(({ remaining }) => remaining)).toEqual([9, 40]);
    const denied = await at(0, requests, cost);
    expect(denied).toMatchObject({ type: 'deny', retryAfterMs: minuteMs });
    expect(denied.standings.map(({ remaining }) => remaining)).toEqual([8, 40]);
  });

  it('waits for room in each bucket, the room that the denied call itself has taken included', async () => {
    const [requests, cost] = [bucket(newKey(), 2), bucket(newKey(), 10, { amount: 8, whenDenied: 0 })];
    await at(0, requests, cost);
    expect(await at(10_000, requests, cost)).toMatchObject({ type: 'deny', retryAfterMs: 50_000 });
    expect(await at(20_000, requests, cost)).toMatchObject({ type: 'deny', retryAfterMs: 40_000 });
    expect(await at(60_000, requests, cost)).toMatchObject({ type: 'allow' });
  });

  it('lets whoever keeps hammering come back when it said so', async () => {
    const one = bucket(newKey(), 5);
    for (let count = 0; count < 5; count += 1) await at(0, one);
    for (let ms = 100; ms < minuteMs; ms += 500) {
      expect(await at(ms, one)).toMatchObject({ type: 'deny', retryAfterMs: minuteMs - ms });
    }
    expect(await at(minuteMs, one)).toMatchObject({ type: 'allow', standings: [{ remaining: 4 }] });
  });

  it('takes back the latest charges, or all of them', async () => {
    const one = bucket(newKey(), 3);
    for (const ms of [0, 10_000, 20_000]) await at(ms, one);
    await store.refund([{ ...one, amount: 2 }]);
    expect(await at(20_000, { ...one, amount: 0 })).toMatchObject({
      standings: [{ remaining: 2, resetMs: 40_000 }],
    });
    await store.refund([{ ...one, amount: 100 }]);
    expect(await at(20_000, { ...one, amount: 0 })).toMatchObject({
      standings: [{ remaining: 3, resetMs: 0 }],
    });
    await store.refund([{ ...one, key: newKey(), amount: 1 }]);
  });

  it('counts a clock that is set back as standing still', async () => {
    const one = bucket(newKey(), 1);
    await at(10_000, one);
    expect(await at(5_000, one)).toMatchObject({ type: 'deny', retryAfterMs: minuteMs + 5_000 });
  });

  it('counts what an hour-fast clock wrote from now on, once that clock is set right', async () => {
    const one = bucket(newKey(), 1);
    await at(60 * minuteMs, one);
    expect(await at(0, one)).toMatchObject({ type: 'deny', retryAfterMs: minuteMs });
    expect(await at(minuteMs, one)).toMatchObject({ type: 'allow' });
  });

  it('keeps the amount that a fast clock wrote, and the time of one that was a window fast at most', async () => {
    const [far, near] = [bucket(newKey(), 3), bucket(newKey(), 3)];
    await at(60 * minuteMs, far);
    expect(await at(0, far)).toMatchObject({ standings: [{ remaining: 1, resetMs: minuteMs }] });
    await at(minuteMs, near);
    expect(await at(0, near)).toMatchObject({ standings: [{ remaining: 1, resetMs: 2 * minuteMs }] });
  });

  it('lets exactly the limit through when twice as many come at the same time', async () => {
    const [requests, cost] = [bucket(newKey(), 50), bucket(newKey(), 1_000, { amount: 3, whenDenied: 0 })];
    const verdicts = await Promise.all(Array.from({ length: 100 }, () => at(0, requests, cost)));
    expect(verdicts.filter(({ type }) => type === 'allow')).toHaveLength(50);
  });
});

it('forgets no count in memory for names that were only refused', async () => {
  const store = createMemoryStore();
  const [victim, door] = [bucket('account:victim', 1), bucket('door:1', 1, { whenDenied: 0 })];
  await store.charge([victim, door], startMs);
  for (let made = 0; made <= 50_000; made += 1)
    await store.charge([bucket(`account:${made}`, 1, { whenDenied: 0 }), door], startMs);
  expect(await store.charge([victim], startMs)).toMatchObject({ type: 'deny' });
});

/** Time steps and amounts of a random caller. */
const traffic = fc.array(
  fc.record({
    waitMs: fc.oneof(fc.nat(50), fc.nat(2_000), fc.nat(70_000)),
    amount: fc.integer({ min: 0, max: 12 }),
    whenDenied: fc.nat(2),
  }),
  { minLength: 1, maxLength: 120 },
);

interface Passed {
  readonly nowMs: number;
  readonly amount: number;
}

const chargedIn = (passed: readonly Passed[], endMs: number) =>
  passed
    .filter(({ nowMs }) => nowMs > endMs - minuteMs && nowMs <= endMs)
    .reduce((total, { amount }) => total + amount, 0);

describe('decide', () => {
  it('lets no more than the limit through in any window, wherever it begins', () => {
    fc.assert(
      fc.property(traffic, (steps) => {
        let window: Window = [];
        let nowMs = startMs;
        const passed: Passed[] = [];
        for (const { waitMs, amount, whenDenied } of steps) {
          nowMs += waitMs;
          const { verdict, windows } = decide([window], [bucket('x', 12, { amount, whenDenied })], nowMs);
          window = windows[0]!;
          if (verdict.type === 'allow') passed.push({ nowMs, amount });
        }
        expect(window.length).toBeLessThanOrEqual(62);
        for (const { nowMs: endMs } of passed) expect(chargedIn(passed, endMs)).toBeLessThanOrEqual(12);
      }),
      { numRuns: 500 },
    );
  });

  it('denies only what is near the limit: no charge counts longer than a window and a sixtieth', () => {
    fc.assert(
      fc.property(traffic, (steps) => {
        let window: Window = [];
        let nowMs = startMs;
        const charged: Passed[] = [];
        for (const { waitMs, amount } of steps) {
          nowMs += waitMs;
          const { verdict, windows } = decide([window], [bucket('x', 12, { amount, whenDenied: 0 })], nowMs);
          window = windows[0]!;
          const counted = charged.filter((charge) => charge.nowMs > nowMs - minuteMs - 1_000);
          const most = counted.reduce((total, charge) => total + charge.amount, 0);
          if (most + amount <= 12) expect(verdict.type).toBe('allow');
          if (verdict.type === 'allow') charged.push({ nowMs, amount });
        }
      }),
      { numRuns: 500 },
    );
  });

  it('tells the first millisecond at which the denied call would be allowed', () => {
    fc.assert(
      fc.property(traffic, (steps) => {
        let windows: readonly Window[] = [];
        let nowMs = startMs;
        for (const { waitMs, amount, whenDenied } of steps) {
          nowMs += waitMs;
          const charges = [bucket('a', 12, { amount, whenDenied }), bucket('b', 5)];
          const decided = decide(windows, charges, nowMs);
          windows = decided.windows;
          const { type, retryAfterMs } = decided.verdict;
          if (type === 'allow') continue;
          const later = (ms: number) => decide(decided.windows, charges, nowMs + ms).verdict.type;
          expect([later(retryAfterMs - 1), later(retryAfterMs)]).toEqual(['deny', 'allow']);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function chargesOf(settings: LimitSettings, workspaceId: string, by: string, cost: number): Charge[] {
  const scopes = new Set<string>();
  if (by.endsWith('key')) {
    const rateLimitPerMinute = by === 'limited key' ? 2 : null;
    const key = {
      kind: 'API_KEY',
      workspaceId,
      apiKeyId: by,
      secretId: by,
      scopes,
      venueIds: null,
      operationIds: null,
    } as const;
    const charges = callerCharges(
      settings,
      { ...key, label: by, ip: '192.0.2.1', rateLimitPerMinute },
      '192.0.2.1',
      cost,
    );
    return charges.filter((charge) => charge !== undefined);
  }
  const [userId = ''] = by.split(',');
  const user = {
    kind: 'USER',
    workspaceId,
    userId,
    name: null,
    role: 'OWNER',
    tokenVersion: 1,
    scopes,
    venueIds: null,
  } as const;
  const charges = by.endsWith('managing')
    ? managementCharges(settings, user, cost)
    : callerCharges(settings, user, '192.0.2.1', cost);
  return charges.filter((charge) => charge !== undefined);
}

/** Of steps of random callers: nobody's calls but one's own count against managing. */
it('leaves what a user may manage to that user', async () => {
  const settings = { requestsPerMinute: 5, costPerMinute: 100 };
  const others = fc.array(
    fc.constantFrom('key', 'limited key', 'owner', 'colleague', 'colleague, managing'),
    {
      maxLength: 200,
    },
  );
  const property = fc.asyncProperty(others, async (steps) => {
    const store = createMemoryStore();
    for (const by of steps) await store.charge(chargesOf(settings, 'w', by, 10), startMs);
    const { type, standings } = await store.charge(chargesOf(settings, 'w', 'owner, managing', 10), startMs);
    expect([type, ...standings.map(({ remaining }) => remaining)]).toEqual(['allow', 59, 5_990]);
  });
  await fc.assert(property, { numRuns: 50 });
});

describe.skipIf(!hasRedis)('Memory and Redis', () => {
  afterAll(() => corner.remove());

  it('give the same verdicts on the same calls, with refunds between them', async () => {
    const memory = createMemoryStore();
    const redis = await openRedisStore(corner.url);
    const calls = fc.array(
      fc.record({
        waitMs: fc.oneof(fc.nat(50), fc.nat(2_000), fc.nat(70_000)),
        amount: fc.integer({ min: 0, max: 12 }),
        refund: fc.option(fc.integer({ min: 1, max: 20 }), { freq: 6 }),
      }),
      { minLength: 1, maxLength: 25 },
    );
    const property = fc.asyncProperty(calls, async (steps) => {
      const [one, other] = [newKey(), newKey()];
      let nowMs = startMs;
      for (const { waitMs, amount, refund } of steps) {
        nowMs += waitMs;
        const charges = [bucket(one, 6), bucket(other, 20, { amount, whenDenied: 0 })];
        const verdict = await memory.charge(charges, nowMs);
        expect(await redis.charge(charges, nowMs)).toEqual(verdict);
        if (refund === null) continue;
        const back = [{ key: other, windowMs: minuteMs, amount: refund }];
        await Promise.all([memory.refund(back), redis.refund(back)]);
      }
    });
    await fc.assert(property, { numRuns: 100 });
    redis.close();
  });

  it('give the same verdicts on budgets of workspaces, keys and users who manage', async () => {
    const memory = createMemoryStore();
    const redis = await openRedisStore(corner.url);
    const settings = { requestsPerMinute: 5, costPerMinute: 100 };
    const calls = fc.array(
      fc.record({
        waitMs: fc.oneof(fc.nat(50), fc.nat(20_000)),
        by: fc.constantFrom(
          'key',
          'limited key',
          'owner',
          'colleague',
          'owner, managing',
          'colleague, managing',
        ),
        cost: fc.oneof(fc.nat(40), fc.integer({ min: 1_000, max: 3_000 })),
      }),
      { minLength: 1, maxLength: 30 },
    );
    const property = fc.asyncProperty(calls, async (steps) => {
      const workspaceId = newKey();
      let nowMs = startMs;
      for (const { waitMs, by, cost } of steps) {
        nowMs += waitMs;
        const charges = chargesOf(settings, workspaceId, by, cost);
        const verdict = await memory.charge(charges, nowMs);
        expect(await redis.charge(charges, nowMs)).toEqual(verdict);
      }
    });
    await fc.assert(property, { numRuns: 60 });
    redis.close();
  });

  it('keep nothing that has grown old: every key of Redis ends by itself', async () => {
    const own = redisCorner();
    const redis = await openRedisStore(own.url);
    for (const windowMs of [minuteMs, 60 * minuteMs])
      await redis.charge([bucket(`${newKey()}:${windowMs}`, 5, { windowMs })], startMs);
    redis.close();
    const lifetimes = await own.lifetimesMs();
    expect(lifetimes).toHaveLength(2);
    // Since then some of it has passed; -1 would be for good.
    for (const lifetimeMs of lifetimes) expect(lifetimeMs).toBeGreaterThan(0);
    expect(lifetimes[0]).toBeLessThanOrEqual(2 * minuteMs);
    expect(lifetimes[1]).toBeGreaterThan(2 * minuteMs);
    expect(lifetimes[1]).toBeLessThanOrEqual(120 * minuteMs);
    await own.remove();
  });
});
