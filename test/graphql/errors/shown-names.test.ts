// Where the schema is a secret, nothing that a key is told names a type, field, argument, input field or enum value that is
// neither in its own view nor in what it sent: denials, faults of documents and of variables, access checks, scopes.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestHouse, type KeyCaller, type TestHouse } from '../../support/house.ts';
import { namesOf } from '../../support/schema-names.ts';

/** Documents of a caller that may read customers and no more, most with a fault in what is hidden from it. */
const documents: readonly string[] = [
  'mutation { createInquiry { inquiryId } }',
  'mutation { createInquiry(input: {}) { inquiryId } }',
  'mutation { createInquiry(input: { customerId: 1 }) { nothing } }',
  'mutation { createInquiry(input: { channel: FAX }) { inquiryId } }',
  'mutation { createInquiry(input: 1) { inquiryId } }',
  'mutation { createVenue(input: { openingHours: [{ weekday: FUNDAY }] }) { venueId } }',
  'mutation { createCustomer(input: {}) { customerId } }',
  'mutation { updateCustomer(input: { name: 1 }) { customerId } }',
  '{ inquiries }',
  '{ inquiries { nodes } }',
  '{ inquiries { nodes { nothing } } }',
  '{ inquiries { nothing } }',
  '{ inquiries(filter: { status: { eq: NOTHING } }) { totalCount } }',
  '{ inquiries(filter: { nothing: 1 }) { totalCount } }',
  '{ inquiries(filter: 1) { totalCount } }',
  '{ inquiries(orderBy: {}) { totalCount } }',
  '{ inquiries(orderBy: { field: NOTHING }) { totalCount } }',
  '{ inquiries(nothing: 1) { totalCount } }',
  '{ customers { nodes { inquiries { nothing } } } }',
  '{ customers { nodes { inquiries { nodes { replies { nothing } } } } } }',
  '{ customers { nodes { venues } } }',
  '{ customers { nodes { bookings { nodes { treatment { nothing } } } } } }',
  '{ node(id: "inq_1") { ... on Inquiry { nothing } } }',
  '{ node(id: "inq_1") { ... on Inquiry { customer } } }',
  '{ a: inquiries { totalCount } a: customers { totalCount } }',
  '{ customers { nodes { a: inquiries { totalCount } a: venues { totalCount } } } }',
  '{ apiKeys { nodes { secrets } } }',
  '{ apiKeys { nodes { nothing } } }',
  '{ users(filter: { email: {} }) { nodes { role { nothing } } } }',
  '{ statistics(from: "x") { inquiries { nothing } } }',
  '{ statistics { bookings } }',
  '{ availability { nothing } }',
  '{ accessCheck(document: "{ viewer { id } }", apiKeyId: 1.5) { allowed } }',
  'query ($f: InquiryFilter) { inquiries(filter: $f) { nothing } }',
  'query ($f: String) { inquiries(filter: $f) { totalCount } }',
  'query ($f: Nothing) { inquiries(filter: $f) { totalCount } }',
  'mutation ($i: CreateInquiryInput!) { createInquiry(input: $i) { nothing } }',
];

/** Valid, so that they come as far as the decision or the variables. */
const allowedAsDocuments: readonly { query: string; variables?: Record<string, unknown> }[] = [
  { query: '{ inquiries { nodes { replies { nodes { body } } } } }' },
  {
    query:
      '{ customers { nodes { name inquiries { nodes { venue { treatments { nodes { priceCents } } } } } } } }',
  },
  { query: '{ node(id: "inq_1") { ... on Inquiry { subject } } }' },
  { query: '{ apiKeys { nodes { secrets { status } } } }' },
  {
    query: 'query ($f: InquiryFilter) { inquiries(filter: $f) { totalCount } }',
    variables: { f: { status: { eq: 'X' } } },
  },
  {
    query: 'query ($f: InquiryFilter) { customers { totalCount } inquiries(filter: $f) { totalCount } }',
    variables: { f: { x: 1 } },
  },
  { query: 'query ($f: InquiryFilter!) { inquiries(filter: $f) { totalCount } }', variables: {} },
  {
    query: 'query ($o: InquiryOrderBy) { customers { totalCount } inquiries(orderBy: $o) { totalCount } }',
    variables: { o: {} },
  },
  {
    query: 'mutation ($i: CreateInquiryInput!) { createInquiry(input: $i) { inquiryId } }',
    variables: { i: {} },
  },
  {
    query: 'mutation ($i: CreateInquiryInput!) { createInquiry(input: $i) { inquiryId } }',
    variables: { i: { channel: 'FAX' } },
  },
  {
    query: 'mutation ($i: [CreateCustomerInput!]!) { createCustomers(input: $i) { customerIds } }',
    variables: { i: [{}] },
  },
  {
    query: 'mutation ($i: CreateVenueInput!) { createVenue(input: $i) { venueId } }',
    variables: { i: { name: 1 } },
  },
];

const isName = (word: string) => /[A-Z]/.test(word);

describe.each(['keys', 'off'])('INTROSPECTION=%s', (introspection) => {
  let house: TestHouse;
  let key: KeyCaller;
  let hidden: Set<string>;
  beforeAll(async () => {
    house = await openTestHouse('sqlite', { env: { INTROSPECTION: introspection } });
    const workspace = await house.workspace();
    key = await workspace.key('read:customers');
    const shown = await openShown();
    hidden = new Set([...namesOf(house.app.schema.schema)].filter((name) => !shown.has(name)));
  });
  afterAll(() => house.close());

  /** The names of the key's own view, as the SDL that INTROSPECTION=keys shows it. */
  async function openShown(): Promise<Set<string>> {
    const other = await openTestHouse('sqlite', { env: { INTROSPECTION: 'keys' }, sharing: house });
    const headers = { authorization: `Bearer ${key.secret}` };
    const { body } = await other.app.http.inject({ url: '/schema.graphql', headers });
    await other.close();
    return new Set(body.match(/\w+/g));
  }

  /** Hidden names in an answer that were not in what was sent. */
  function toldBy(text: string, sent: string): string[] {
    // What each error has beside its message.
    const known = new Set([...(sent.match(/\w+/g) ?? []), 'requestId', 'requiredScopes', 'expiresAt']);
    const words = new Set(text.match(/\w+/g));
    const ours =
      /^(BAD_USER_INPUT|FORBIDDEN|GRAPHQL_VALIDATION_FAILED|INSUFFICIENT_SCOPE|ADMIN_ONLY|UNAUTHENTICATED)$/;
    return [...words].filter(
      (word) => hidden.has(word) && !known.has(word) && isName(word) && !ours.test(word),
    );
  }

  it.each(documents)('a fault of %s', async (query) => {
    const { status, text, errors } = await key.send(query);
    expect(errors?.length).toBeGreaterThan(0);
    expect([status, toldBy(text, query)]).toEqual([400, []]);
  });

  it.each(allowedAsDocuments)(
    'a denial or a fault of $query with $variables',
    async ({ query, variables = {} }) => {
      const { text, errors } = await key.send(query, variables);
      expect(errors?.length).toBeGreaterThan(0);
      expect(toldBy(text, query + JSON.stringify(variables))).toEqual([]);
    },
  );

  it.each([...documents, ...allowedAsDocuments.map(({ query }) => query)])(
    'an access check of %s',
    async (document) => {
      const check = `query ($d: String!) { accessCheck(document: $d) { allowed missingScopes fields { coordinate path requiredScopes allowed } }
      suggestScopes(documents: [$d]) { scopes } }`;
      const { text } = await key.send(check, { d: document });
      expect(toldBy(text, document + check)).toEqual([]);
    },
  );

  it('the scopes and what they open', async () => {
    const query = '{ scopes { name grants } }';
    const { data, text } = await key.send(query);
    expect(toldBy(text, query)).toEqual([]);
    const grantsOf = (name: string) =>
      (data.scopes as { name: string; grants: string[] }[]).find((scope) => scope.name === name)!.grants;
    expect(grantsOf('read:customers')).toEqual(expect.arrayContaining(['Customer', 'Query.customers']));
    expect(grantsOf('write:inquiries')).toEqual([]);
    const owner = await (await house.workspace()).owner();
    expect(JSON.stringify((await owner.send(query)).data)).toContain('Mutation.createInquiry');
  });

  it('the fault of a document inside an access check, beside the other errors of the answer', async () => {
    const check =
      'query ($d: String!) { a: accessCheck(document: $d) { allowed } customers { nodes { name inquiries { totalCount } } } }';
    const { status, data, errors } = await key.send(check, { d: '{ customers { nodes { nam } } }' });
    expect([status, data]).toEqual([200, { a: null, customers: { nodes: [] } }]);
    const told = errors!.map(({ path, message }) => [path?.join('.'), message]);
    expect(told).toContainEqual([
      'a',
      expect.stringContaining('Cannot query field "nam" on type "Customer"'),
    ]);
    expect(told).toContainEqual(['customers.nodes.@.inquiries', expect.stringContaining('read:inquiries')]);
    expect(told).toHaveLength(2);
    const alone = await key.send('{ suggestScopes(documents: ["{ nothing }"]) { scopes } }');
    expect(alone.errors).toMatchObject([
      {
        path: ['suggestScopes'],
        message: expect.stringContaining('Cannot query field "nothing" on type "Query"'),
      },
    ]);
  });

  it('what is wrong in its own part is told as ever', async () => {
    const told = async (query: string, variables = {}) =>
      (await key.send(query, variables)).errors![0]!.message;
    expect(await told('{ customers { nodes { nothing } } }')).toContain(
      'Cannot query field "nothing" on type "Customer"',
    );
    expect(await told('{ customers(filter: { name: 1 }) { totalCount } }')).toContain('StringFilter');
    const filter = 'query ($f: CustomerFilter) { customers(filter: $f) { totalCount } }';
    expect(await told(filter, { f: { name: { eq: 1 } } })).toContain(
      'String cannot represent a non string value',
    );
  });
});
