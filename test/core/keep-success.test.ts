import { expect, it } from 'vitest';
import { keepSuccess } from '../../src/core/keep-success.ts';

it('makes it once, and again after a failure', async () => {
  let calls = 0;
  const get = keepSuccess(async () => {
    calls += 1;
    if (calls === 1) throw new Error('too many open files');
    return calls;
  });
  const both = await Promise.allSettled([get(), get()]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await Promise.all([get(), get()])).toEqual([2, 2]);
  expect(await get()).toBe(2);
});
