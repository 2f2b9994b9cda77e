// The sweep of unused keys reads all keys of all workspaces: not on the connection that every request's credential needs.
import { expect, it } from 'vitest';
import type { StoreCall } from '../../../src/db/store/database.ts';
import { sweepInactiveKeys } from '../../../src/features/api-keys/api-key.events.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse } from '../../support/house.ts';

const dayMs = 86_400_000;

describeEachEngine('The sweep of unused keys', (engine) => {
  it('takes a share as a workspace does, and no connection of the look-ups', async () => {
    const house = await openTestHouse(engine);
    try {
      const workspace = await house.workspace();
      const keys = [await workspace.key('read:customers'), await workspace.key('read:customers')];
      house.clock.advance(91 * dayMs);
      const { app } = house;
      const calls: (StoreCall | undefined)[] = [];
      const query: typeof app.database.query = (statement, call) => {
        calls.push(call);
        return app.database.query(statement, call);
      };
      expect(await sweepInactiveKeys({ ...app, database: { ...app.database, query } })).toBe(keys.length);
      expect(calls.length).toBeGreaterThan(0);
      expect(calls.filter((call) => call?.workspace === undefined)).toEqual([]);
    } finally {
      await house.close();
    }
  });
});
