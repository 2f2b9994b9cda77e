// Bad input through the API, as a request and as a document: every answer is of the closed list and harmless.
import { describe, expect, it } from 'vitest';
import { describeEachEngine } from '../support/engines.ts';
import { bearer, type Answer, type AnsweredError } from '../support/house.ts';
import {
  BadInputHouse,
  badRequest,
  expensive,
  failure,
  userInput,
  type Expected,
} from './support/harmless.ts';

const invalid = failure('GRAPHQL_VALIDATION_FAILED');

describeEachEngine('bad input', (engine) => {
  const bad = new BadInputHouse(engine);

  async function post(payload: string | Buffer, type = 'application/json'): Promise<Answer> {
    const headers = { ...bearer(bad.key.secret), 'content-type': type };
    const reply = await bad.house.app.http.inject({ method: 'POST', url: '/graphql', headers, payload });
    const { data, errors } = JSON.parse(reply.body) as { data?: unknown; errors?: AnsweredError[] };
    return { status: reply.statusCode, headers: reply.headers, data, errors, text: reply.body };
  }

  describe('as a request', () => {
    it.each<[string, () => Promise<Answer>, Expected]>([
      ['malformed JSON', () => post('{"query": "{ viewer { kind } }"'), badRequest(400)],
      ['an empty body', () => post(''), badRequest(400)],
      ['a JSON text', () => post('"{ viewer { kind } }"'), badRequest(400)],
      ['a list of operations', () => post('[{"query":"{ viewer { kind } }"}]'), badRequest(400)],
      ['bytes that are not UTF-8', () => post(Buffer.from([0x7b, 0xff, 0x7d])), badRequest(400)],
      ['HTML', () => post('<html></html>', 'text/html'), badRequest(415)],
      ['a form', () => post('query=%7B__typename%7D', 'application/x-www-form-urlencoded'), badRequest(415)],
      [
        '300 KB',
        () => post(JSON.stringify({ query: '{ viewer { kind } }', pad: 'x'.repeat(300_000) })),
        badRequest(413),
      ],
      ['a query that is no text', () => post('{"query": 1}'), badRequest(400)],
      [
        'variables that are no object',
        () => post('{"query": "{ viewer { kind } }", "variables": "x"}'),
        badRequest(400),
      ],
      [
        'variables that are a list',
        () => post('{"query": "{ viewer { kind } }", "variables": [1]}'),
        badRequest(400),
      ],
      [
        'variables 100,000 levels deep',
        () =>
          post(
            `{"query": "query ($f: CustomerFilter) { customers(filter: $f) { totalCount } }", "variables": {"f": ${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
          ),
        expensive(/depth of 100000.* 20/),
      ],
      [
        'an object with 501 fields among the variables',
        () => {
          const f = Object.fromEntries(Array.from({ length: 501 }, (_, n) => [`f${n}`, 1]));
          const query = 'query ($f: CustomerFilter) { customers(filter: $f) { totalCount } }';
          return post(JSON.stringify({ query, variables: { f } }));
        },
        expensive(/fields of 501.* 500/),
      ],
      [
        '2001 objects among the variables',
        () => {
          const f = { and: Array.from({ length: 2_000 }, () => ({})) };
          const query = 'query ($f: CustomerFilter) { customers(filter: $f) { totalCount } }';
          return post(JSON.stringify({ query, variables: { f } }));
        },
        expensive(/at least 2001.* 2000/),
      ],
      [
        'an operation name that is no text',
        () => post('{"query": "{ viewer { kind } }", "operationName": {}}'),
        badRequest(400),
      ],
    ])('%s is refused', async (_what, send, expected) => bad.assertRefused(await send(), expected));
  });

  describe('as a document', () => {
    const levels = (leaf: string, n = 120) =>
      `{ ...f0 } ${Array.from({ length: n }, (_, i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`).join(' ')} fragment f${n} on Query { ${leaf} }`;
    const nested = (depth: number) =>
      // Two fields for each pair of levels: customer -> inquiries -> nodes -> customer …
      `{ customers { nodes { ${'inquiries { nodes { customer { '.repeat(depth)} id ${'} } } '.repeat(depth)} } } }`;
    const aliases = (n: number, field: string) =>
      `{ ${Array.from({ length: n }, (_, i) => `a${i}: ${field}`).join(' ')} }`;

    it.each<[string, string, Expected]>([
      ['a subscription', 'subscription { x }', invalid],
      ['what does not parse', '{ customers {', failure('GRAPHQL_PARSE_FAILED')],
      ['an empty text', ' ', failure('GRAPHQL_PARSE_FAILED')],
      ['more tokens than allowed', `{ ${'__typename '.repeat(2_001)} }`, expensive(/more than 2000 tokens/)],
      ['an unknown field', '{ customers { nodes { salary } } }', invalid],
      ['an unknown argument', '{ customers(limit: 1) { totalCount } }', invalid],
      ['an unknown enum value', '{ customers(orderBy: { field: SALARY }) { totalCount } }', invalid],
      ['an unknown filter', '{ customers(filter: { salary: { eq: 1 } }) { totalCount } }', invalid],
      ['a number that is no Int', '{ customers(first: 99999999999999999999) { totalCount } }', invalid],
      ['a fraction', '{ customers(first: 1.5) { totalCount } }', invalid],
      [
        'a date that is no date',
        '{ customers(filter: { createdAt: { gt: "2026-02-30T00:00:00Z" } }) { totalCount } }',
        invalid,
      ],
      [
        'fragments in a circle',
        '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }',
        invalid,
      ],
      [
        'two operations without a name',
        'query A { viewer { kind } } query B { viewer { kind } }',
        failure('OPERATION_RESOLUTION_FAILURE'),
      ],
      ['first: 0', '{ customers(first: 0) { totalCount } }', userInput(/"first" is 0/)],
      ['first: -1', '{ customers(first: -1) { totalCount } }', userInput(/"first" is -1/)],
      ['last: 0', '{ customers(last: 0) { totalCount } }', userInput(/"last" is 0/)],
      ['first: 101', '{ customers(first: 101) { totalCount } }', expensive(/101.*100/)],
      ['first: 2147483647', '{ customers(first: 2147483647) { totalCount } }', expensive(/2147483647.*100/)],
      [
        'first: 101 in a nested list',
        '{ customers { nodes { inquiries(first: 101) { totalCount } } } }',
        expensive(/101.*100/),
      ],
      [
        'first: 101 behind node',
        '{ node(id: "cus_1") { ... on Customer { inquiries(first: 101) { totalCount } } } }',
        expensive(/101.*100/),
      ],
      ['first with last', '{ customers(first: 1, last: 1) { totalCount } }', userInput(/not both/)],
      ['first with before', '{ customers(first: 1, before: "x") { totalCount } }', userInput()],
      ['after with before', '{ customers(after: "x", before: "x") { totalCount } }', userInput()],
      ['a cursor that is none', '{ customers(after: "x") { totalCount } }', userInput(/cursor/)],
      ['an empty cursor', '{ customers(after: "") { totalCount } }', userInput(/cursor/)],
      ['a depth of 12', nested(3).replace('id', 'inquiries { totalCount }'), expensive(/depth of 1\d.* 10/)],
      ['31 aliases', aliases(31, 'viewer { kind }'), expensive(/31.*30/)],
      [
        '31 aliases in a fragment',
        `{ ...F } fragment F on Query ${aliases(31, 'viewer { kind }')}`,
        expensive(/31.*30/),
      ],
      ['31 aliases of __typename', aliases(31, '__typename'), expensive(/31.*30/)],
      [
        '31 aliases of the whole schema',
        aliases(31, '__schema { types { name fields { name } } }'),
        expensive(/31.*30/),
      ],
      ['21 root fields', aliases(21, 'viewer { kind }'), expensive(/root fields of 21.* 20/)],
      [
        '21 root fields in fragments',
        `{ ...F ...G } fragment F on Query ${aliases(20, 'viewer { kind }')} fragment G on Query { scopes { name } }`,
        expensive(/root fields of 21.* 20/),
      ],
      [
        '51 directives',
        `{ viewer { kind ${'... @include(if: true) { kind } '.repeat(51)} } }`,
        expensive(/directives of 51.* 50/),
      ],
      [
        'the whole schema five times',
        aliases(5, '__schema { types { name } }'),
        expensive(/introspection fields of 5.* 4/),
      ],
      ['a field 200 times', `{ viewer { ${'kind '.repeat(200)} } }`, expensive(/more than 10000 pairs/)],
      [
        'a field 200 times, some below others',
        `{ ${'viewer { kind kind kind kind kind kind } '.repeat(40)} }`,
        expensive(/more than 10000 pairs/),
      ],
      [
        'a field 200 times in an operation that does not run',
        `query A { viewer { kind } } query B { viewer { ${'kind '.repeat(200)} } }`,
        expensive(/more than 10000 pairs/),
      ],
      [
        'a field 200 times in a fragment that is not used',
        `{ viewer { kind } } fragment F on Viewer { ${'kind '.repeat(200)} }`,
        expensive(/more than 10000 pairs/),
      ],
      [
        'fragments that expand without measure',
        `{ viewer { ...f0 } } ${Array.from({ length: 20 }, (_, i) => `fragment f${i} on Viewer { a: workspace { ...f${i + 1} } b: workspace { ...f${i + 1} } }`).join(' ')} fragment f20 on Viewer { kind }`,
        expensive(/more than 5000 selections/),
      ],
      ['a name of 101 letters', `{ ${'x'.repeat(101)} }`, expensive(/name with a length of 101.* 100/)],
      [
        'an enum value of 101 letters',
        `{ customers(orderBy: { field: ${'X'.repeat(101)} }) { totalCount } }`,
        expensive(/name with a length of 101.* 100/),
      ],
      [
        '31 aliases within introspection',
        `{ __schema ${aliases(31, 'types { name }')} }`,
        expensive(/31.*30/),
      ],
      [
        '31 aliases within introspection in a fragment',
        `{ __schema { ...F } } fragment F on __Schema ${aliases(31, 'types { name }')}`,
        expensive(/31.*30/),
      ],
    ])('%s is refused', async (_what, document, expected) =>
      bad.assertRefused(await bad.key.send(document), expected),
    );

    it.each([
      ['with bytes that are not UTF-8', (document: string) => `${document}%23%FF`],
      ['with a fragment of the URL behind it', (document: string) => `${document}#%0A}`],
    ])('is judged in a URL as it will be read there: %s', async (_what, inUrl) => {
      const url = `/graphql?query=${inUrl(encodeURIComponent(aliases(31, 'viewer { kind }')))}`;
      const headers = { ...bearer(bad.key.secret), 'apollo-require-preflight': '1' };
      const { statusCode, body } = await bad.house.app.http.inject({ method: 'GET', url, headers });
      expect([statusCode, body]).toEqual([400, expect.stringContaining('QUERY_TOO_EXPENSIVE')]);
    });

    it('is judged also when an operation name was sent that begins as it does', async () => {
      const [heavy, light] = [`query Heavy { viewer ${aliases(31, 'kind')} }`, 'query L { viewer { kind } }'];
      await bad.key.send(light, {}, `Heavy ${heavy}`);
      const answer = await bad.key.send(`${heavy} ${light}`, {}, 'Heavy');
      await bad.assertRefused(answer, expensive(/31.*30/));
    });

    it('is taken when its fragments double at each level: each is entered once', async () => {
      const customer = 'customers { nodes { ...c0 } }';
      const doubled = Array.from(
        { length: 60 },
        (_, n) => `fragment c${n} on Customer { ...c${n + 1} ...c${n + 1} }`,
      );
      for (const document of [
        levels('viewer { kind }'),
        levels('__typename'),
        levels('viewer @skip(if: true) { kind }'),
        `{ ${customer} } ${doubled.join(' ')} fragment c60 on Customer { name }`,
      ]) {
        expect(await bad.key.send(document)).toMatchObject({ status: 200, errors: undefined });
      }
    });

    it('is taken up to the limits', async () => {
      for (const document of [
        nested(2).replace('id', 'id __typename'),
        `{ viewer ${aliases(30, 'kind')} }`,
        aliases(20, 'viewer { kind }'),
        '{ customers(first: 100) { totalCount } }',
      ]) {
        expect((await bad.key.send(document)).status).toBe(200);
      }
    });

    it('is not echoed at length', async () => {
      const { text } = await bad.key.send(`{ ${'x'.repeat(50_000)} }`);
      expect(text.length).toBeLessThan(2_000);
    });
  });
});
