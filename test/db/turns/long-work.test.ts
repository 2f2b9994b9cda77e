// Who keeps the store busy runs one or two tasks at a time beside others, and as many as there are places without them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFairQueue, type Task } from '../../../src/db/turns/fair-queue.ts';
import { createFairSlots } from '../../../src/db/turns/fair-slots.ts';
import { createLongWork } from '../../../src/db/turns/long-work.ts';
import { gate } from '../../support/gate.ts';

const most = 7;

function longWork() {
  let nowMs = 1_000_000;
  const work = createLongWork({ most, nowMs: () => nowMs });
  const pass = (ms: number) => void (nowMs += ms);
  const run = (workspace: string, ms: number) => {
    const end = work.begin(workspace);
    pass(ms);
    end();
  };
  return { ...work, run, pass };
}

/** Always as many tasks as it may have, each as long as the list says; how many ran at the same time, in the mean. */
function meanOfGreed(lengths: readonly number[], hasNeighbour: boolean): number {
  const { begin, mostOf, pass, run } = longWork();
  const left = [...lengths, ...lengths, ...lengths];
  let running: { readonly rest: number; readonly end: () => void }[] = [];
  let used = 0;
  let passed = 0;
  while (left.length > 0) {
    if (hasNeighbour) run('quiet', 0);
    while (running.length < mostOf('noisy') && left.length > 0)
      running.push({ rest: left.pop()!, end: begin('noisy') });
    const ms = Math.min(...running.map(({ rest }) => rest));
    pass(ms);
    passed += ms;
    used += ms * running.length;
    for (const { rest, end } of running) if (rest === ms) end();
    running = running.filter(({ rest }) => rest > ms).map(({ rest, end }) => ({ rest: rest - ms, end }));
  }
  return used / passed;
}

describe('what a workspace may run at the same time', () => {
  const upTo = (max: number) => fc.array(fc.integer({ min: 1, max }), { minLength: 300, maxLength: 400 });

  it('comes to little more than one beside others, less than two when each takes long, and all without them', () => {
    fc.assert(
      fc.property(upTo(150), upTo(3_000), (short, long) => {
        expect(meanOfGreed(short, true)).toBeLessThan(1.2);
        expect(meanOfGreed(long, true)).toBeLessThan(2);
        expect(meanOfGreed(short, false)).toBeGreaterThan(most - 1);
      }),
      { numRuns: 50 },
    );
  });

  it('is everything for pages of a dashboard, however many others there are', () => {
    const { run, pass, mostOf, begin } = longWork();
    for (let page = 0; page < 50; page += 1) {
      run('other', 5);
      const ends = Array.from({ length: most }, () => begin('dashboard'));
      pass(5);
      ends.forEach((end) => end());
      expect(mostOf('dashboard')).toBe(most);
      pass(300);
    }
  });

  it('leaves room for a second task beside one that takes long, whatever ends meanwhile', () => {
    const { run, pass, mostOf, begin } = longWork();
    run('other', 5);
    run('noisy', 2_000);
    const end = begin('noisy');
    pass(150);
    expect(mostOf('noisy')).toBe(1);
    pass(50);
    expect(mostOf('noisy')).toBe(2);
    for (let row = 0; row < 5; row += 1) {
      run('noisy', 10);
      expect(mostOf('noisy')).toBe(2);
    }
    end();
    expect(mostOf('noisy')).toBe(1);
    expect(mostOf('other')).toBe(most);
  });

  it('is everything where nobody but the server itself has something to do', () => {
    const { run, mostOf } = longWork();
    run('', 5);
    run('only', 5_000);
    run('', 5);
    expect(mostOf('only')).toBe(most);
  });

  it('is everything again after a moment of rest, and a minute after the last other one', () => {
    const { run, pass, mostOf, begin } = longWork();
    run('other', 5);
    begin('noisy');
    pass(55_000);
    begin('noisy');
    expect(mostOf('noisy')).toBe(2);
    pass(5_100);
    expect(mostOf('noisy')).toBe(most);
    run('other', 5);
    expect(mostOf('noisy')).toBe(2);

    const rested = longWork();
    rested.run('noisy', 2_000);
    rested.run('other', 1);
    expect(rested.mostOf('noisy')).toBe(1);
    rested.pass(1_000);
    expect(rested.mostOf('noisy')).toBe(most);
  });
});

it('the queue begins no more of a workspace than that, and of others as many as ever', () => {
  const queue = createFairQueue<Task>(10, (workspace) => (workspace === 'noisy' ? 2 : 10));
  for (let count = 0; count < 9; count += 1) queue.add({ workspace: 'noisy' });
  const begin = () => queue.begin()?.workspace;
  expect([begin(), begin(), begin()]).toEqual(['noisy', 'noisy', undefined]);
  for (let count = 0; count < 3; count += 1) queue.add({ workspace: 'quiet' });
  expect([begin(), begin(), begin(), begin()]).toEqual(['quiet', 'quiet', 'quiet', undefined]);
  queue.end({ workspace: 'noisy' });
  expect([begin(), begin()]).toEqual(['noisy', undefined]);
});

it('the places let what waits for a slow task begin although nothing else happens', async () => {
  let nowMs = 0;
  const work = createLongWork({ most, nowMs: () => nowMs });
  const slots = createFairSlots({ slots: 8, maxWaiting: 10, longWork: work });
  const held = gate();
  const run = (workspace: string, until = Promise.resolve()) => slots.run({ workspace }, () => until);
  await run('quiet');
  const ofBefore = work.begin('noisy');
  nowMs += 2_000;
  ofBefore();
  const slow = run('noisy', held.passed);
  let hasRun = false;
  const quick = run('noisy').then(() => (hasRun = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(hasRun).toBe(false);
  nowMs += 300;
  await quick;
  held.open();
  await slow;
});
