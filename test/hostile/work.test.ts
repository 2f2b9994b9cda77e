// What one request may make the server compute in JavaScript: the worst that a caller can send within the default limits, field by
// field, list by list. Each is answered or refused, and the event loop is never held for long meanwhile.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { systemContext } from '../../src/access/system-context.ts';
import { Treatment } from '../../src/features/treatments/index.ts';
import { Venue } from '../../src/features/venues/index.ts';
import { newId } from '../../src/core/ids.ts';
import { toInstant } from '../../src/core/clock.ts';
import { areFiguresWanted, figureRounds } from '../support/figures.ts';
import { bearer, openTestHouse, type Answer, type Caller, type TestHouse } from '../support/house.ts';
import { heavyRequests } from './heavy-requests.ts';

/** The goal is 100 ms. A second is not met by a busy machine either, and the faults that this looks for take several. */
const heldMs = 1_000;

let house: TestHouse;
let callers: { readonly key: () => Promise<Caller>; readonly owner: () => Promise<Caller> };

const weekdays = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const;

/** Spans of the most that a venue may have, in which no treatment of a day fits. */
const openingHours = Array.from({ length: 50 }, (_, index) => ({
  weekday: weekdays[index % 7]!,
  opens: '00:00',
  closes: `${10 + (index % 10)}:${10 + index}`,
}));

async function seedVenues(workspaceId: string): Promise<void> {
  const { app, clock } = house;
  const now = toInstant(clock.nowMs());
  const version = { version: 1, createdAt: now, updatedAt: now };
  const venues = Array.from({ length: 100 }, (_, index) => ({
    ...{ id: newId('ven', clock), name: `Venue ${index}`, city: null, address: null },
    ...{ timezone: 'Europe/Berlin', openingHours, ...version },
  }));
  const busy = {
    ...{ id: newId('ven', clock), name: 'Busy', city: null, address: null, timezone: 'UTC', ...version },
    openingHours: weekdays.map((weekday) => ({ weekday, opens: '00:00', closes: '24:00' })),
  };
  const short = Array.from({ length: 17 }, (_, index) => ({
    ...{ id: newId('trt', clock), venueId: busy.id, name: `Treatment ${index}`, durationMinutes: 5 },
    ...{ priceCents: 1, currency: 'EUR', ...version },
  }));
  await systemContext(app, workspaceId).db.transaction(async (tx) => {
    await tx.insert(Venue, [busy as unknown as Venue]);
    await tx.insert(Treatment, short as Treatment[]);
    await tx.insert(Venue, venues as unknown as Venue[]);
    for (const { id: venueId } of venues) {
      const treatments = Array.from({ length: 40 }, (_, index) => ({
        ...{ id: newId('trt', clock), venueId, name: `Treatment ${index}`, durationMinutes: 1_440 - index },
        ...{ priceCents: 1, currency: 'EUR', ...version },
      }));
      await tx.insert(Treatment, treatments as Treatment[]);
    }
  });
}

beforeAll(async () => {
  const env = { RATE_LIMIT_REQUESTS_PER_MINUTE: '600', RATE_LIMIT_COST_PER_MINUTE: '60000' };
  house = await openTestHouse('sqlite', { env });
  const workspace = await house.workspace();
  await seedVenues(workspace.workspaceId);
  const names = ['customers', 'inquiries', 'followups', 'venues', 'treatments', 'bookings'];
  const scopes = names.flatMap((name) => [`read:${name}`, `write:${name}`]);
  const key = await workspace.key(...scopes, 'read:availability');
  callers = { key: async () => key, owner: () => workspace.owner() };
  expect((await house.send(bearer(key.secret), '{ viewer { kind } }')).status).toBe(200);
}, 120_000);
beforeEach(() => house.clock.advance(120_000));
afterAll(() => house.close());

async function heldWhile(work: () => Promise<Answer>) {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  // Its first look only begins to count.
  await new Promise((resolve) => setTimeout(resolve, 20));
  const startMs = performance.now();
  const answer = await work();
  const tookMs = performance.now() - startMs;
  await new Promise((resolve) => setTimeout(resolve, 20));
  delay.disable();
  return { answer, tookMs, heldMs: delay.max / 1e6 };
}

it.each(heavyRequests.map((request) => [request.name, request] as const))(
  'is not held by %s',
  async (name, { by = 'key', query, variables, code }) => {
    const found = [];
    for (let round = 0; round < figureRounds; round += 1) {
      house.clock.advance(120_000);
      const caller = await callers[by]();
      found.push(await heldWhile(() => caller.send(query, variables)));
    }
    const least = found.reduce((best, next) => (next.heldMs < best.heldMs ? next : best));
    const { answer } = least;
    if (areFiguresWanted) {
      const [error] = answer.errors ?? [];
      const cost = answer.cost?.requestedQueryCost ?? error?.extensions['requested'] ?? '-';
      const took = Math.min(...found.map(({ tookMs }) => tookMs));
      const figures = [least.heldMs.toFixed(0), took.toFixed(0), answer.text.length, cost];
      const outcome = `${answer.status} ${String(error?.extensions['code'] ?? 'ok')}`;
      process.stdout.write(`| ${[name, ...figures, outcome].join(' | ')} |\n`);
    }
    expect([answer.status < 500, answer.errors?.[0]?.extensions['code']]).toEqual([true, code]);
    expect(least.heldMs).toBeLessThan(heldMs);
  },
  60_000,
);
