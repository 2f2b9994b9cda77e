// Operations with a long body take much of the one thread: of one workspace alone four run at the same time, and light ones
// beside them. Beside others it has one (admission.test.ts).
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gate } from '../../support/gate.ts';
import { openTestHouse, type KeyCaller, type TestHouse } from '../../support/house.ts';

const create = 'mutation { createCustomer(input: { name: "Ada" }) { customerId } }';
const heavy = `${create} #${'x'.repeat(20_000)}`;

describe('heavy operations of one key', () => {
  const opened = gate();
  let isHeld = false;
  let held = 0;
  let house: TestHouse;
  let key: KeyCaller;
  beforeAll(async () => {
    // On Postgres seven transactions of a workspace run side by side.
    const beforeWrite = async () => {
      if (!isHeld) return;
      held += 1;
      await opened.passed;
    };
    house = await openTestHouse('postgres', { database: { beforeWrite } });
    key = await (await house.workspace()).key('read:customers', 'write:customers');
    await key.send('{ customers { totalCount } }');
  });
  afterAll(() => {
    opened.open();
    return house.close();
  });

  it('run four at a time, each once, and hold no light one up', async () => {
    isHeld = true;
    const sent = Array.from({ length: 9 }, () => key.send(heavy));
    while (held < 4) await wait(5);
    for (let read = 0; read < 5; read += 1) await key.send('{ customers { totalCount } }');
    expect(held).toBe(4);
    sent.push(key.send(create));
    while (held < 5) await wait(5);
    opened.open();
    const answers = await Promise.all(sent);
    expect(answers.map(({ data }) => typeof data.createCustomer.customerId)).toEqual(
      Array(10).fill('string'),
    );
    expect((await key.send('{ customers { totalCount } }')).data.customers.totalCount).toBe(10);
  });
});
