// Requests that come at the same moment share the statement that reads their keys, and nothing else.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCrossRequestLoader } from '../../../src/db/store/cross-request-loader.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { bearer, openTestHouse, type TestHouse } from '../../support/house.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('answers everyone what was there after they had asked, whoever else asks, and keeps nothing', async () => {
  const ids = fc.constantFrom('a', 'b', 'c', 'unknown');
  // Each step: a change of a row (null: it is gone), or somebody who asks; some of them after a turn of the event loop.
  const step = fc.record({ id: ids, isChange: fc.boolean(), isLater: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const rows = new Map<string, number>();
      const read = createCrossRequestLoader(async (wanted) => {
        expect(new Set(wanted).size).toBe(wanted.length);
        const found = new Map(wanted.flatMap((id) => (rows.has(id) ? [[id, rows.get(id)!] as const] : [])));
        // What was read is on its way, and others ask meanwhile.
        await turn();
        return found;
      });
      let changes = 0;
      const asked = steps.map(async ({ id, isChange, isLater }) => {
        if (isLater) await turn();
        if (isChange) {
          changes += 1;
          if (id === 'unknown') rows.delete('a');
          else rows.set(id, changes);
          return;
        }
        const before = rows.get(id);
        const answer = await read(id);
        if (id === 'unknown') expect(answer).toBeNull();
        // Rows only get newer numbers, or go.
        else if (answer !== null) expect(answer).toBeGreaterThanOrEqual(before ?? 0);
        else expect([id, before === undefined || id === 'a']).toEqual([id, true]);
      });
      await Promise.all(asked);
    }),
  );
});

it('fails everyone who waited for the statement that failed, and nobody after them', async () => {
  let isBroken = true;
  const read = createCrossRequestLoader(async (wanted) => {
    if (isBroken) throw new Error('away');
    return new Map(wanted.map((id) => [id, id]));
  });
  const both = await Promise.allSettled([read('a'), read('b')]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  isBroken = false;
  expect(await read('a')).toBe('a');
});

const whoAmI = '{ viewer { apiKey { id } user { email } } }';

describeEachEngine('Requests with many credentials at once', (engine) => {
  let house: TestHouse;
  beforeAll(async () => {
    house = await openTestHouse(engine);
  });
  afterAll(() => house.close());

  it('are each taken for whom their own credential names, in fewer statements than one by one', async () => {
    const workspaces = await Promise.all([house.workspace('One'), house.workspace('Two')]);
    const good = await Promise.all(
      Array.from({ length: 12 }, (_, index) => workspaces[index % 2]!.key('read:customers')),
    );
    const owners = await Promise.all(workspaces.map((workspace) => workspace.owner()));
    const bad = await Promise.all([
      workspaces[0]!.key('read:customers'),
      workspaces[1]!.key('read:customers'),
    ]);
    await Promise.all(
      bad.map(({ apiKeyId }, index) =>
        owners[index]!.send('mutation ($id: ID!) { revokeApiKey(id: $id) { userErrors { code } } }', {
          id: apiKeyId,
        }),
      ),
    );
    house.statements.length = 0;
    const asked = [...good, ...good, ...bad].map(async (key) => {
      const { status, data } = await house.send(bearer(key.secret), whoAmI);
      return bad.includes(key) ? status === 401 : data?.viewer.apiKey.id === key.apiKeyId;
    });
    const askedByOwners = owners.map(async (owner, index) => {
      const { data } = await owner.send(whoAmI);
      return data.viewer.user.email === workspaces[index]!.ownerEmail;
    });
    const answers = await Promise.all([...asked, ...askedByOwners]);
    expect(answers).toEqual(answers.map(() => true));
    const looks = house.statements.filter((text) => text.includes('"api_key_secrets" AS "s" JOIN'));
    // One by one each good key is looked at three times, once of them by `viewer` itself.
    expect(looks.length).toBeLessThan(good.length * 2 * 2);
  });
});
