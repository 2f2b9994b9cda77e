// Slices of long work: by turns between workspaces, one at a time, with the event loop's other work between them.
import { expect, it } from 'vitest';
import { createSlices, inSlices } from '../../src/core/slices.ts';

it('take turns between workspaces, whatever one of them has asked for before', async () => {
  const { run } = createSlices();
  const done: string[] = [];
  const ask = (owner: string, count: number) =>
    Array.from({ length: count }, (_, index) => run(owner, () => done.push(`${owner}${index}`)));
  await Promise.all([...ask('a', 4), ...ask('b', 2), ...ask('c', 1)]);
  expect(done).toEqual(['a0', 'b0', 'c0', 'a1', 'b1', 'a2', 'a3']);
});

it('let timers and sockets have their turn after each', async () => {
  const { run } = createSlices();
  const done: string[] = [];
  let beats = 0;
  const beat = () => {
    beats += 1;
    if (done.length < 50) setImmediate(beat);
  };
  setImmediate(beat);
  await Promise.all(Array.from({ length: 50 }, () => run('a', () => done.push('slice'))));
  expect(beats).toBeGreaterThanOrEqual(50);
});

it('pass on what work answers and what it throws, and go on', async () => {
  const { run } = createSlices();
  const fault = new Error('a fault');
  const failed = run('a', () => {
    throw fault;
  });
  const answered = run('a', () => 7);
  await expect(failed).rejects.toBe(fault);
  expect(await answered).toBe(7);
  expect(await run('b', () => 8)).toBe(8);
});

it('divide items by their size, in their order, and leave a little work in one piece', async () => {
  const turns: number[][] = [];
  let turn: number[] | undefined;
  const work = (size: number) => {
    if (!turn) {
      turns.push((turn = []));
      // A slice is done at once; the next one comes in a later turn.
      queueMicrotask(() => (turn = undefined));
    }
    turn.push(size);
    return size * 2;
  };
  const sliced = { size: (size: number) => size, most: 10 };
  expect(await inSlices('a', [4, 6, 1, 30, 9, 1], sliced, work)).toEqual([8, 12, 2, 60, 18, 2]);
  expect(turns).toEqual([[4, 6], [1], [30], [9, 1]]);
  turns.length = 0;
  expect(await inSlices('a', [4, 6], sliced, work)).toEqual([8, 12]);
  expect(turns).toEqual([[4, 6]]);
});

it('are begun for a little work as well when a turn has done as much as a slice at once', async () => {
  let inTurn = 0;
  let mostInTurn = 0;
  const work = (size: number) => {
    if (inTurn === 0) setImmediate(() => (inTurn = 0));
    inTurn += size;
    mostInTurn = Math.max(mostInTurn, inTurn);
    return size;
  };
  const sliced = { size: (size: number) => size, most: 10 };
  // As many requests that waited for the same answer of the store.
  const answers = await Promise.all(Array.from({ length: 30 }, () => inSlices('a', [2, 2], sliced, work)));
  expect(answers).toEqual(Array(30).fill([2, 2]));
  // What is done at once, and the slice of that turn.
  expect(mostInTurn).toBeLessThanOrEqual(20);
});
