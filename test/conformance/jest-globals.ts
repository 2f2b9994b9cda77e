// What Apollo's suite takes from jest, given by vitest. A test that is explained must fail.
import { afterEach as after, beforeEach as before, describe as group, it as run } from 'vitest';
import { explained } from './explained.ts';

export { afterAll, beforeAll, expect, vi as jest } from 'vitest';

/** Titles of the groups that are being defined, without the two outermost: the suite and its file. */
let titles: readonly string[] = [];

function define(title: string, work: () => unknown, limitMs?: number): void {
  const isExplained = Object.hasOwn(explained, [...titles.slice(2), title].join(' > '));
  (isExplained ? run.fails : run)(title, work, limitMs);
}

function open(title: string, work: () => void): void {
  const own = [...titles, title];
  // vitest defines a group only after the one around it.
  group(title, () => {
    titles = own;
    work();
  });
}

/** With `each`, `skip` and whatever else hangs on it. */
const defining = () =>
  new Proxy(run, { apply: (_run, _this, args) => define(...(args as Parameters<typeof define>)) });
export const it = defining();
export const test = defining();
export const describe = new Proxy(group, {
  apply: (_group, _this, args) => open(...(args as Parameters<typeof open>)),
});

type Hook = (done: () => void) => unknown;
/** jest hands over a callback to whoever takes one. */
const waiting = (hook: Hook) => async () =>
  hook.length === 0 ? void (await hook(() => undefined)) : new Promise<void>((resolve) => void hook(resolve));
export const beforeEach = (hook: Hook): void => before(waiting(hook));
export const afterEach = (hook: Hook): void => after(waiting(hook));
