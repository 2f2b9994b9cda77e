// What is remembered of a document that was found light holds for the operation that was looked at, and for no other.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestHouse, type KeyCaller, type TestHouse } from '../../support/house.ts';

const manyAliases = `{ ${Array.from({ length: 31 }, (_, index) => `a${index}: __typename`).join(' ')} }`;

let house: TestHouse;
let key: KeyCaller;
beforeAll(async () => {
  house = await openTestHouse('sqlite');
  key = await (await house.workspace()).key('read:customers');
});
afterAll(() => house.close());

it.each([
  ['an empty name', '', manyAliases, manyAliases],
  ['a name of a space', ' ', manyAliases, ` ${manyAliases}`],
  ['a name that no operation has', 'Other', `query Heavy ${manyAliases}`, `query Heavy ${manyAliases}`],
])('refuses a heavy document that came before under %s', async (_case, name, before, after) => {
  const first = await key.send(before, {}, name);
  expect([first.status, first.data]).toEqual([400, undefined]);
  const { status, errors } = await key.send(after);
  expect([status, errors?.[0]?.extensions['code']]).toEqual([400, 'QUERY_TOO_EXPENSIVE']);
});
