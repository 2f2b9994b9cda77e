// Depth: whatever a caller nests, in a document, a body or a URL, is answered or refused with 400. Code that recurses must
// not meet what ends its stack: that would be our 500.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, openTestHouse, type KeyCaller, type TestHouse } from '../../support/house.ts';

let house: TestHouse;
let key: KeyCaller;
beforeAll(async () => {
  house = await openTestHouse('sqlite');
  key = await (await house.workspace()).key('read:customers', 'read:inquiries');
});
afterAll(() => house.close());

const depths = [5, 15, 19, 20, 21, 22, 50, 99, 100, 101, 102, 500, 900, 1_990, 5_000, 50_000];
const nest = (depth: number, open: string, inner: string, close: string) =>
  open.repeat(depth) + inner + close.repeat(depth);

const documents: Record<string, (depth: number) => string> = {
  'list literals': (depth) => `{ customers(filter: ${nest(depth, '[', '', ']')}) { totalCount } }`,
  'list literals that are never closed': (depth) => `{ customers(filter: ${'['.repeat(depth)}`,
  objects: (depth) => `{ customers(filter: ${nest(depth, '{and:', '{}', '}')}) { totalCount } }`,
  'objects in lists': (depth) => `{ customers(filter: ${nest(depth, '{or:[', '{}', ']}')}) { totalCount } }`,
  'list types': (depth) => `query ($v: ${nest(depth, '[', 'Int', ']')}) { customers { totalCount } }`,
  'defaults of variables': (depth) =>
    `query ($v: Int = ${nest(depth, '[', '1', ']')}) { customers { totalCount } }`,
  'selection sets': (depth) => nest(depth, '{ customers ', '{ totalCount }', '}'),
  'selection sets that are never closed': (depth) => '{ customers '.repeat(depth),
  'inline fragments': (depth) => `{ customers { ${nest(depth, '... {', 'totalCount', '}')} } }`,
  'directives with values': (depth) =>
    `{ customers @include(if: ${nest(depth, '[', 'true', ']')}) { totalCount } }`,
  'fragments within each other': (depth) => {
    const count = Math.min(depth, 150);
    const spread = (at: number) => (at < count ? `... F${at + 1}` : 'totalCount');
    const fragments = Array.from(
      { length: count },
      (_, at) => `fragment F${at + 1} on CustomerConnection { ${spread(at + 1)} }`,
    );
    return `{ customers { ${spread(0)} } } ${fragments.join(' ')}`;
  },
  parentheses: (depth) => `{ customers${nest(depth, '(', '', ')')} { totalCount } }`,
};

async function post(payload: string) {
  const headers = { ...bearer(key.secret), 'content-type': 'application/json' };
  const { statusCode, body } = await house.app.http.inject({
    method: 'POST',
    url: '/graphql',
    headers,
    payload,
  });
  return { status: statusCode, code: codeOf(body) };
}
async function get(search: URLSearchParams) {
  const headers = bearer(key.secret);
  const { statusCode, body } = await house.app.http.inject({ url: `/graphql?${search.toString()}`, headers });
  return { status: statusCode, code: codeOf(body) };
}
function codeOf(body: string): unknown {
  return (JSON.parse(body) as { errors?: { extensions: { code: unknown } }[] }).errors?.[0]?.extensions.code;
}

describe.each(Object.entries(documents))('%s', (_what, document) => {
  it.each(depths)('%d deep are answered or refused', async (depth) => {
    const query = document(depth);
    const answers = [await post(JSON.stringify({ query }))];
    // What a URL may hold.
    if (query.length < 10_000) answers.push(await get(new URLSearchParams({ query })));
    for (const { status, code } of answers) {
      expect([200, 400, 413]).toContain(status);
      expect(code).not.toBe('INTERNAL_SERVER_ERROR');
      if (status === 200) expect(code).toBeUndefined();
    }
  });
});

describe('a filter', () => {
  it('may nest as deep as the limit of 20, as a literal and as a variable, and no deeper', async () => {
    const literal = (depth: number) => ({
      query: `{ customers(filter: ${nest(depth, '{and:[', '{}', ']}')}) { totalCount } }`,
    });
    const variable = (depth: number) => ({
      query: 'query ($f: CustomerFilter) { customers(filter: $f) { totalCount } }',
      variables: { f: JSON.parse(nest(depth, '{"and":[', '{}', ']}')) as unknown },
    });
    for (const body of [literal, variable]) {
      expect(await post(JSON.stringify(body(9)))).toEqual({ status: 200, code: undefined });
      expect(await post(JSON.stringify(body(10)))).toEqual({ status: 400, code: 'QUERY_TOO_EXPENSIVE' });
    }
  });
});

describe('JSON', () => {
  const members: Record<string, (json: string) => string> = {
    'the body': (json) => json,
    query: (json) => `{"query":${json}}`,
    operationName: (json) => `{"query":"{__typename}","operationName":${json}}`,
    variables: (json) => `{"query":"{__typename}","variables":{"v":${json}}}`,
    'a variable': (json) =>
      `{"query":"query ($f: CustomerFilter) { customers(filter: $f) { totalCount } }","variables":{"f":${json}}}`,
    extensions: (json) => `{"query":"{__typename}","extensions":{"v":${json}}}`,
    'a persisted query': (json) => `{"query":"{__typename}","extensions":{"persistedQuery":${json}}}`,
    'an unknown member': (json) => `{"query":"{__typename}","pad":${json}}`,
  };
  const shapes: Record<string, (depth: number) => string> = {
    lists: (depth) => nest(depth, '[', '', ']'),
    objects: (depth) => nest(depth, '{"and":', '1', '}'),
    'objects with __proto__ inside': (depth) => nest(depth, '{"a":', '{"__proto__":1}', '}'),
    'lists that are never closed': (depth) => '['.repeat(depth),
  };
  it.each(Object.keys(members))('%s is answered or refused, however deep', async (member) => {
    for (const shape of Object.values(shapes)) {
      for (const depth of depths) {
        const { status, code } = await post(members[member]!(shape(depth)));
        expect([200, 400, 413]).toContain(status);
        expect(code).not.toBe('INTERNAL_SERVER_ERROR');
      }
    }
  });

  it('brackets in texts do not count', async () => {
    const text = `${'['.repeat(400)}"\\${'{'.repeat(400)}`;
    const body = { query: 'query ($n: String) { customers(filter: {name: {eq: $n}}) { totalCount } }' };
    expect(await post(JSON.stringify({ ...body, variables: { n: text } }))).toEqual({
      status: 200,
      code: undefined,
    });
    const inline = `{ customers(filter: {name: {eq: ${JSON.stringify(text)}}}) { totalCount } }`;
    expect((await post(JSON.stringify({ query: inline }))).status).toBe(200);
  });

  it.each(['variables', 'extensions'])('%s of a URL is answered or refused, however deep', async (name) => {
    for (const depth of depths.filter((depth) => depth <= 5_000)) {
      for (const shape of Object.values(shapes)) {
        const json = shape(depth);
        if (json.length > 14_000) continue;
        const { status } = await get(new URLSearchParams({ query: '{__typename}', [name]: json }));
        expect([200, 400]).toContain(status);
      }
    }
  });
});
