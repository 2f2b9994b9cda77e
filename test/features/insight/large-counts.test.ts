// Counts beyond 32 bits: what a busy key did in a month is shown, and hides nothing else of the key.
import sql, { join, raw } from 'sql-template-tag';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type Caller, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import { dayMs, payloadOf, signedInCaller } from '../../support/keys.ts';

const counted = 2_200_000_000;
const shown = `query ($id: ID!, $from: DateTime!, $to: DateTime!) {
  apiKey(id: $id) {
    usage(from: $from, to: $to, bucket: DAY) { requests denied failed cost rows }
    usedOperations(from: $from, to: $to) { nodes { requests denied } }
    scopeUse(from: $from, to: $to) { scopes { scope requests } }
    health { code }
  }
}`;

describeEachEngine('A count beyond 32 bits', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let owner: Caller;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    owner = signedInCaller(house, () => workspace.owner());
  });
  afterAll(() => house.close());

  it('is shown by hour, operation and scope', async () => {
    const key = await workspace.key('read:customers');
    await key.send('{ customers(first: 1) { totalCount } }');
    await house.scheduler.elapse(10_000);
    const sums = ['requests', 'denied', 'failed', 'cost', 'rows'].map(
      (name) => sql`${raw(`"${name}"`)} = ${counted}`,
    );
    await house.app.database.write((connection) =>
      connection.execute(
        sql`UPDATE "key_usage_hour" SET ${join(sums, ', ')} WHERE "caller_id" = ${key.apiKeyId}`,
      ),
    );
    const nowMs = house.clock.nowMs();
    const range = { from: new Date(nowMs - dayMs).toISOString(), to: new Date(nowMs + 1).toISOString() };
    const answer = payloadOf(await owner.send(shown, { id: key.apiKeyId, ...range }));
    const all = { requests: counted, denied: counted, failed: counted, cost: counted, rows: counted };
    expect(answer.usage).toContainEqual(all);
    expect(answer.usedOperations.nodes).toEqual([{ requests: counted, denied: counted }]);
    expect(answer.scopeUse.scopes).toEqual([{ scope: 'read:customers', requests: counted }]);
    expect(answer.health.map(({ code }: { code: string }) => code)).toContain('OFTEN_DENIED');
  });

  it('is shown by a preview and a trial', async () => {
    const key = await workspace.key('read:customers', 'read:venues');
    const id = key.apiKeyId;
    const narrow = `mutation ($id: ID!) {
      narrowApiKey(input: { id: $id, scopes: ["read:venues"], mode: TRIAL }) { userErrors { code } }
    }`;
    expect(payloadOf(await owner.send(narrow, { id })).userErrors).toEqual([]);
    await key.send('{ customers(first: 1) { totalCount } }');
    await house.scheduler.elapse(10_000);
    await house.app.database.write(async (connection) => {
      await connection.execute(
        sql`UPDATE "key_uses_day" SET "requests" = ${counted} WHERE "caller_id" = ${id}`,
      );
      await connection.execute(
        sql`UPDATE "key_trials" SET "requests" = ${counted}, "would_refuse" = ${counted} WHERE "caller_id" = ${id}`,
      );
    });
    const preview = `query ($id: ID!) {
      previewKeyChange(id: $id, scopes: ["read:venues"], days: 1) { requests refusedRequests refused { requests } }
    }`;
    expect(payloadOf(await owner.send(preview, { id }))).toEqual({
      ...{ requests: counted, refusedRequests: counted },
      refused: [{ requests: counted }],
    });
    const trial = 'query ($id: ID!) { apiKey(id: $id) { trial { requests wouldRefuse } } }';
    expect(payloadOf(await owner.send(trial, { id })).trial).toEqual({
      ...{ requests: counted, wouldRefuse: counted },
    });
  });
});
