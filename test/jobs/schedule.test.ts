// What a server does by itself, beside answering, and its end.
import { beforeEach, afterEach, describe, expect, it, vi } from 'vitest';
import { systemScheduler } from '../../src/core/scheduler.ts';
import { allFeatures } from '../../src/services.ts';
import { createLogger } from '../../src/core/logger.ts';
import type { Job } from '../../src/jobs/job.ts';
import { startJobs } from '../../src/jobs/schedule.ts';
import { failWhere, stopFailing } from '../db/support/failing-store.ts';
import { gate } from '../support/gate.ts';
import { allRows } from '../db/support/store.ts';
import { describeEachEngine } from '../support/engines.ts';
import { openTestHouse } from '../support/house.ts';

const hourMs = 3_600_000;

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
    const sweeping = house.scheduler.elapse(hourMs);
    await begun.passed;
    const closing = house.close();
    free.open();
    await Promise.all([sweeping, closing]);
    expect(lines).toEqual([]);
    expect(house.statements.some((text) => text.includes('"idempotency_records"'))).toBe(true);
  });

  it('runs each hour, once for all servers of a store', async () => {
    const house = await openTestHouse(engine);
    const second = await openTestHouse(engine, { sharing: house });
    const sweeps = () =>
      [...house.statements, ...second.statements].filter((text) =>
        text.startsWith('DELETE FROM "idempotency_records"'),
      ).length;
    await house.scheduler.elapse(hourMs - 1);
    expect(sweeps()).toBe(0);
    await house.scheduler.elapse(1);
    await second.scheduler.elapse(hourMs);
    expect(sweeps()).toBe(1);
    house.clock.advance(hourMs);
    await second.scheduler.elapse(hourMs);
    expect(sweeps()).toBe(2);
    await second.close();
    await house.close();
  });
});

describeEachEngine('The last uses of keys', (engine) => {
  it('are written every five seconds, by the schedule alone, and kept when the store refuses them', async () => {
    const lines: string[] = [];
    const house = await openTestHouse(engine, {
      logger: createLogger({ level: 'warn', destination: { write: (line) => void lines.push(line) } }),
    });
    const key = await (await house.workspace()).key('read:customers');
    const written = async () =>
      (await allRows(house.app.database, 'api_keys')).filter((row) => row['last_used_at'] !== null).length;
    await key.send('{ customers { totalCount } }');
    house.clock.advance(hourMs);
    await house.scheduler.elapse(4_999);
    expect(await written()).toBe(0);
    await failWhere(house.app.database, ['UPDATE', 'api_keys'], `NEW.id = '${key.apiKeyId}'`);
    await house.scheduler.elapse(1);
    expect([await written(), lines.length]).toEqual([0, 1]);
    await stopFailing(house.app.database, 'api_keys');
    await house.scheduler.elapse(5_000);
    expect([await written(), lines.length]).toEqual([1, 1]);
    await house.close();
    expect(house.scheduler.count()).toBe(0);
  });
});

describe('The schedule of a server', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
  afterEach(() => void vi.useRealTimers());

  it('runs a job each time its interval has passed, until it is cancelled', () => {
    let runs = 0;
    const cancel = systemScheduler.every(1_000, async () => (runs += 1));
    vi.advanceTimersByTime(999);
    expect(runs).toBe(0);
    vi.advanceTimersByTime(2_001);
    expect(runs).toBe(3);
    cancel();
    vi.advanceTimersByTime(10_000);
    expect(runs).toBe(3);
  });
});

describeEachEngine('A server of a test', (engine) => {
  it('starts no timer that repeats: nothing happens in its store but what the test asks for', async () => {
    const repeating = vi.spyOn(globalThis, 'setInterval');
    const house = await openTestHouse(engine);
    const workspace = await house.workspace();
    const key = await workspace.key('read:customers');
    await key.send('{ customers { totalCount } }');
    await (await workspace.owner()).send('{ viewer { kind } }');
    expect(repeating).not.toHaveBeenCalled();
    // The times when keys were last used, answers kept for their Idempotency-Key, what is counted, what was read and what is logged are of no
    // feature.
    expect(house.scheduler.count()).toBe(5 + allFeatures.flatMap(({ jobs = [] }) => jobs).length);
    repeating.mockRestore();
    await house.close();
  });
});

describe('The schedule of jobs', () => {
  const logger = createLogger({ level: 'silent' });
  const job = (name: string, more: Partial<Job> = {}): Job => ({
    name,
    ...{ everyMs: hourMs, scope: 'store', run: async () => undefined },
    ...more,
  });

  it('has those that the features declare, each with a name and a turn of its own', async () => {
    const house = await openTestHouse('sqlite');
    await house.scheduler.elapse(hourMs);
    const turns = (await allRows(house.app.database, 'sweeps')).map((row) => row['name']);
    const jobs = allFeatures.flatMap((feature) => feature.jobs ?? []);
    // What each process does for itself takes no turn.
    const declared = jobs.filter(({ scope }) => scope === 'store').map(({ name }) => name);
    expect(declared.length).toBeGreaterThan(0);
    expect(turns.sort()).toEqual([...declared, 'idempotency.forget'].sort());
    await house.close();
  });

  it('keeps one failure from the other jobs, and takes no two of one name', async () => {
    const house = await openTestHouse('sqlite');
    const lines: string[] = [];
    const warned = createLogger({ level: 'warn', destination: { write: (line) => void lines.push(line) } });
    const done: string[] = [];
    const failing = job('one', { run: () => Promise.reject(new Error('no')) });
    const throwing = job('two', {
      run: () => {
        throw new Error('at once');
      },
    });
    const good = job('three', { run: async () => void done.push('three') });
    const last = job('four', { scope: 'process', run: async () => void done.push('four') });
    const schedule = { logger: warned, scheduler: house.scheduler };
    const jobs = startJobs([failing, throwing, good, last], house.app, schedule);
    await jobs.sweepInTurn();
    await jobs.sweepInTurn();
    expect(done).toEqual(['three']);
    expect(lines.map((line) => (JSON.parse(line) as { job: string }).job).sort()).toEqual(['one', 'two']);
    await jobs.stop();
    expect(done).toEqual(['three', 'four']);
    expect(() =>
      startJobs([job('same'), job('same')], house.app, { logger, scheduler: house.scheduler }),
    ).toThrow('Two jobs are called "same"');
    await house.close();
  });

  it.each(['store', 'process'] as const)('end with what a job of the %s has begun', async (scope) => {
    const house = await openTestHouse('sqlite');
    const [begun, free] = [gate(), gate()];
    const done: string[] = [];
    let runs = 0;
    const slow = job('slow', {
      scope,
      async run() {
        // Its first run alone is slow; a job of the process runs once more at the end.
        if ((runs += 1) > 1) return;
        begun.open();
        await free.passed;
        done.push('begun');
      },
    });
    const jobs = startJobs([slow], house.app, { logger, scheduler: house.scheduler });
    const running = house.scheduler.elapse(slow.everyMs);
    await begun.passed;
    const stopped = jobs.stop().then(() => done.push('stopped'));
    // Time for an end that does not wait.
    await new Promise((resolve) => setTimeout(resolve, 50));
    free.open();
    await Promise.all([running, stopped]);
    expect(done).toEqual(['begun', 'stopped']);
    await house.close();
  });
});
