// Workspaces in turn, whatever they ask for: a model of every order in which tasks can come, end and be given up.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFairQueue, type Task } from '../../../src/db/turns/fair-queue.ts';
import { createFairSlots } from '../../../src/db/turns/fair-slots.ts';
import { gate } from '../../support/gate.ts';

interface Numbered extends Task {
  readonly number: number;
}

type Step =
  | { readonly kind: 'add'; readonly workspace: string; readonly name?: string }
  | { readonly kind: 'begin' | 'end' | 'remove'; readonly pick: number };

const workspaces = ['a', 'b', 'c', 'd'];
const steps = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('add' as const),
        workspace: fc.constantFrom(...workspaces),
        name: fc.constantFrom(undefined, undefined, 'users', 'keys'),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constantFrom('begin' as const, 'end' as const), pick: fc.nat() }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), pick: fc.nat() }) },
  ),
  { minLength: 5, maxLength: 120 },
);

/** Every task that is there, by what has become of it. */
class Model {
  readonly waiting: Numbered[] = [];
  readonly running: Numbered[] = [];
  readonly begun: Numbered[] = [];
  private readonly queue;
  private added = 0;

  constructor(private readonly slots: number) {
    this.queue = createFairQueue<Numbered>(slots);
  }

  private runningOf(workspace: string) {
    return this.running.filter((task) => task.workspace === workspace).length;
  }

  add(workspace: string, name?: string) {
    this.added += 1;
    const task = { workspace, number: this.added, ...(name ? { name: `${workspace} ${name}` } : {}) };
    this.waiting.push(task);
    this.queue.add(task);
  }

  /** Begins one and checks that it was the right one. */
  begin(): boolean {
    const free = this.slots - this.running.length;
    const mayRun = (task: Numbered) =>
      !this.running.some(({ name }) => name !== undefined && name === task.name);
    const task = this.queue.begin();
    if (!task) {
      // Nobody who has nothing running waits beside a free place.
      const starved = this.waiting.filter((one) => this.runningOf(one.workspace) === 0 && mayRun(one));
      expect(free === 0 || starved.length === 0).toBe(true);
      return false;
    }
    const own = this.runningOf(task.workspace);
    expect(free).toBeGreaterThan(0);
    if (own > 0) expect([free > 1, own < 2 * free]).toEqual([true, true]);
    const earlier = this.waiting.filter(
      (one) => one.workspace === task.workspace && one.number < task.number && mayRun(one),
    );
    expect(earlier).toEqual([]);
    this.waiting.splice(this.waiting.indexOf(task), 1);
    this.running.push(task);
    this.begun.push(task);
    return true;
  }

  end(pick: number) {
    const [task] = this.running.splice(pick % Math.max(1, this.running.length), 1);
    if (task) this.queue.end(task);
  }

  remove(pick: number) {
    const task = this.waiting[pick % Math.max(1, this.waiting.length)];
    if (!task) return;
    expect(this.queue.remove(task)).toBe(true);
    expect(this.queue.remove(task)).toBe(false);
    this.waiting.splice(this.waiting.indexOf(task), 1);
  }

  take(step: Step) {
    if (step.kind === 'add') this.add(step.workspace, step.name);
    else if (step.kind === 'begin') this.begin();
    else this[step.kind](step.pick);
    expect(this.queue.waiting()).toBe(this.waiting.length);
    expect(this.queue.isIdle()).toBe(this.waiting.length + this.running.length === 0);
  }

  drain() {
    while (this.waiting.length + this.running.length > 0) {
      while (this.begin());
      this.end(0);
    }
  }
}

describe('the queue', () => {
  it('keeps the order within a workspace, leaves room to others, starves none and loses nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), steps, (slots, list) => {
        const model = new Model(slots);
        for (const step of list) model.take(step as Step);
        model.drain();
        expect(new Set(model.begun).size).toBe(model.begun.length);
      }),
      { numRuns: 500 },
    );
  });

  it('serves each waiting workspace once before any of them a second time', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...workspaces), { minLength: 1, maxLength: 60 }), (owners) => {
        const queue = createFairQueue<Task>(1);
        owners.forEach((workspace) => queue.add({ workspace }));
        const left = new Map(workspaces.map((name) => [name, owners.filter((one) => one === name).length]));
        let round = new Set<string>();
        for (let task = queue.begin(); task; task = queue.begin()) {
          const { workspace } = task;
          const unserved = [...left].filter(([name, count]) => count > 0 && !round.has(name));
          if (unserved.length === 0) round = new Set();
          expect(round.has(workspace)).toBe(false);
          round.add(workspace);
          left.set(workspace, left.get(workspace)! - 1);
          queue.end(task);
        }
        expect([...left.values()]).toEqual([0, 0, 0, 0]);
      }),
    );
  });

  it('gives seven of ten places to one workspace alone, and four to each of two', () => {
    const queue = createFairQueue<Task>(10);
    const beginAll = () => {
      let count = 0;
      while (queue.begin()) count += 1;
      return count;
    };
    for (let count = 0; count < 20; count += 1) queue.add({ workspace: 'a' });
    expect(beginAll()).toBe(7);
    for (let count = 0; count < 20; count += 1) queue.add({ workspace: 'b' });
    expect(beginAll()).toBe(2);
    for (let count = 0; count < 3; count += 1) queue.end({ workspace: 'a' });
    expect(beginAll()).toBe(3);
    // Five and four: one of the first ends, and no further one begins.
    queue.end({ workspace: 'a' });
    expect(beginAll()).toBe(0);
  });
});

describe('the places', () => {
  const places = () => createFairSlots({ slots: 3, maxWaiting: 2 });
  const hold = (slots: ReturnType<typeof places>, workspace: string, signal?: AbortSignal) => {
    const [begun, mayEnd] = [gate(), gate()];
    const done = slots.run({ workspace, ...(signal ? { signal } : {}) }, async () => {
      begun.open();
      await mayEnd.passed;
      return workspace;
    });
    return { done, begun: begun.passed, end: () => mayEnd.open() };
  };

  it('refuse a workspace whose queue is full, and none of its neighbours', async () => {
    const slots = places();
    const noisy = Array.from({ length: 4 }, () => hold(slots, 'noisy'));
    await expect(slots.run({ workspace: 'noisy' }, async () => 'too much')).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      httpStatus: 429,
      extensions: { limit: 2, retryAfterSeconds: 1 },
    });
    expect(await slots.run({ workspace: 'quiet' }, async () => 'served')).toBe('served');
    noisy.forEach(({ end }) => end());
    expect(await Promise.all(noisy.map(({ done }) => done))).toEqual(Array(4).fill('noisy'));
    expect(await slots.run({ workspace: 'noisy' }, async () => 'again')).toBe('again');
    await slots.onIdle();
  });

  it('forget work that is given up while it waits, and go on with what comes after it', async () => {
    const slots = places();
    const running = [hold(slots, 'noisy'), hold(slots, 'noisy')];
    const giving = new AbortController();
    const reason = new Error('given up');
    const waiting = hold(slots, 'noisy', giving.signal);
    const after = hold(slots, 'noisy');
    giving.abort(reason);
    await expect(waiting.done).rejects.toBe(reason);
    await expect(slots.run({ signal: giving.signal }, async () => 'late')).rejects.toBe(reason);
    running.forEach(({ end }) => end());
    await after.begun;
    after.end();
    expect(await after.done).toBe('noisy');
    await slots.onIdle();
  });

  it('are free again after work that failed', async () => {
    const slots = createFairSlots({ slots: 1, maxWaiting: 5 });
    const fail = () => slots.run({}, () => Promise.reject(new Error('failed')));
    await expect(fail()).rejects.toThrow('failed');
    const throwing = () =>
      slots.run({}, () => {
        throw new Error('thrown');
      });
    await expect(throwing()).rejects.toThrow('thrown');
    expect(await slots.run({}, async () => 'free')).toBe('free');
  });
});
