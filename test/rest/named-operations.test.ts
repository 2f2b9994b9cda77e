// /api/v1/operations/{name}: an operation that a workspace stores, run as an endpoint. The same data as by GraphQL, variables
// and data under the names of its document, and errors as every endpoint tells them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeEachEngine } from '../support/engines.ts';
import { openTestHouse, type KeyCaller, type TestHouse, type TestWorkspace } from '../support/house.ts';
import { keyAdmin, type KeyAdmin } from '../support/keys.ts';
import { operationsOf, type Operations } from '../features/operations/support.ts';
import { restOf, type Rest } from './support/rest.ts';

const find = `query Find($search: String, $first: Int! = 5, $ids: [ID!], $filter: CustomerFilter! = {}, $withVenues: Boolean = false) {
  customers(first: $first, search: $search, filter: { and: [{ id: { in: $ids } }, $filter] }) {
    totalCount nodes { id givenName: name venues @include(if: $withVenues) { nodes { name } } }
  }
}`;
const make = `mutation Make($input: CreateCustomerInput!) {
  createCustomer(input: $input) { customerId userErrors { code field } }
}`;

describeEachEngine('REST: an operation of the workspace', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let admin: KeyAdmin;
  let operations: Operations;
  let key: KeyCaller;
  let rest: Rest;
  let ada: string;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    admin = keyAdmin(house, workspace);
    operations = operationsOf(admin);
    ids['find'] = await operations.keep('find', find);
    ids['make'] = await operations.keep('make', make);
    ids['needy'] = await operations.keep(
      'needy',
      'query ($id: ID!) { customer(id: $id) { name } venues { totalCount } }',
    );
    ada = await workspace.customer({ name: 'Ada Byron' });
    await workspace.customer({ name: 'Grace Hopper' });
    key = await workspace.key('read:customers', 'write:customers');
    rest = restOf(house.app, key.secret);
  });
  afterAll(() => house.close());

  it.each([
    ['nothing', '', {}],
    ['a text and a number', '?search=ada&first=1', { search: 'ada', first: 1 }],
    ['a text with signs', '?search=Ada+Byron%26', { search: 'Ada Byron&' }],
    ['a text with a question mark', '?search=Ada+Byron?x', { search: 'Ada Byron?x' }],
    ['an empty text, as a form sends it', '?search=', {}],
  ])('answers GET with %s as GraphQL does', async (_what, query, variables) => {
    const { status, body } = await rest('GET', `/operations/find${query}`);
    const { data } = await key.send(find, variables);
    expect([status, body]).toEqual([200, { success: true, data }]);
  });

  it('takes lists, booleans, and an object as JSON', async () => {
    const list = await rest('GET', `/operations/find?ids=${ada},cus_x`);
    expect(list.body.data.customers.nodes).toEqual([{ id: ada, givenName: 'Ada Byron' }]);
    const venues = await rest('GET', `/operations/find?ids=${ada}&ids=cus_y&withVenues=true`);
    expect(venues.body.error).toBe('Insufficient scope');
    const filter = encodeURIComponent(JSON.stringify({ name: { startsWith: 'grace' } }));
    const filtered = await rest('GET', `/operations/find?filter=${filter}`);
    expect(filtered.body.data.customers.totalCount).toBe(1);
  });

  it('answers POST of the same variables alike, at the short path too, with a slash at its end, and HEAD without a body', async () => {
    const variables = { search: 'grace', filter: { name: { startsWith: 'grace' } } };
    const { data } = await key.send(find, variables);
    for (const path of ['/operations/find', '/operations/find/', '/operations/%66ind'])
      expect((await rest('POST', path, { body: variables })).body).toEqual({ success: true, data });
    expect((await rest('POST', '/v1/operations/find', { body: variables })).body).toEqual({
      success: true,
      data,
    });
    expect((await rest('POST', '/operations/find')).body.data.customers.totalCount).toBe(2);
    const head = await rest('HEAD', '/operations/find');
    expect([head.status, head.text]).toEqual([200, '']);
  });

  it('changes something by POST alone, once for each Idempotency-Key, and answers what the document answers', async () => {
    const body = { input: { name: 'Once', venueIds: [] } };
    const headers = { 'idempotency-key': 'rest-named' };
    const [first, again] = [
      await rest('POST', '/operations/make', { body, headers }),
      await rest('POST', '/operations/make', { body, headers }),
    ];
    expect(first).toMatchObject({ status: 200, body: { success: true } });
    expect(again.body).toEqual(first.body);
    const other = await rest('POST', '/operations/make', { body: { input: { name: 'Twice' } }, headers });
    expect([other.status, other.body.code]).toEqual([422, 'IDEMPOTENCY_MISMATCH']);
    const bad = await rest('POST', '/operations/make', { body: { input: { name: ' ' } } });
    expect(bad.body.data.createCustomer.userErrors).toEqual([{ code: 'REQUIRED', field: ['input', 'name'] }]);
    expect([bad.status, bad.body.code, bad.body.error]).toEqual([400, 'BAD_USER_INPUT', 'Bad request']);
    expect(bad.body.fields).toMatchObject([{ field: 'input.name', code: 'REQUIRED' }]);
    const get = await rest('GET', `/operations/make?input=${encodeURIComponent('{"name":"By GET"}')}`);
    expect([get.status, get.headers['allow']]).toEqual([405, 'POST']);
    const total = await rest('GET', `/operations/find?search=${encodeURIComponent('By GET')}`);
    expect(total.body.data.customers.totalCount).toBe(0);
  });

  it.each([
    ['an unknown parameter', 'GET', '?serch=a', undefined, ['serch', 'UNKNOWN']],
    ['a number that is none', 'GET', '?first=five', undefined, ['first', 'INVALID']],
    ['a text twice', 'GET', '?search=a&search=b', undefined, ['search', 'INVALID']],
    ['an object that is no JSON', 'GET', '?filter=name', undefined, ['filter', 'INVALID']],
    ['an unknown field', 'POST', '', { serch: 'a' }, ['serch', 'UNKNOWN']],
    ['a variable in the address of a POST', 'POST', '?first=1', {}, ['first', 'UNKNOWN']],
    ['the same without a body', 'POST', '?first=1', undefined, ['first', 'UNKNOWN']],
    ['an empty one', 'POST', '?first=', { first: 1 }, ['first', 'UNKNOWN']],
    ['a wrong type', 'POST', '', { search: 7 }, ['search', 'INVALID']],
    ['null where it may not be', 'POST', '', { first: null }, ['first', 'REQUIRED']],
    [
      'an unknown field of an object',
      'POST',
      '',
      { filter: { shoeSize: {} } },
      ['filter.shoeSize', 'UNKNOWN'],
    ],
    ['a list for an object', 'POST', '', [], ['', 'INVALID']],
  ] as const)('refuses %s by its name', async (_what, method, query, body, [field, code]) => {
    const answer = await rest(method, `/operations/find${query}`, body === undefined ? {} : { body });
    expect([answer.status, answer.body.code]).toEqual([400, 'BAD_USER_INPUT']);
    expect(answer.body.fields).toEqual([{ field, code, message: expect.any(String) as string }]);
    expect(answer.text).not.toContain('$');
  });

  it('refuses a mutation whose values were refused by the worst of them, with its data beside', async () => {
    ids['two'] = await operations.keep(
      'two',
      `mutation Two($a: CreateCustomerInput!, $b: CreateCustomerInput!) {
        a: createCustomer(input: $a) { customerId userErrors { code field message } }
        b: createCustomer(input: $b) { customerId userErrors { field } }
      }`,
    );
    const [none, far, good] = [{ name: ' ' }, { name: 'Far', venueIds: ['ven_x'] }, { name: 'Good' }];
    const send = async (a: object, b: object) => {
      const { status, body } = await rest('POST', '/operations/two', { body: { a, b } });
      return [status, body.code, body.fields?.map((each: { field: string }) => each.field)];
    };
    expect(await send(far, none)).toEqual([400, 'BAD_USER_INPUT', ['input.venueIds.0', 'input.name']]);
    expect(await send(far, good)).toEqual([404, 'NOT_FOUND', ['input.venueIds.0']]);
    // Nothing is selected of it but where it is.
    expect(await send(good, none)).toEqual([400, 'BAD_USER_INPUT', ['input.name']]);
    // Its document may give their members any name.
    await operations.keep(
      'swapped',
      'mutation ($a: CreateCustomerInput!) { createCustomer(input: $a) { userErrors { code: message field: code } } }',
    );
    const swapped = await rest('POST', '/operations/swapped', { body: { a: none } });
    expect([swapped.status, swapped.body.fields]).toEqual([
      400,
      [{ field: '', code: 'INVALID', message: 'A value was refused.' }],
    ]);
    const half = await rest('POST', '/operations/two', { body: { a: good, b: none } });
    expect(half.body.data.a.customerId).toMatch(/^cus_/);
    const problem = await rest('POST', '/operations/two', {
      body: { a: good, b: none },
      headers: { accept: 'application/problem+json' },
    });
    expect(problem.body).toMatchObject({
      status: 400,
      title: 'Bad request',
      data: { b: { customerId: null } },
    });
  });

  it('loses no part of the address, and takes no name of an object twice', async () => {
    const address = await rest('GET', '/operations/find?search=QQ?cd&extra=1');
    expect([address.status, address.body.fields]).toMatchObject([400, [{ field: 'extra', code: 'UNKNOWN' }]]);
    const twice = encodeURIComponent('{"name":{"startsWith":"ada"},"name":{"startsWith":"grace"}}');
    const { status, body } = await rest('GET', `/operations/find?filter=${twice}`);
    expect([status, body.fields]).toEqual([
      ...[400, [{ field: 'filter', code: 'INVALID', message: '"filter" has "name" twice.' }]],
    ]);
  });

  it('tells no more faults than are read, and looks at no list that is too long', async () => {
    const many = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`n${index}`, 1]));
    for (const body of [many, { filter: many }, { ids: ['x'], ...many }])
      expect((await rest('POST', '/operations/find', { body })).body.fields).toHaveLength(20);
    const long = Array.from({ length: 501 }, () => ({}));
    const { body } = await rest('POST', '/operations/find', { body: { filter: { and: long } } });
    expect(body.fields).toEqual([
      {
        ...{ field: 'filter.and', code: 'INVALID' },
        message: '"filter.and" has 501 items; it takes at most 500.',
      },
    ]);
  });

  it('names what is missing', async () => {
    const { status, body } = await rest('GET', '/operations/needy');
    expect([status, body.fields]).toEqual([
      400,
      [{ field: 'id', code: 'REQUIRED', message: '"id" is required.' }],
    ]);
  });

  it('refuses values that are too deep, and pages that are too long', async () => {
    const deep = `${'{"and":['.repeat(5_000)}${']}'.repeat(5_000)}`;
    const posted = await rest('POST', '/operations/find', { raw: `{"filter":${deep}}` });
    expect([posted.status, posted.body.code]).toEqual([400, 'QUERY_TOO_EXPENSIVE']);
    const short = `${'{"and":['.repeat(30)}${']}'.repeat(30)}`;
    const got = await rest('GET', `/operations/find?filter=${encodeURIComponent(short)}`);
    expect([got.status, got.body.code]).toEqual([400, 'QUERY_TOO_EXPENSIVE']);
    const long = await rest('GET', '/operations/find?first=101');
    expect([long.status, long.body.code]).toEqual([400, 'QUERY_TOO_EXPENSIVE']);
  });

  it('is refused as a whole when anything of it is denied, and says what is missing', async () => {
    const { status, body } = await rest('GET', `/operations/needy?id=${ada}`);
    expect([status, body]).toMatchObject([
      403,
      { error: 'Insufficient scope', missing: ['read:venues'], code: 'FORBIDDEN' },
    ]);
    expect(body).not.toHaveProperty('data');
  });

  it('needs a credential, a name that is there, and a method that it takes', async () => {
    expect((await restOf(house.app, null)('GET', '/operations/find')).body).toMatchObject({
      error: 'Invalid or revoked API key',
    });
    for (const name of ['nothing', 'Find', 'find%20', 'find%2Fx']) {
      const { status, body } = await rest('GET', `/operations/${name}`);
      expect([name, status, body.code]).toEqual([name, 404, 'NOT_FOUND']);
    }
    expect((await rest('GET', '/operations/%E4')).status).toBe(400);
    for (const path of ['/operations', '/operations/', '/operations/find/more'])
      expect([path, (await rest('GET', path)).status]).toEqual([path, 404]);
    for (const method of ['PUT', 'PATCH', 'DELETE'] as const) {
      const { status, headers } = await rest(method, '/operations/find', { body: {} });
      expect([method, status, headers['allow']]).toEqual([method, 405, 'GET, HEAD, POST']);
    }
    const form = await rest('POST', '/operations/find', {
      raw: 'first=1',
      headers: { 'content-type': 'text/plain' },
    });
    expect(form.status).toBe(415);
    const page = await rest('GET', '/operations/find', { headers: { accept: 'text/html' } });
    expect(page.status).toBe(406);
    const problem = await rest('GET', '/operations/nothing', {
      headers: { accept: 'application/problem+json' },
    });
    expect(problem.body).toMatchObject({ status: 404, title: 'Not found' });
  });

  describe('and a pinned key', () => {
    it('gets its own and nothing else, at no endpoint of the product either', async () => {
      const pinned = await operations.pinnedKey([ids['find']!], { preset: 'FULL_ACCESS' });
      const own = restOf(house.app, pinned.secret);
      expect((await own('GET', '/operations/find')).status).toBe(200);
      expect((await own('POST', '/operations/find', { body: { first: 1 } })).status).toBe(200);
      const others = [
        ...[
          '/operations/make',
          '/operations/nothing',
          '/customers',
          `/customers/${ada}`,
          '/me',
          '/scopes',
          '/venues',
        ],
        ...['/inquiries', '/followups', '/api-keys', '/statistics?from=2026-01-01T00:00:00Z'],
      ];
      for (const path of others) {
        const { status, body } = await own('GET', path);
        expect([path, status, body.reason, 'data' in body]).toEqual([path, 403, 'KEY_PINNED', false]);
      }
      const write = await own('POST', '/customers', { body: { name: 'Planted' } });
      expect([write.status, write.body.reason]).toEqual([403, 'KEY_PINNED']);
      await operations.delete(ids['find']!);
      expect((await own('GET', '/operations/find')).status).toBe(403);
      expect((await rest('GET', '/operations/find')).status).toBe(404);
    });
  });
});
