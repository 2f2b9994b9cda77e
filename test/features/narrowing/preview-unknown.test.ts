// What a preview cannot tell is counted as not known, and never as not refused: a way of asking that is kept no more, and one that
// used something which the schema has no more.
import sql from 'sql-template-tag';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import {
  openTestHouse,
  type Caller,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';
import { payloadOf, signedInCaller } from '../../support/keys.ts';

const preview = `query ($id: ID!, $scopes: [Scope!]!) {
  previewKeyChange(id: $id, scopes: $scopes, days: 1) {
    operations requests refusedRequests unknownRequests refused { requests missing }
  }
}`;

describeEachEngine('What a preview cannot tell', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let owner: Caller;
  let key: KeyCaller;

  beforeAll(async () => {
    house = await openTestHouse(engine);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    workspace = await house.workspace();
    owner = signedInCaller(house, () => workspace.owner());
    key = await workspace.key('read:customers', 'read:venues');
    await key.send('query Names { customers(first: 1) { nodes { name } } }');
    await key.send('query Names { customers(first: 1) { nodes { name } } }');
    await house.scheduler.elapse(10_000);
  });

  const ask = async (...scopes: string[]) =>
    payloadOf(await owner.send(preview, { id: key.apiKeyId, scopes })) as object;
  /** The one recorded way of the workspace as one that asked for this. */
  const rewrite = (...coordinates: string[]) =>
    house.app.database.write((connection) =>
      connection.execute(
        sql`UPDATE "recorded_uses" SET "coordinates" = ${JSON.stringify(coordinates)} WHERE "workspace_id" = ${workspace.workspaceId}`,
      ),
    );

  it('is what was asked in a way that is kept no more', async () => {
    expect(await ask('read:venues')).toMatchObject({ refusedRequests: 2, unknownRequests: 0 });
    await house.app.database.write((connection) =>
      connection.execute(sql`DELETE FROM "recorded_uses" WHERE "workspace_id" = ${workspace.workspaceId}`),
    );
    const unknown = { operations: 1, requests: 2, refusedRequests: 0, unknownRequests: 2, refused: [] };
    expect(await ask('read:venues')).toEqual(unknown);
    expect(await ask('read:customers')).toEqual(unknown);
  });

  it('is what used something that the schema has no more', async () => {
    await rewrite('Customer.gone');
    const unknown = { operations: 1, requests: 2, refusedRequests: 0, unknownRequests: 2, refused: [] };
    expect(await ask('read:venues')).toEqual(unknown);
    await rewrite('Customer.gone', 'Customer.name');
    expect(await ask('read:customers')).toEqual(unknown);
  });

  it('is not what is refused for something that is still there', async () => {
    await rewrite('Customer.gone', 'Customer.name');
    expect(await ask('read:venues')).toMatchObject({
      ...{ requests: 2, refusedRequests: 2, unknownRequests: 0 },
      refused: [{ requests: 2, missing: ['read:customers'] }],
    });
  });
});
