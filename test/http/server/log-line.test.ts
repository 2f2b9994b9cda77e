// The one line that the log gets for each request: what it says of every kind of caller and outcome, and what it never says.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createLogger } from '../../../src/core/logger.ts';
import { describeEachEngine } from '../../support/engines.ts';
import {
  bearer,
  openTestHouse,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';
import { keyAdmin, prefixOf, signIn, withOtherSecret, type KeyAdmin } from '../../support/keys.ts';

type Line = Record<string, unknown>;

describeEachEngine('The line of a request', (engine) => {
  const lines: Line[] = [];
  let house: TestHouse;
  let workspace: TestWorkspace;
  let admin: KeyAdmin;
  let key: KeyCaller;

  beforeAll(async () => {
    const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Line) };
    house = await openTestHouse(engine, { logger: createLogger({ level: 'info', destination }) });
    workspace = await house.workspace();
    admin = keyAdmin(house, workspace);
    key = await workspace.key('read:customers', 'write:customers');
    await workspace.customer();
  });
  afterAll(() => house.close());
  beforeEach(() => void (lines.length = 0));

  /** The line of the only request since the test began, without what is the same in all of them. */
  const theLine = () => {
    const requests = lines.filter(({ msg }) => msg === 'request');
    expect(requests).toHaveLength(1);
    const { time, level, msg, durationMs, pid, hostname, ...rest } = requests[0]!;
    expect([level, msg, typeof durationMs]).toEqual(['info', 'request', 'number']);
    expect(durationMs).toBeGreaterThan(0);
    expect([typeof pid, typeof hostname]).toEqual(['number', 'string']);
    expect(new Date(String(time)).toISOString()).toBe(time);
    return rest;
  };
  const graphql = { method: 'POST', path: '/graphql', surface: 'graphql' };

  it('says of a key its public beginning, the operation, its cost and how it went', async () => {
    const query = 'query Some { customers(first: 2) { nodes { name } } }';
    const { headers } = await key.send(query);
    expect(theLine()).toEqual({
      ...{ requestId: headers['x-request-id'], ...graphql, status: 200, operationName: 'Some' },
      ...{ key: prefixOf(key), cost: 3, outcome: 'ok' },
    });
  });

  it('says of a signed-in user its id', async () => {
    const token = await signIn(house, workspace.ownerEmail, workspace.ownerPassword);
    const { data } = await house.send(bearer(token), '{ viewer { user { id } } }');
    lines.length = 0;
    await house.send(bearer(token), '{ scopes { name } }');
    expect(theLine()).toMatchObject({ userId: data.viewer.user.id, outcome: 'ok' });
  });

  it('calls an answer with data and errors partial, and one of which nothing was allowed denied', async () => {
    await key.send('{ customers(first: 1) { nodes { name inquiries { totalCount } } } }');
    expect(theLine()).toMatchObject({ status: 200, outcome: 'partial' });
    lines.length = 0;
    await key.send('query Denied { inquiries { totalCount } }');
    expect(theLine()).toMatchObject({
      ...{ status: 403, outcome: 'denied', reason: 'INSUFFICIENT_SCOPE', operationName: 'Denied' },
      key: prefixOf(key),
    });
    lines.length = 0;
    await key.send('mutation { createVenue(input: { name: "x", timezone: "UTC" }) { venueId } }');
    expect(theLine()).toMatchObject({ status: 403, outcome: 'denied', reason: 'INSUFFICIENT_SCOPE' });
  });

  it('of a credential that is not good says the code and the reason, and no user', async () => {
    const ended = await admin.create();
    await admin.payload('RevokeApiKey', { id: ended.apiKeyId });
    const forged = `${await signIn(house, workspace.ownerEmail, workspace.ownerPassword)}x`;
    const cases = [
      [ended.secret, { key: prefixOf(ended), reason: 'KEY_REVOKED' }],
      [withOtherSecret(key), { key: prefixOf(key), reason: 'INVALID_CREDENTIAL' }],
      [`${key.secret}x`, { reason: 'INVALID_CREDENTIAL' }],
      [forged, { reason: 'INVALID_CREDENTIAL' }],
    ] as const;
    for (const [credential, expected] of cases) {
      lines.length = 0;
      const { headers } = await house.send(bearer(credential), '{ scopes { name } }');
      expect(theLine()).toEqual({
        ...{ requestId: headers['x-request-id'], ...graphql, status: 401, outcome: 'UNAUTHENTICATED' },
        ...expected,
      });
    }
  });

  it.each([
    ['a syntax error', { query: '{' }, 400, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', { query: '{ nothing }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a page that is too long',
      { query: '{ customers(first: 101) { totalCount } }' },
      400,
      'QUERY_TOO_EXPENSIVE',
    ],
    ['no operation', {}, 400, 'BAD_REQUEST'],
  ])('says the code of %s', async (_case, payload, status, outcome) => {
    const headers = { 'content-type': 'application/json', ...bearer(key.secret) };
    await house.app.http.inject({ method: 'POST', url: '/graphql', headers, payload });
    expect(theLine()).toMatchObject({ status, outcome });
  });

  it('says the code of what never became an operation, and leaves the query string out', async () => {
    const payload = '{"query":';
    const headers = { 'content-type': 'application/json', ...bearer(key.secret) };
    const ask = { method: 'POST', url: `/graphql?key=${key.secret}`, headers, payload } as const;
    await house.app.http.inject(ask);
    expect(theLine()).toMatchObject({ ...graphql, status: 400, outcome: 'BAD_REQUEST' });
    lines.length = 0;
    await house.app.http.inject({ method: 'GET', url: '/nothing' });
    expect(theLine()).toMatchObject({ method: 'GET', path: '/nothing', status: 404, outcome: 'BAD_REQUEST' });
    lines.length = 0;
    await house.app.http.inject({ method: 'GET', url: '/' });
    expect(theLine()).toMatchObject({ path: '/', status: 200, outcome: 'ok' });
  });

  it('counts the cost by the values of variables, and knows it of a denied operation too', async () => {
    const query = 'query ($n: Int) { inquiries(first: $n) { nodes { subject } } }';
    await key.send(query, { n: 20 });
    expect(theLine()).toMatchObject({ outcome: 'denied', cost: 21 });
  });
});
