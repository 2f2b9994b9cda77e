// Queries by GET, as clients send short ones by themselves: which header proves that no page of another site sent them; and
// persisted queries, whose text the server keeps for the workspace that sent it.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, openTestHouse, type Headers, type KeyCaller, type TestHouse } from '../support/house.ts';

interface Reply {
  readonly status: number;
  readonly data: unknown;
  readonly codes: unknown[];
  readonly message: string;
}

let house: TestHouse;
let key: KeyCaller;
let narrow: KeyCaller;
let stranger: KeyCaller;
beforeAll(async () => {
  house = await openTestHouse('sqlite');
  const workspace = await house.workspace();
  key = await workspace.key('read:customers', 'read:inquiries', 'write:customers');
  narrow = await workspace.key('read:customers');
  stranger = await (await house.workspace()).key('read:customers', 'read:inquiries');
  await workspace.customer({ name: 'Ada' });
});
afterAll(() => house.close());

function read({ statusCode, body }: { statusCode: number; body: string }): Reply {
  const { data, errors = [] } = JSON.parse(body) as {
    data?: unknown;
    errors?: { message: string; extensions: { code: unknown } }[];
  };
  const codes = errors.map(({ extensions }) => extensions.code);
  return { status: statusCode, data, codes, message: errors[0]?.message ?? '' };
}

async function get(parameters: Record<string, string>, headers: Headers): Promise<Reply> {
  const search = new URLSearchParams(parameters).toString();
  return read(await house.app.http.inject({ url: `/graphql?${search}`, headers }));
}
async function post(body: object, headers: Headers): Promise<Reply> {
  const sent = { 'content-type': 'application/json', ...headers };
  const payload = JSON.stringify(body);
  return read(await house.app.http.inject({ method: 'POST', url: '/graphql', headers: sent, payload }));
}

const names = '{ customers { nodes { name } } }';
const namesOfAda = { customers: { nodes: [{ name: 'Ada' }] } };
const basic = (secret: string) => ({ authorization: `Basic ${btoa(`x:${secret}`)}` });

describe('a query by GET', () => {
  it('is answered to a Bearer credential and to X-API-Key, which no foreign page can send', async () => {
    for (const headers of [
      bearer(key.secret),
      { authorization: `bearer ${key.secret}` },
      { 'x-api-key': key.secret },
    ])
      expect(await get({ query: names }, headers)).toMatchObject({ status: 200, data: namesOfAda });
  });

  it('is refused to Basic, which a browser adds to the request of any page, until a header proves it', async () => {
    const refused = await get({ query: names }, basic(key.secret));
    expect([refused.status, refused.data, refused.codes]).toEqual([400, undefined, ['BAD_REQUEST']]);
    const proven = await get({ query: names }, { ...basic(key.secret), 'apollo-require-preflight': 'true' });
    expect([proven.status, proven.data]).toEqual([200, namesOfAda]);
  });

  it.each([
    { authorization: 'Bearer key' },
    { 'x-api-key': 'key' },
    { 'apollo-require-preflight': '1' },
    { 'x-apollo-operation-name': 'Names' },
    { 'content-type': 'application/json' },
  ])('passes with each way that the refusal names: %j', async (headers) => {
    const { status, codes } = await get({ query: names }, headers);
    expect([status, codes]).toEqual([401, ['UNAUTHENTICATED']]);
  });

  it.each([
    {},
    { cookie: 'a=b' },
    { authorization: 'Bearer' },
    { authorization: 'Bearer ' },
    { 'x-api-key': '' },
  ])('is refused with %j, in a sentence that names every header that helps', async (headers) => {
    const { status, message } = await get({ query: names }, headers);
    expect(status).toBe(400);
    for (const way of [
      ...['Authorization: Bearer', 'X-API-Key', 'Apollo-Require-Preflight', 'X-Apollo-Operation-Name'],
      'Content-Type: application/json',
    ])
      expect(message).toContain(way);
  });

  it('is no mutation, whatever proves who sent it', async () => {
    const query = 'mutation { createCustomer(input: {name: "x"}) { customerId } }';
    expect(await get({ query }, bearer(key.secret))).toMatchObject({ status: 405, codes: ['BAD_REQUEST'] });
    expect(await get({ query: names }, bearer(key.secret))).toMatchObject({ data: namesOfAda });
  });
});

describe('an empty operation name', () => {
  it('is as none, by GET and by POST', async () => {
    const parameters = { query: `query Names ${names}`, operationName: '' };
    const expected = { status: 200, data: namesOfAda };
    expect(await get(parameters, bearer(key.secret))).toMatchObject(expected);
    expect(await post(parameters, bearer(key.secret))).toMatchObject(expected);
    const two = { query: `query A ${names} query B ${names}`, operationName: '' };
    expect(await post(two, bearer(key.secret))).toMatchObject({
      status: 400,
      codes: ['OPERATION_RESOLUTION_FAILURE'],
    });
  });
});

describe('a persisted query', () => {
  const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
  const extensions = (text: string, hash = hashOf(text)) => ({
    persistedQuery: { version: 1, sha256Hash: hash },
  });
  const byHash = (text: string, { secret }: KeyCaller, more: Record<string, string> = {}) =>
    get({ extensions: JSON.stringify(extensions(text)), ...more }, bearer(secret));
  const register = (text: string, { secret }: KeyCaller) =>
    post({ query: text, extensions: extensions(text) }, bearer(secret));
  let count = 0;
  /** A text that no other test has sent. */
  const fresh = (query = names) => `# ${(count += 1)}\n${query}`;
  const notFound = {
    ...{ status: 200, data: undefined, codes: ['PERSISTED_QUERY_NOT_FOUND'] },
    message: 'PersistedQueryNotFound',
  };

  it('is asked for once, and from then on answered by its hash, by GET and by POST', async () => {
    const text = fresh();
    expect(await byHash(text, key)).toEqual(notFound);
    expect(await register(text, key)).toMatchObject({ status: 200, data: namesOfAda });
    expect(await byHash(text, key)).toMatchObject({ status: 200, data: namesOfAda });
    expect(await post({ extensions: extensions(text) }, bearer(key.secret))).toMatchObject({
      data: namesOfAda,
    });
  });

  it('may be registered by GET as well', async () => {
    const text = fresh();
    const all = { query: text, extensions: JSON.stringify(extensions(text)) };
    expect(await get(all, bearer(key.secret))).toMatchObject({ data: namesOfAda });
    expect(await byHash(text, key)).toMatchObject({ data: namesOfAda });
  });

  it('is decided for each caller anew', async () => {
    const text = fresh('{ customers { nodes { name inquiries { totalCount } } } }');
    expect(await register(text, key)).toMatchObject({ status: 200, codes: [] });
    expect(await byHash(text, narrow)).toMatchObject({
      status: 200,
      codes: ['FORBIDDEN'],
      data: { customers: { nodes: [{ name: 'Ada', inquiries: null }] } },
    });
    const denied = fresh('{ inquiries { totalCount } }');
    await register(denied, key);
    expect(await byHash(denied, narrow)).toMatchObject({ status: 403, codes: ['FORBIDDEN'] });
    expect(await register(denied, narrow)).toMatchObject({ status: 403, codes: ['FORBIDDEN'] });
  });

  it("is not known to another workspace's key, nor to a caller without one", async () => {
    const text = fresh();
    await register(text, key);
    expect(await byHash(text, stranger)).toEqual(notFound);
    const extension = JSON.stringify(extensions(text));
    const anonymous = await get({ extensions: extension }, { 'apollo-require-preflight': '1' });
    expect([anonymous.status, anonymous.codes]).toEqual([401, ['UNAUTHENTICATED']]);
  });

  it('whose hash is that of another text is refused and not kept', async () => {
    const [text, other] = [fresh(), fresh('{ customers { totalCount } }')];
    const forged = { query: text, extensions: extensions(other) };
    expect(await post(forged, bearer(key.secret))).toMatchObject({ status: 400, codes: ['BAD_REQUEST'] });
    expect(await byHash(other, key)).toEqual(notFound);
  });

  it('that is not valid, or too expensive, is not kept', async () => {
    for (const text of [
      fresh('{ nothing }'),
      fresh('{'),
      fresh(`{ customers(filter: ${'['.repeat(500)}`),
      fresh('{ customers(first: 101) { totalCount } }'),
    ]) {
      expect((await register(text, key)).status).toBe(400);
      // The last one is a valid document: what it may not be is said each time.
      const again = await byHash(text, key);
      expect(again.message === notFound.message || again.status === 400).toBe(true);
      expect(again.data).toBeUndefined();
    }
  });

  it('with other operations in its document has the limits of the one that is asked for', async () => {
    const deep =
      'customers { nodes { inquiries { nodes { customer { inquiries { nodes { customer { inquiries { nodes { id } } } } } } } } } }';
    const text = fresh(`query Light ${names} query Deep { ${deep} }`);
    const light = { query: text, operationName: 'Light', extensions: extensions(text) };
    expect(await post(light, bearer(key.secret))).toMatchObject({ status: 200, data: namesOfAda });
    expect(await byHash(text, key, { operationName: 'Deep' })).toMatchObject({
      status: 400,
      codes: ['QUERY_TOO_EXPENSIVE'],
    });
    expect(await byHash(text, key, { operationName: 'Light' })).toMatchObject({ data: namesOfAda });
  });

  it('may be a mutation by POST, and is none by GET', async () => {
    const text = fresh('mutation { createCustomer(input: {name: ""}) { customerId } }');
    expect(await register(text, key)).toMatchObject({ status: 200, codes: [] });
    expect(await byHash(text, key)).toMatchObject({ status: 405, codes: ['BAD_REQUEST'] });
  });

  it('that is too long is answered each time that it is sent, and not kept', async () => {
    const text = fresh(`${names} # ${'x'.repeat(40_000)}`);
    expect(await register(text, narrow)).toMatchObject({ status: 200 });
    expect(await byHash(text, narrow)).toEqual(notFound);
  });

  it.each([
    { persistedQuery: { version: 2, sha256Hash: 'a'.repeat(64) } },
    { persistedQuery: { version: 1, sha256Hash: 'x' } },
    { persistedQuery: { version: 1, sha256Hash: ['a'.repeat(64)] } },
    { persistedQuery: true },
  ])('in another form, %j, is refused in the words that clients know', async (form) => {
    const { status, message } = await post({ extensions: form }, bearer(key.secret));
    expect([status, message]).toEqual([400, 'PersistedQueryNotSupported']);
  });
});
