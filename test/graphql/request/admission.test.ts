// Operations begin in the order of their workspaces' turns, some in each turn of the event loop, each of them once.
import { expect, it } from 'vitest';
import type { RequestScope } from '../../../src/core/request-facts.ts';
import { createAdmission } from '../../../src/graphql/request/admission.ts';

const newScope = (bodyBytes = 0): RequestScope => ({
  requestId: 'test',
  ending: new AbortController(),
  bodyBytes,
});
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Begins operations that each keep the thread busy for so long. */
function enterAll(owners: readonly string[], busyMs: number) {
  const admission = createAdmission();
  const order: string[] = [];
  const scopes = owners.map(() => newScope());
  const entered = owners.map(async (workspace, index) => {
    await admission.enter(scopes[index]!, workspace);
    order.push(workspace);
    for (const untilMs = performance.now() + busyMs; performance.now() < untilMs;);
  });
  return { admission, order, scopes, entered };
}

it('lets the neighbour begin second, and the event loop have its turn between heavy ones', async () => {
  const { order, entered, scopes } = enterAll([...Array<string>(30).fill('noisy'), 'quiet'], 5);
  const begun: number[] = [];
  while (order.length < 31) {
    await turn();
    begun.push(order.length);
  }
  await Promise.all(entered);
  expect(order.indexOf('quiet')).toBe(1);
  // 31 times 5 ms at once would be 155 ms in which no answer is sent.
  expect(begun.length).toBeGreaterThan(3);
  scopes.forEach(({ leave }) => leave!());
});

it('looks at the requests of a flood over several turns of the event loop, and at the neighbour second', async () => {
  const admission = createAdmission();
  const order: string[] = [];
  const looked = [...Array<string>(300).fill('noisy'), 'quiet'].map(async (workspace) => {
    await admission.look(newScope(), workspace);
    order.push(workspace);
    for (const untilMs = performance.now() + 1; performance.now() < untilMs;);
  });
  let turns = 0;
  for (; order.length < 301; turns += 1) await turn();
  await Promise.all(looked);
  expect(order.indexOf('quiet')).toBe(1);
  expect(turns).toBeGreaterThan(3);
});

it('lets a workspace have 32 at the same time, and the next one when one of them leaves', async () => {
  const { order, scopes, entered, admission } = enterAll(Array<string>(40).fill('noisy'), 0);
  for (let count = 0; count < 10; count += 1) await turn();
  expect(order.length).toBe(32);
  await admission.enter(newScope(), 'quiet');
  scopes[0]!.leave!();
  scopes[1]!.leave!();
  for (let count = 0; count < 10; count += 1) await turn();
  expect(order.length).toBeGreaterThan(32);
  for (const scope of scopes) {
    while (!scope.leave) await turn();
    scope.leave();
  }
  await Promise.all(entered);
  expect(order.length).toBe(40);
});

it('lets a workspace have 4 heavy ones at the same time, beside its light ones and those of others', async () => {
  const admission = createAdmission();
  const order: string[] = [];
  const enter = async (workspace: string, bodyBytes: number) => {
    const scope = newScope(bodyBytes);
    await admission.enter(scope, workspace);
    order.push(`${workspace} ${bodyBytes >= 16_384 ? 'heavy' : 'light'}`);
    return scope;
  };
  const heavy = Array.from({ length: 10 }, () => enter('noisy', 20_000));
  const others = [enter('noisy', 100), enter('quiet', 100), enter('quiet', 20_000)];
  await Promise.all(others);
  for (let count = 0; count < 10; count += 1) await turn();
  expect(order.filter((one) => one === 'noisy heavy')).toHaveLength(4);
  for (const entered of heavy) (await entered).leave!();
  expect(order.filter((one) => one === 'noisy heavy')).toHaveLength(10);
});

it('gives the place of a heavy one back that ends while it waits', async () => {
  const admission = createAdmission();
  const light = Array.from({ length: 32 }, () => newScope());
  await Promise.all(light.map((scope) => admission.enter(scope, 'noisy')));
  const ended = Array.from({ length: 4 }, () => newScope(20_000));
  const entered = ended.map((scope) => admission.enter(scope, 'noisy'));
  for (let count = 0; count < 10; count += 1) await turn();
  ended.forEach(({ ending }) => ending.abort(new Error('gone')));
  expect((await Promise.allSettled(entered)).every(({ status }) => status === 'rejected')).toBe(true);
  light.forEach(({ leave }) => leave!());
  const next = Array.from({ length: 4 }, () => newScope(20_000));
  await Promise.all(next.map((scope) => admission.enter(scope, 'noisy')));
  next.forEach(({ leave }) => leave!());
});

it('lets four operations of many points run, and as many light ones beside them as ever', async () => {
  const admission = createAdmission();
  const scopes = Array.from({ length: 60 }, () => newScope());
  const weighed: RequestScope[] = [];
  for (const scope of scopes)
    void admission.enter(scope, 'noisy').then(async () => {
      await scope.weigh!(2_000);
      weighed.push(scope);
    });
  for (let count = 0; count < 80; count += 1) await turn();
  expect(weighed.length).toBe(4);
  const light = Array.from({ length: 32 }, () => newScope());
  await Promise.all(light.map((scope) => admission.enter(scope, 'noisy')));
  await Promise.all(light.map(({ weigh }) => weigh!(20)));
  // Each place that is left is taken once, and none is lost.
  while (weighed.length < 60) {
    weighed.at(-1)!.leave!();
    await turn();
  }
  [...weighed, ...light].forEach(({ leave }) => leave!());
});

it('forgets an operation of many points that ends while it waits', async () => {
  const admission = createAdmission();
  const running = Array.from({ length: 4 }, () => newScope());
  for (const scope of running) {
    await admission.enter(scope, 'noisy');
    await scope.weigh!(2_000);
  }
  const gone = newScope();
  await admission.enter(gone, 'noisy');
  const waiting = gone.weigh!(2_000);
  const reason = new Error('gone');
  gone.ending.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  gone.leave!();
  running[0]!.leave!();
  const next = newScope();
  await admission.enter(next, 'noisy');
  await next.weigh!(2_000);
});

it('rests a heavy place beside others, for as long as it was used', async () => {
  const admission = createAdmission();
  await admission.enter(newScope(), 'quiet');
  const startedMs = performance.now();
  for (let count = 0; count < 30; count += 1) {
    const scope = newScope(20_000);
    await admission.enter(scope, 'noisy');
    await new Promise((resolve) => setTimeout(resolve, 20));
    scope.leave!();
  }
  // A lower bound, which no slow machine can miss: 600 ms of work, and as much rest once it has been busy for half a second.
  expect(performance.now() - startedMs).toBeGreaterThan(750);
});

it('refuses more than a thousand that wait, forgets who has gone, and loses none of the others', async () => {
  const { scopes, entered, admission, order } = enterAll(Array<string>(1_000).fill('noisy'), 0);
  const settled = Promise.allSettled(entered);
  await expect(admission.enter(newScope(), 'noisy')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  await admission.enter(newScope(), 'quiet');
  const reason = new Error('gone');
  scopes.slice(500).forEach(({ ending }) => ending.abort(reason));
  for (const scope of scopes.slice(0, 500)) {
    while (!scope.leave) await turn();
    scope.leave();
  }
  const results = await settled;
  expect(results.slice(0, 500).every(({ status }) => status === 'fulfilled')).toBe(true);
  expect(results.slice(500)).toEqual(Array(500).fill({ status: 'rejected', reason }));
  expect(order.length).toBe(500);
});

it('spreads refusals over time, takes the neighbour of a flood first, and gives the place back at once', async () => {
  const admission = createAdmission();
  const order: string[] = [];
  let hasLeft = false;
  const startedMs = performance.now();
  const refused = [...Array<string>(199).fill('noisy'), 'quiet'].map(async (workspace) => {
    await admission.refuse({ ...newScope(), leave: () => (hasLeft = true) }, workspace);
    order.push(workspace);
  });
  expect(hasLeft).toBe(true);
  await Promise.all(refused);
  // A lower bound, which no slow machine can miss: 200 at 2 in each 4 ms.
  expect(performance.now() - startedMs).toBeGreaterThan(350);
  expect(order.indexOf('quiet')).toBeLessThan(6);
});

it('lets a refusal of a request that has ended go at once', async () => {
  const admission = createAdmission();
  const gone = newScope();
  gone.ending.abort(new Error('gone'));
  for (let count = 0; count < 100; count += 1) void admission.refuse(newScope(), 'noisy');
  await admission.refuse(gone, 'noisy');
});
