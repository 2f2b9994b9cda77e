// Several who rotate one key at the same time: whoever is shown a secret can use it, and the others are told why they got none.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { contractOperation } from '../../support/contract.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { createHolder } from '../../support/hold.ts';
import { openTestHouse, type Caller, type TestHouse } from '../../support/house.ts';
import {
  callerWith,
  keyAdmin,
  payloadOf,
  signIn,
  use,
  type HeldKey,
  type KeyAdmin,
} from '../../support/keys.ts';

const operations = {
  RotateApiKey: { variables: { overlapSeconds: 60 }, field: ['input', 'id'] },
  RegenerateApiKey: { variables: {}, field: ['id'] },
} as const;
type Operation = keyof typeof operations;

describeEachEngine('New secrets at the same time', (engine) => {
  const holder = createHolder();
  let house: TestHouse;
  let second: TestHouse;
  let admin: KeyAdmin;
  let owners: readonly Caller[];
  let key: HeldKey;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    second = await openTestHouse(engine, { sharing: house, database: holder.database });
    const workspace = await house.workspace();
    admin = keyAdmin(house, workspace);
    const token = await signIn(house, workspace.ownerEmail, workspace.ownerPassword);
    owners = [callerWith(house, token), callerWith(second, token)];
  });
  afterAll(async () => {
    await second.close();
    await house.close();
  });
  beforeEach(async () => {
    key = await admin.create();
  });

  const ask = async (operation: Operation, owner: Caller) => {
    const variables = { id: key.apiKeyId, ...operations[operation].variables };
    return payloadOf(await owner.send(contractOperation(operation), variables));
  };
  const conflict = (operation: Operation) => ({
    ...{ secret: null, apiKey: null },
    userErrors: [{ code: 'CONFLICT', field: operations[operation].field }],
  });

  it.each([
    ['RotateApiKey', 'RotateApiKey'],
    ['RotateApiKey', 'RegenerateApiKey'],
    ['RegenerateApiKey', 'RotateApiKey'],
    ['RegenerateApiKey', 'RegenerateApiKey'],
  ] as const)('%s that asked before %s got its secret is refused', async (slow, fast) => {
    const held = holder.transaction();
    const late = ask(slow, owners[1]!);
    await held.reached;
    const won = await ask(fast, owners[0]!);
    held.release();
    expect(await late).toMatchObject(conflict(slow));
    expect(await use(second, won)).toBe('works');
    expect((await admin.show(key.apiKeyId)).secrets).toHaveLength(2);
    // What is asked for after that is another rotation, and is done.
    expect((await ask(slow, owners[1]!)).userErrors).toEqual([]);
  });

  it('goes on when nothing but the first use of a secret came between', async () => {
    const next = await admin.rotate(key.apiKeyId, 60);
    const held = holder.transaction();
    const late = ask('RotateApiKey', owners[1]!);
    await held.reached;
    expect(await use(house, next)).toBe('works');
    held.release();
    expect((await late).userErrors).toEqual([]);
  });

  it('is refused in a request that came before another one got its secret, however long it waited', async () => {
    // Stands at the look-up of its caller: all that it reads of the key, it reads after the other one was done.
    const held = holder.statement(/"users"/);
    const late = ask('RotateApiKey', owners[1]!);
    await held.reached;
    house.clock.advance(1);
    const won = await ask('RotateApiKey', owners[0]!);
    held.release();
    expect(await late).toMatchObject(conflict('RotateApiKey'));
    expect(await use(second, won)).toBe('works');
  });
});

describeEachEngine('Five rotations of one key at once', (engine) => {
  it.each([1, 2, 3])('show one secret, and it works (time %i)', async () => {
    const clock = { nowMs: () => Date.now(), advance: () => undefined };
    const house = await openTestHouse(engine, { clock });
    const second = await openTestHouse(engine, { sharing: house });
    try {
      const workspace = await house.workspace();
      const { apiKeyId: id } = await keyAdmin(house, workspace).create();
      const token = await signIn(house, workspace.ownerEmail, workspace.ownerPassword);
      const servers = [house, second, house, second, house];
      const answers = await Promise.all(
        servers.map((server) =>
          callerWith(server, token).send(contractOperation('RotateApiKey'), { id, overlapSeconds: 60 }),
        ),
      );
      const all = answers.map(payloadOf);
      const shown = all.filter(({ secret }) => secret !== null);
      expect([shown.length, await use(second, shown[0])]).toEqual([1, 'works']);
      const codes = all.flatMap(({ userErrors }) => userErrors).map(({ code }) => code as string);
      expect(codes).toEqual(Array.from({ length: 4 }, () => 'CONFLICT'));
    } finally {
      await second.close();
      await house.close();
    }
  });
});
