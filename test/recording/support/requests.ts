// Some 500 requests of every kind that the server knows: examples, denials, bad input, introspection, GET, persisted queries,
// pages, probes, other origins, other methods. Nothing here knows how they are answered.
import { createHash } from 'node:crypto';
import { contractOperation, exampleNames } from '../../support/contract.ts';
import { variablesOf, type ExampleIds } from '../../support/example-variables.ts';
import type { Headers } from '../../support/house.ts';

/** Which of the servers is asked: they share one store and differ in their settings. */
export type Server = 'keys' | 'public' | 'off' | 'limited';

export interface Recorded {
  readonly name: string;
  readonly server: Server;
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body?: string | Buffer;
}

/** Headers of everybody who calls, by a name for the recording. */
export type Callers = Readonly<Record<string, Headers>>;

export const json: Headers = { 'content-type': 'application/json' };

export function post(name: string, headers: Headers, body: unknown, server: Server = 'keys'): Recorded {
  const text = typeof body === 'string' || body instanceof Buffer ? body : JSON.stringify(body);
  return { name, server, method: 'POST', url: '/graphql', headers: { ...json, ...headers }, body: text };
}

export function get(
  name: string,
  headers: Headers,
  parameters: Record<string, string> | string,
  server: Server = 'keys',
): Recorded {
  const search = typeof parameters === 'string' ? parameters : new URLSearchParams(parameters).toString();
  return { name, server, method: 'GET', url: `/graphql?${search}`, headers };
}

/** Each example operation, for callers of every kind. */
export function exampleOf(name: string, who: string, headers: Headers, ids: ExampleIds): Recorded {
  const body = { query: contractOperation(name), operationName: name, variables: variablesOf[name]!(ids) };
  return post(`example ${name} by ${who}`, headers, body);
}

/** Those of the own account come apart: they change the password and end the token of who sends them. */
export const sharedExamples = exampleNames().filter((name) => variablesOf[name] !== undefined);

export function accountExamples({ nobody, full, member }: Callers, apiKeyId: string): Recorded[] {
  const passwords = { currentPassword: 'not this one', newPassword: 'another long password of today' };
  const sent = [
    ['RevealApiKey', { id: apiKeyId }],
    ['ChangePassword', { input: passwords }],
    ['SignOutEverywhere', {}],
    ['Viewer', {}],
  ] as const;
  return sent.flatMap(([name, variables]) =>
    Object.entries({ nobody, full, member }).map(([who, headers]) =>
      post(`example ${name} by ${who}`, headers!, { query: contractOperation(name), variables }),
    ),
  );
}

const names = '{ customers(first: 3) { nodes { id name } } }';
const half =
  '{ viewer { kind } venues { nodes { name } } customers(first: 2) { totalCount nodes { name } } }';
const customer =
  'mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { customerId userErrors { code field message } } }';

export function denials(callers: Callers): Recorded[] {
  const documents = {
    viewer: '{ viewer { kind label scopes } }',
    names,
    half,
    nested: '{ inquiries(first: 2) { nodes { subject customer { name venues { nodes { name } } } } } }',
    node: '{ node(id: "cus_0") { __typename id } }',
    aliased: '{ a: customers(first: 1) { totalCount } b: venues { totalCount } c: apiKeys { totalCount } }',
    filtered: '{ inquiries(first: 1, filter: { customerId: { eq: "cus_0" } }) { totalCount } }',
    write: 'mutation { createCustomer(input: { name: "Recorded" }) { customerId userErrors { code } } }',
    bare: '{ __typename }',
    syntax: '{ customers(first: ',
  };
  return Object.entries(callers).flatMap(([who, headers]) =>
    Object.entries(documents).map(([what, query]) => post(`${what} by ${who}`, headers, { query })),
  );
}

/** Bodies and documents with something wrong, by a caller who may do everything that a key can. */
export function faults(full: Headers): Recorded[] {
  const documents: readonly string[] = [
    ...[
      '',
      '{',
      '{ unknown }',
      '{ customers { unknown } }',
      'query A { viewer { kind } } query B { viewer { kind } }',
    ],
    ...['{ customers(first: 500) { totalCount } }', '{ customers(first: 0) { totalCount } }'],
    ...['{ customers(first: "x") { totalCount } }', '{ customers(after: "not a cursor") { totalCount } }'],
    ...['{ customers(first: 5, last: 5) { totalCount } }', 'subscription { customers { totalCount } }'],
    ...[
      'fragment F on Query { ...F } { ...F }',
      '{ ...Missing }',
      '{ customer(id: 5) { id } customer(id: "a") { id } }',
    ],
    `{ ${'a'.repeat(400)} }`,
    `{ ${Array.from({ length: 40 }, (_, index) => `a${index}: viewer { kind }`).join(' ')} }`,
    `{ viewer { kind ${'@skip(if: false) '.repeat(60)} } }`,
    `{ customers { nodes ${'{ venues { nodes { customers { nodes '.repeat(6)} { id } ${'} } } } '.repeat(6)} } }`,
    `{ customers(filter: { name: { contains: "${'x'.repeat(5_000)}" } }) { totalCount } }`,
    `# ${'lk_live_0123456789ab_'.padEnd(60, 'x')}\n{ wrong(password: "hunter2") }`,
  ];
  const variables: readonly unknown[] = [
    ...[
      {},
      { input: null },
      { input: {} },
      { input: { name: 5 } },
      { input: { name: '' } },
      { input: { name: 'x', unknown: 1 } },
    ],
    ...[{ input: { name: 'x', email: 'not an address' } }, { input: { name: 'x', tags: 'one' } }],
    ...[{ input: { name: 'x'.repeat(5_000) } }, { input: { name: 'x', venueIds: ['ven_0'] } }, []],
  ];
  const bodies: readonly (string | Buffer)[] = [
    ...[
      '',
      'null',
      '[]',
      '{}',
      '5',
      '"text"',
      '{"query":5}',
      '{"query":null}',
      '{"query":"{ viewer { kind } }","variables":"x"}',
    ],
    ...[
      '{"query":"{ viewer { kind } }","variables":[]}',
      '{"query":"{ viewer { kind } }","operationName":5}',
    ],
    ...[
      '{"query":"{ viewer { kind } }","operationName":""}',
      '{"query":"{ viewer { kind } }","operationName":"No"}',
    ],
    ...[
      '{"query":"{ viewer { kind } }","extensions":"x"}',
      '[{"query":"{ viewer { kind } }"}]',
      '{"query"',
      '{"__proto__":{}}',
    ],
    ...[
      Buffer.from([0x7b, 0xff, 0x7d]),
      JSON.stringify({ query: `{ viewer { kind } } # ${'x'.repeat(300_000)}` }),
    ],
  ];
  return [
    ...documents.map((query, index) => post(`document ${index}`, full, { query })),
    ...variables.map((given, index) =>
      post(`variables ${index}`, full, { query: customer, variables: given }),
    ),
    ...bodies.map((body, index) => post(`body ${index}`, full, body)),
    post('two operations, the second', full, {
      query: `query A ${names} query B { viewer { kind } }`,
      operationName: 'B',
    }),
  ];
}

/** Media types, and headers that a proxy or an attacker may send. */
export function heads(full: Headers): Recorded[] {
  const query = '{ viewer { kind } }';
  const sent: readonly Headers[] = [
    ...[
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/graphql',
      'application/graphql+json',
      '',
    ].map((type) => ({ 'content-type': type })),
    ...[
      'application/json; charset=latin1',
      'application/json; charset=UTF-8',
      'multipart/form-data; boundary=x',
    ].map((type) => ({ 'content-type': type })),
    ...[
      'text/html',
      '*/*',
      'application/graphql-response+json',
      'application/json;q=0',
      'image/png',
      'application/json;v=1',
    ].map((accept) => ({ accept })),
    ...[{ 'content-encoding': 'gzip' }, { 'idempotency-key': '' }, { 'idempotency-key': 'x'.repeat(300) }],
    ...[
      { host: 'a b' },
      { 'x-forwarded-for': '10.0.0.1' },
      { 'x-error-paths': 'indexed' },
      { 'x-long': 'x'.repeat(9_000) },
    ],
  ];
  return sent.map((headers, index) => post(`head ${index}`, { ...full, ...headers }, { query }));
}

export function introspection(callers: Callers): Recorded[] {
  const documents = [
    '{ __schema { queryType { fields { name } } mutationType { fields { name } } } }',
    '{ __type(name: "Customer") { fields { name type { name } } } }',
    '{ __type(name: "ApiKey") { name } viewer { kind } }',
    '{ wrong }',
  ];
  const servers: readonly Server[] = ['keys', 'public', 'off'];
  return servers.flatMap((server) =>
    Object.entries(callers).flatMap(([who, headers]) => [
      ...documents.map((query, index) =>
        post(`introspection ${index} by ${who}`, headers, { query }, server),
      ),
      { name: `schema by ${who}`, server, method: 'GET', url: '/schema.graphql', headers },
    ]),
  );
}

export function gets(full: Headers, basic: Headers): Recorded[] {
  const query = '{ viewer { kind } }';
  const proof = { 'apollo-require-preflight': '1' };
  return [
    get('plain', full, { query }),
    get('without proof', basic, { query }),
    get('with proof', { ...basic, ...proof }, { query }),
    get('anonymous', proof, { query }),
    get('mutation', full, { query: 'mutation { createCustomer(input: { name: "x" }) { customerId } }' }),
    get('variables', full, {
      query: 'query ($n: Int) { customers(first: $n) { totalCount } }',
      variables: '{"n":1}',
    }),
    get('bad variables', full, { query, variables: '{' }),
    get('variables that are a list', full, { query, variables: '[]' }),
    get('twice', full, 'query={viewer{kind}}&query={viewer{kind}}'),
    get('no query', full, ''),
    get('bytes', full, 'query=%ff'),
    get('a name', full, { query: 'query A { viewer { kind } }', operationName: 'A' }),
    get('an empty name', full, { query: 'query A { viewer { kind } }', operationName: '' }),
    get('html with a query', { ...full, accept: 'text/html' }, { query }),
    get('content type', { ...full, 'content-type': 'text/plain' }, { query }),
    { ...get('head', full, { query }), method: 'HEAD' },
    { ...get('trailing slash', full, { query }), url: `/graphql/?query=${encodeURIComponent(query)}` },
    { ...get('escaped path', full, { query }), url: `/%67raphql?query=${encodeURIComponent(query)}` },
  ];
}

export function persisted(full: Headers, stranger: Headers): Recorded[] {
  const query = '{ customers(first: 1) { totalCount } }';
  const hash = createHash('sha256').update(query).digest('hex');
  const extensions = (sha256Hash: unknown, version: unknown = 1) => ({
    persistedQuery: { version, sha256Hash },
  });
  return [
    post('hash alone', full, { extensions: extensions(hash) }),
    post('hash with text', full, { query, extensions: extensions(hash) }),
    post('hash alone, known', full, { extensions: extensions(hash) }),
    post('hash alone, another workspace', stranger, { extensions: extensions(hash) }),
    post('hash alone, anonymous', {}, { extensions: extensions(hash) }),
    post('wrong hash', full, { query: '{ viewer { kind } }', extensions: extensions(hash) }),
    post('no hash', full, { query, extensions: extensions(5) }),
    post('other version', full, { extensions: extensions(hash, 2) }),
    get('hash by GET', full, { extensions: JSON.stringify(extensions(hash)) }),
    get('bad extensions by GET', full, { extensions: '{' }),
    post('hash of a faulty text', full, {
      query: '{ nothing }',
      extensions: extensions(createHash('sha256').update('{ nothing }').digest('hex')),
    }),
  ];
}

export function repeated(full: Headers, stranger: Headers): Recorded[] {
  const once = { ...full, 'idempotency-key': 'recorded-1' };
  const body = (name: string) => ({ query: customer, variables: { input: { name } } });
  return [
    post('once', once, body('Once')),
    post('again', once, body('Once')),
    post('again with another payload', once, body('Twice')),
    post('by another workspace', { ...stranger, 'idempotency-key': 'recorded-1' }, body('Once')),
    post('a query with a key', once, { query: names }),
    post('user errors are kept', { ...full, 'idempotency-key': 'recorded-2' }, body('')),
    post('user errors again', { ...full, 'idempotency-key': 'recorded-2' }, body('')),
  ];
}

const paths = [
  '/',
  '/graphql',
  '/graphiql',
  '/graphiql/x.js',
  '/schema.graphql',
  '/favicon.ico',
  '/health/live',
  '/health/ready',
  '/nothing',
  '/health/',
  '/graphql/more',
  '/%ff',
];
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Every path by every method, as a program and as a browser; without a credential. */
export function walk(): Recorded[] {
  return paths.flatMap((url) =>
    methods.flatMap((method) =>
      ['application/json', 'text/html'].map((accept) => {
        const name = `${method} ${url} as ${accept}`;
        return { name, server: 'keys' as const, method, url, headers: { accept } };
      }),
    ),
  );
}

export function foreign(full: Headers): Recorded[] {
  const origins = ['https://app.example', 'https://other.example', 'null'];
  const preflight = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization',
  };
  return origins.flatMap((origin) => [
    post(`call from ${origin}`, { ...full, origin }, { query: names }, 'public'),
    ...['/graphql', '/nothing', '/health/live'].map((url) => {
      const headers = { origin, ...preflight };
      return {
        name: `preflight of ${url} from ${origin}`,
        server: 'public' as const,
        method: 'OPTIONS',
        url,
        headers,
      };
    }),
    { ...get(`GET from ${origin}`, { ...full, origin }, { query: names }, 'public') },
  ]);
}

/** More than a minute has, by a key, by refused credentials and by the workspace's owner. */
export function floods(full: Headers, wrong: Headers, owner: Headers): Recorded[] {
  const times = (count: number, made: (index: number) => Recorded) =>
    Array.from({ length: count }, (_, index) => made(index));
  return [
    ...times(8, (index) => post(`flood ${index}`, full, { query: names }, 'limited')),
    post(
      'cost over the limit',
      full,
      { query: '{ customers(first: 100) { nodes { venues { nodes { id } } } } }' },
      'limited',
    ),
    ...times(3, (index) => post(`owner ${index}`, owner, { query: '{ apiKeys { totalCount } }' }, 'limited')),
    post('owner, data', owner, { query: names }, 'limited'),
    ...times(24, (index) => post(`wrong ${index}`, wrong, { query: names }, 'limited')),
    ...times(7, (index) =>
      post(
        `sign-in ${index}`,
        {},
        {
          query:
            'mutation { login(input: { email: "a@b.example", password: "wrong wrong" }) { token userErrors { code } } }',
        },
        'limited',
      ),
    ),
  ];
}
