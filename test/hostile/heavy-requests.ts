// Requests that make the server compute as much as one request can.
import { nested, times } from '../../scripts/hostile/request.ts';
import type { Variables } from '../support/house.ts';

interface HeavyRequest {
  readonly name: string;
  readonly query: string;
  readonly variables?: Variables;
  /** Default: a key with every data scope. */
  readonly by?: 'key' | 'owner';
  /** Of the first error; default: there is none. */
  readonly code?: string;
}

const many = (count: number, item: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => item(index));
/** As many short texts as a body holds. */
const texts = many(22_000, (index) => `t${index}`);

const month = 'from: "2026-06-01T00:00:00Z", to: "2026-07-02T00:00:00Z"';
const day = 'from: "2026-06-02T00:00:00Z", to: "2026-06-03T00:00:00Z"';
const year = 'from: "2026-01-01T00:00:00Z", to: "2027-02-01T00:00:00Z"';
const sections = ['customers', 'inquiries', 'followUps', 'bookings'];
const series = sections.map((name) => `${name} { series { start count } }`).join(' ');

const leaves = 'id name email phone city notes tags version createdAt updatedAt';
const branches = (letter: string, below: string) =>
  times(14, (n) => `${letter}${n}: inquiries { nodes { customer { ${below} } } }`);

/** A document of as many tokens as one may have. */
const wide = (number: number) =>
  `query Q${number} { customers { nodes { ${leaves} ${branches('a', '')} } } }`.replaceAll(
    'customer {  }',
    `customer { ${`${leaves} inquiries { nodes { id subject body status } } `.repeat(4)} }`,
  );
/** A small one that expands to as many fields as one may have. */
const doubling = (number: number) =>
  `query Q${number} { customers { nodes { ...A } } }
   fragment A on Customer { ${branches('a', '...B')} } fragment B on Customer { ${branches('b', leaves)} }`;

const explaining: readonly HeavyRequest[] = [
  ['wide documents', wide],
  ['doubling documents', doubling],
].flatMap(([what, documentOf]) => {
  const documents = many(20, documentOf as (number: number) => string);
  const variables = Object.fromEntries(documents.map((text, index) => [`d${index}`, text]));
  const list = times(20, (n) => `$d${n}: String!`);
  const checks = times(
    20,
    (n) =>
      `a${n}: accessCheck(document: $d${n}) { allowed fields { coordinate path requiredScopes allowed } }`,
  );
  return [
    {
      code: 'QUERY_TOO_EXPENSIVE',
      name: `20 accessChecks of ${String(what)}`,
      query: `query (${list}) { ${checks} }`,
      variables,
    },
    {
      name: `suggestScopes of 20 ${String(what)}`,
      query: 'query ($d: [String!]!) { suggestScopes(documents: $d) { scopes } }',
      variables: { d: documents },
    },
    {
      name: `a key for 20 ${String(what)}`,
      query:
        'mutation ($d: [String!]) { createApiKey(input: { label: "x", forOperations: $d }) { apiKeyId userErrors { message } } }',
      variables: { d: documents },
      by: 'owner' as const,
    },
  ];
});

/** A day of the busy venue has 4,896 times to look at. */
const busy = (aliases: number) =>
  `{ venues(filter: { name: { eq: "Busy" } }, first: 1) { nodes { ${times(aliases, (n) => `a${n}: availability(from: "2026-07-01T00:00:00Z", to: "2026-07-02T00:00:00Z") { startsAt endsAt }`)} } } }`;

const computed: readonly HeavyRequest[] = [
  { name: '10,000 free times', query: busy(2) },
  { name: '15,000 free times', query: busy(3), code: 'BAD_USER_INPUT' },
  {
    code: 'QUERY_TOO_EXPENSIVE',
    name: 'availability of a month under 29 aliases at 100 venues',
    query: `{ venues(first: 100, filter: { name: { startsWith: "Venue" } }) { nodes { ${times(29, (n) => `a${n}: availability(${month}) { startsAt }`)} } } }`,
  },
  {
    name: 'availability of a day under 29 aliases at 100 venues',
    query: `{ venues(first: 100, filter: { name: { startsWith: "Venue" } }) { nodes { ${times(29, (n) => `a${n}: availability(${day}) { startsAt }`)} } } }`,
  },
  {
    name: 'availability of ranges that differ, at 100 venues',
    query: `{ venues(first: 100, filter: { name: { startsWith: "Venue" } }) { nodes { ${times(29, (n) => `a${n}: availability(from: "20${10 + n}-06-01T00:00:00Z", to: "20${10 + n}-06-02T00:00:00Z") { startsAt }`)} } } }`,
  },
  {
    name: 'statistics of 396 days in a zone, 20 times',
    query: `{ ${times(20, (n) => `a${n}: statistics(${year}, bucket: DAY, timezone: "America/Sao_Paulo") { ${series} }`)} }`,
  },
  {
    name: 'statistics of 396 days in 20 zones, without series',
    query: `{ ${times(20, (n) => `a${n}: statistics(${year}, bucket: DAY, timezone: "Etc/GMT+${n % 12}") { __typename }`)} }`,
  },
  {
    code: 'BAD_USER_INPUT',
    name: 'statistics of 22,000 venues, 20 times',
    query: `query ($v: [ID!]) { ${times(20, (n) => `a${n}: statistics(${year}, bucket: MONTH, venueIds: $v) { ${series} }`)} }`,
    variables: { v: texts },
  },
  {
    name: 'the scopes 20 times',
    query: `{ ${times(20, (n) => `a${n}: scopes { name grants description }`)} }`,
  },
];

const input = (type: string, field: string, name: string, value: string, length: number): HeavyRequest => ({
  name: `${type}.${name} with a list of ${length}, 20 times`,
  query: `mutation ($v: [${type.startsWith('ID') ? 'ID' : 'String'}!]) { ${times(20, (n) => `a${n}: ${field}(input: { ${value} }) { userErrors { code } }`)} }`,
  variables: { v: texts.slice(0, length) },
});
const lists = [
  input('CreateCustomerInput', 'createCustomer', 'tags', 'name: "x", tags: $v', 22_000),
  { ...input('ID CreateCustomerInput', 'createCustomer', 'venueIds', 'name: "x", venueIds: $v', 22_000) },
  {
    ...input(
      'CreateApiKeyInput',
      'createApiKey',
      'ipAllowlist',
      'label: "x", preset: READ, ipAllowlist: $v',
      22_000,
    ),
    by: 'owner' as const,
  },
  {
    ...input(
      'ID CreateApiKeyInput',
      'createApiKey',
      'venueIds',
      'label: "x", preset: READ, venueIds: $v',
      22_000,
    ),
    by: 'owner' as const,
  },
  {
    ...input('CreateApiKeyInput', 'createApiKey', 'forOperations', 'label: "x", forOperations: $v', 22_000),
    code: 'QUERY_TOO_EXPENSIVE',
    by: 'owner' as const,
  },
  {
    name: 'CreateApiKeyInput.scopes with a list of 22000, 20 times',
    query: `mutation ($v: [Scope!]) { ${times(20, (n) => `a${n}: createApiKey(input: { label: "x", scopes: $v }) { userErrors { code } }`)} }`,
    variables: { v: texts },
    by: 'owner' as const,
  },
  {
    name: 'CreateVenueInput.openingHours with a list of 1900, 20 times',
    query: `mutation ($v: [OpeningHoursInput!]) { ${times(20, (n) => `a${n}: createVenue(input: { name: "x", timezone: "Europe/Berlin", openingHours: $v }) { userErrors { code } }`)} }`,
    variables: { v: many(1_900, () => '').map(() => ({ weekday: 'MONDAY', opens: '1', closes: 'x' })) },
  },
  {
    code: 'QUERY_TOO_EXPENSIVE',
    name: 'createCustomers with 1900 inputs, 20 times',
    query: `mutation ($v: [CreateCustomerInput!]!) { ${times(20, (n) => `a${n}: createCustomers(input: $v) { userErrors { code } }`)} }`,
    variables: { v: many(1_900, () => '').map(() => ({ name: 'x', email: 'x' })) },
  },
  {
    name: 'createCustomers with 100 full inputs, 5 times',
    query: `mutation ($v: [CreateCustomerInput!]!) { ${times(5, (n) => `a${n}: createCustomers(input: $v) { userErrors { code } }`)} }`,
    variables: {
      v: many(100, (n) => `c${n}@x.example`).map((email) => ({
        ...{
          name: 'Ada Lovelace '.repeat(10),
          email,
          phone: '+49 30 1234567',
          city: 'Berlin',
          notes: 'note '.repeat(200),
        },
        tags: many(20, (n) => `tag ${n}`),
      })),
    },
  },
  {
    code: 'QUERY_TOO_EXPENSIVE',
    name: 'suggestScopes of 22000 documents',
    query: 'query ($d: [String!]!) { suggestScopes(documents: $d) { scopes } }',
    variables: { d: texts },
  },
];

const filters: readonly HeavyRequest[] = [
  {
    name: '22,000 values of in',
    query: 'query ($v: [String!]) { customers(filter: { name: { in: $v } }) { nodes { id } } }',
    variables: { v: texts },
  },
  {
    code: 'QUERY_TOO_EXPENSIVE',
    name: '22,000 values of in, in 20 lists',
    query: `query ($v: [String!]) { ${times(20, (n) => `a${n}: customers(filter: { name: { in: $v } }) { nodes { id } }`)} }`,
    variables: { v: texts },
  },
  {
    code: 'QUERY_TOO_EXPENSIVE',
    name: '22,000 values of in, 100 times in one list',
    query: `query ($v: [String!]) { customers(filter: { or: [${times(100, () => '{ name: { in: $v } }')}] }) { nodes { id } } }`,
    variables: { v: texts },
  },
  {
    code: 'QUERY_TOO_EXPENSIVE',
    name: '22,000 ids of in, in 20 lists',
    query: `query ($v: [ID!]) { ${times(20, (n) => `a${n}: inquiries(filter: { customerId: { in: $v } }) { nodes { id } }`)} }`,
    variables: { v: texts },
  },
  {
    name: 'a filter of 248 objects in 20 lists',
    query: `query ($v: CustomerFilter) { ${times(20, (n) => `a${n}: customers(filter: $v) { nodes { id } }`)} }`,
    variables: { v: { or: many(123, (n) => `c${n}`).map((city) => ({ city: { eq: city } })) } },
  },
  {
    code: 'QUERY_TOO_EXPENSIVE',
    name: 'a filter of 480 objects in 20 lists',
    query: `query ($v: CustomerFilter) { ${times(20, (n) => `a${n}: customers(filter: $v) { nodes { id } }`)} }`,
    variables: { v: { or: many(240, (n) => `c${n}`).map((city) => ({ city: { eq: city } })) } },
  },
  {
    name: 'a filter as deep as it may be, in 20 lists',
    query: `query ($v: CustomerFilter) { ${times(20, (n) => `a${n}: customers(filter: $v) { nodes { id } }`)} }`,
    variables: { v: JSON.parse(nested(8, '{"and":[', '{}', ']}')) as object },
  },
];

const documents: readonly HeavyRequest[] = [
  {
    name: '45 variables that decide 360 fields',
    query: `query (${times(45, (n) => `$v${n}: Boolean = true`)}) { customers { nodes { ${times(45, (n) => `... @include(if: $v${44 - n}) { id name email phone city notes tags version }`)} } } }`,
  },
  { code: 'QUERY_TOO_EXPENSIVE', name: 'a document that expands to many fields', query: doubling(0) },
  {
    code: 'FORBIDDEN',
    name: 'many denied fields',
    query: `mutation { ${times(20, (n) => `a${n}: createApiKey(input: { label: "x" }) { apiKey { createdBy { id } venues { id } secrets { id } } }`)} }`,
  },
  { code: 'QUERY_TOO_EXPENSIVE', name: 'a wide document', query: wide(0) },
];

export const heavyRequests: readonly HeavyRequest[] = [
  ...computed,
  ...explaining,
  ...lists,
  ...filters,
  ...documents,
];
