// Requests that somebody sends to hurt a server. The suite looks at what they are answered (test/http/hostile.test.ts),
// `npm run bench:hostile` at what they cost.

import { hostileDocuments } from './documents.ts';
import { body, kind, nested, times, type HostileRequest } from './request.ts';

const withVariables = (name: string, type: string, use: string, value: string) =>
  body(name, `{"query":"query ($v: ${type}) { ${use} { totalCount } }","variables":{"v":${value}}}`);

const variables = [
  withVariables(
    'variables 100,000 levels deep',
    'CustomerFilter',
    'customers(filter: $v)',
    nested(100_000, '[', '', ']'),
  ),
  withVariables(
    'objects 40,000 levels deep',
    'CustomerFilter',
    'customers(filter: $v)',
    nested(40_000, '{"a":', '1', '}'),
  ),
  withVariables('a list of 60,000 numbers', '[Int!]', 'customers', `[${times(60_000, () => '1', ',')}]`),
  withVariables(
    'a list of 60,000 wrong values',
    'CustomerFilter',
    'customers(filter: $v)',
    `{"name":{"in":[${times(60_000, () => '{}', ',')}]}}`,
  ),
  withVariables(
    'a list of 20,000 objects',
    'CustomerFilter',
    'customers(filter: $v)',
    `{"and":[${times(20_000, () => '{}', ',')}]}`,
  ),
  withVariables(
    '15,000 fields that do not exist',
    'CustomerFilter',
    'customers(filter: $v)',
    `{${times(15_000, (n) => `"name${n}":1`, ',')}}`,
  ),
  body(
    '15,000 fields that do not exist, behind node',
    `{"query":"query ($v: InquiryFilter) { node(id: \\"cus_1\\") { ... on Customer { inquiries(filter: $v) { totalCount } } } }","variables":{"v":{${times(15_000, (n) => `"name${n}":1`, ',')}}}}`,
  ),
  withVariables(
    'a field of 250,000 letters',
    'CustomerFilter',
    'customers(filter: $v)',
    `{"${'a'.repeat(250_000)}":1}`,
  ),
  withVariables(
    'an enum value of 250,000 letters in a variable',
    'CustomerOrder',
    'customers(orderBy: $v)',
    `{"field":"${'A'.repeat(250_000)}"}`,
  ),
  withVariables(
    'a number of 250,000 digits in a variable',
    'Int',
    'customers(first: $v)',
    '9'.repeat(250_000),
  ),
  withVariables(
    'a text of 250,000 letters in a variable',
    'String',
    'customers(search: $v)',
    `"${'é'.repeat(100_000)}"`,
  ),
  withVariables(
    '250,000 wild cards',
    'CustomerFilter',
    'customers(filter: $v)',
    `{"name":{"contains":"${'%_'.repeat(120_000)}"}}`,
  ),
  withVariables('a cursor of 250 KB', 'String', 'customers(after: $v)', `"${'A'.repeat(250_000)}"`),
  body('15,000 variables', `{"query":"{ ${kind} }","variables":{${times(15_000, (n) => `"v${n}":1`, ',')}}}`),
];

const bodies = [
  body('__proto__ in the body', `{"__proto__":{"query":"x"},"query":"{ ${kind} }"}`),
  body(
    '__proto__ in the variables',
    `{"query":"{ ${kind} }","variables":{"__proto__":{"a":1},"constructor":{"prototype":{"a":1}}}}`,
  ),
  withVariables(
    '__proto__ in a filter',
    'CustomerFilter',
    'customers(filter: $v)',
    '{"__proto__":{"name":{"eq":"x"}},"constructor":1}',
  ),
  body('a key twice', `{"query":"{ ${kind} }","query":"{ nothing }"}`),
  body('1 MB', JSON.stringify({ query: `{ ${kind} }`, pad: 'x'.repeat(1_000_000) })),
  body('20 MB', Buffer.alloc(20_000_000, 'x')),
  body('JSON that is deep and nothing else', nested(100_000, '[', '', ']')),
  body('a batch of 1,000 operations', `[${times(1_000, () => `{"query":"{ ${kind} }"}`, ',')}]`),
  body('no JSON', '\u0000'.repeat(1_000)),
  body('bytes that are not UTF-8', Buffer.alloc(1_000, 0xff)),
  body('UTF-7', `+AHs-"query": "{ ${kind} }"}`, 'Content-Type: application/json; charset=utf-7'),
  body(
    'UTF-16',
    Buffer.from(`{"query":"{ ${kind} }"}`, 'utf16le'),
    'Content-Type: application/json; charset=utf-16',
  ),
  body('a byte order mark', `\uFEFF{"query":"{ ${kind} }"}`),
  body('a form', 'query=%7Bviewer%7Bkind%7D%7D', 'Content-Type: application/x-www-form-urlencoded'),
  body('a form with files', '--x\r\n\r\n{}\r\n--x--', 'Content-Type: multipart/form-data; boundary=x'),
  body(
    'compressed',
    Buffer.from([0x1f, 0x8b, 0x08, 0, 0, 0]),
    'Content-Type: application/json',
    'Content-Encoding: gzip',
  ),
  body('a content type without end', '{}', `Content-Type: application/json; ${'a=b; '.repeat(2_000)}`),
  body(
    'an Accept without end',
    `{"query":"{ ${kind} }"}`,
    'Content-Type: application/json',
    `Accept: ${'text/html;q=0.1,'.repeat(900)}`,
  ),
  body(
    'a persisted query',
    `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"${'a'.repeat(64)}"}}}`,
  ),
];

const long = `${'a'.repeat(200)}\r\n`;

const heads: HostileRequest[] = [
  { name: 'GET with a query of 60 KB', head: `GET /graphql?query=${'%7B'.repeat(20_000)}` },
  { name: 'GET with 3,000 parameters', head: `GET /graphql?${times(3_000, (n) => `${n}`, '&')}` },
  { name: 'GET with broken escapes', head: 'GET /graphql?query=%7B%ZZ%FF%00' },
  {
    name: 'a mutation by GET',
    head: `GET /graphql?query=${encodeURIComponent('mutation { login(input: { email: "a", password: "b" }) { token } }')}`,
    headers: ['Apollo-Require-Preflight: 1'],
  },
  { name: 'a path that climbs', head: 'GET /../../../../etc/passwd' },
  { name: 'a path of 8 KB', head: `GET /${'a/'.repeat(4_000)}` },
  { name: 'TRACE', head: 'TRACE /graphql' },
  { name: '900 headers', headers: Array.from({ length: 900 }, (_, n) => `X-${n}: 1`), body: '{}' },
  {
    name: 'headers of 40 KB',
    headers: Array.from({ length: 200 }, (_, n) => `X-${n}: ${long.trim()}`),
    body: '{}',
  },
  { name: 'a line break in a header', headers: ['X-Request-Id: a\rX-Api-Key: b'], body: '{}' },
  {
    name: 'two lengths',
    headers: ['Content-Type: application/json', 'Content-Length: 2', 'Content-Length: 3'],
    body: '{}',
  },
  {
    name: 'a length and pieces',
    headers: ['Content-Type: application/json', 'Content-Length: 2', 'Transfer-Encoding: chunked'],
    body: '2\r\n{}\r\n0\r\n\r\n',
  },
  {
    name: '60,000 pieces',
    headers: ['Content-Type: application/json', 'Transfer-Encoding: chunked'],
    body: `${'1\r\n \r\n'.repeat(60_000)}0\r\n\r\n`,
    isUnanswered: true,
  },
  {
    name: 'pieces that go on over the limit',
    headers: ['Content-Type: application/json', 'Transfer-Encoding: chunked'],
    body: `${`3e8\r\n${' '.repeat(1_000)}\r\n`.repeat(2_000)}0\r\n\r\n`,
  },
  {
    name: 'a body that does not come',
    headers: ['Content-Type: application/json', 'Content-Length: 1000'],
    body: '{"query"',
    isCutOff: true,
  },
  {
    name: 'a length below zero',
    headers: ['Content-Type: application/json', 'Content-Length: -1'],
    body: '{}',
  },
  { name: 'no HTTP', head: '\u0016\u0003\u0001' },
];

/** Each is sent with a key that has every scope: whoever has none is refused before a document is looked at. */
export const hostileRequests: readonly HostileRequest[] = [
  ...hostileDocuments,
  ...variables,
  ...bodies,
  ...heads,
];
