// An owner whose client sends hashes in the place of texts, while a key has used up what the workspace has.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import {
  bearer,
  openTestHouse,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';
import { signIn } from '../../support/keys.ts';

const requestLimit = 10;

describeEachEngine('A hash that is not known', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let key: KeyCaller;
  beforeAll(async () => {
    house = await openTestHouse(engine, {
      env: { RATE_LIMIT_REQUESTS_PER_MINUTE: String(requestLimit), RATE_LIMIT_COST_PER_MINUTE: '500' },
    });
    workspace = await house.workspace();
    key = await workspace.key('read:customers');
    for (let sent = 0; sent <= requestLimit; sent += 1) await key.send('{ viewer { kind } }');
  });
  afterAll(() => house.close());

  const send = async (secret: string, body: object) => {
    const {
      statusCode,
      headers,
      body: text,
    } = await house.app.http.inject({
      ...{ method: 'POST', url: '/graphql', payload: body },
      headers: { 'content-type': 'application/json', ...bearer(secret) },
    });
    return { status: statusCode, limit: headers['x-ratelimit-limit'], text };
  };

  it('is asked for on the budget of managing: it may be what ends the flood', async () => {
    const text = `mutation { disableApiKey(id: "${key.apiKeyId}") { apiKey { status } } }`;
    const sha256Hash = createHash('sha256').update(text).digest('hex');
    const extensions = { persistedQuery: { version: 1, sha256Hash } };
    // Of a key that is what everybody waits for.
    expect(await send(key.secret, { extensions })).toMatchObject({ status: 429, limit: '10' });
    const token = await signIn(house, workspace.ownerEmail, workspace.ownerPassword);
    const asked = await send(token, { extensions });
    expect(asked).toMatchObject({ status: 200, limit: '60' });
    expect(asked.text).toContain('PersistedQueryNotFound');
    const done = await send(token, { query: text, extensions });
    expect(done).toMatchObject({ status: 200, limit: '60' });
    expect(done.text).toContain('"DISABLED"');
  });
});
