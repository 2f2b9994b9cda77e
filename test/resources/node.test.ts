// node(id): every type by its id alone, and nothing by any other.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../support/engines.ts';
import {
  openTestHouse,
  type Caller,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../support/house.ts';

const node = `query ($id: ID!) { node(id: $id) { __typename id
  ... on Customer { name } ... on Inquiry { subject status } ... on Reply { body inquiry { id } }
  ... on FollowUp { note done: status } ... on Venue { name timezone } } }`;
const typeNames: Record<string, string> = {
  ...{ cus: 'Customer', inq: 'Inquiry', rep: 'Reply', fup: 'FollowUp', ven: 'Venue' },
};
const readScope: Record<string, string> = {
  ...{ cus: 'read:customers', inq: 'read:inquiries', rep: 'read:inquiries' },
  ...{ fup: 'read:followups', ven: 'read:venues' },
};
const prefixes = Object.keys(typeNames);
const reads = [...new Set(Object.values(readScope))];
const unknown = (prefix: string) => `${prefix}_00000000000000000000000000`;

/** One row of each type. */
async function oneOfEach(workspace: TestWorkspace): Promise<Record<string, string>> {
  const key = await workspace.key('write:customers', 'write:inquiries', 'write:followups', 'write:venues');
  const write = async (mutation: string, id: string, input: object) => {
    const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!`;
    const query = `mutation ($input: ${type}) { ${mutation}(input: $input) { ${id} } }`;
    return (await key.send(query, { input })).data[mutation][id] as string;
  };
  const ven = await workspace.venue('North');
  const cus = await workspace.customer({ name: 'Anna', venueIds: [ven] });
  const about = { customerId: cus, venueId: ven };
  const inquiry = { ...about, subject: 'S', body: 'B', channel: 'WEB' };
  const inq = await write('createInquiry', 'inquiryId', inquiry);
  const rep = await write('replyToInquiry', 'replyId', { inquiryId: inq, body: 'R' });
  const fup = await write('createFollowUp', 'followUpId', {
    ...about,
    note: 'N',
    dueAt: '2026-07-01T09:00:00Z',
  });
  return { ven, cus, inq, rep, fup };
}

describeEachEngine('node(id)', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let key: KeyCaller;
  let ids: Record<string, string>;
  let foreign: Record<string, string>;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    key = await workspace.key(...reads);
    ids = await oneOfEach(workspace);
    foreign = await oneOfEach(await house.workspace());
  });
  afterAll(() => house.close());

  const ask = async (id: string, caller: Caller = key, query = node) => caller.send(query, { id });
  const nothing = { status: 200, data: { node: null }, errors: undefined };

  it.each([
    ['cus', { name: 'Anna' }],
    ['inq', { subject: 'S', status: 'ANSWERED' }],
    ['rep', { body: 'R' }],
    ['fup', { note: 'N', done: 'OPEN' }],
    ['ven', { name: 'North', timezone: 'Europe/Berlin' }],
  ])('finds %s', async (prefix, fields) => {
    const { data, errors } = await ask(ids[prefix]!);
    expect(errors).toBeUndefined();
    const more = prefix === 'rep' ? { inquiry: { id: ids['inq'] } } : {};
    expect(data.node).toEqual({ __typename: typeNames[prefix], id: ids[prefix], ...fields, ...more });
  });

  it.each(prefixes)(
    "answers another workspace's %s, one of another venue and an unknown one alike",
    async (prefix) => {
      const answer = await ask(unknown(prefix));
      expect(answer).toMatchObject(nothing);
      expect((await ask(foreign[prefix]!)).text).toBe(answer.text);
      const restricted = await workspace.venueKey([await workspace.venue()], ...reads);
      expect((await ask(ids[prefix]!, restricted)).text).toBe(answer.text);
      const allowed = await workspace.venueKey([ids['ven']!], ...reads);
      expect((await ask(ids[prefix]!, allowed)).data.node.id).toBe(ids[prefix]);
    },
  );

  it.each([
    '',
    'x',
    'cus',
    'cus_',
    '_',
    'CUS_0',
    'zzz_00000000000000000000000000',
    'wks_1',
    'cus_\u0000',
    'cus_1; --',
    'é'.repeat(200),
  ])('answers null to %j', async (id) => expect(await ask(id)).toMatchObject(nothing));

  it.each([['wks'], ['key'], ['usr']])('never shows a %s to a key', async (prefix) => {
    const id = prefix === 'wks' ? workspace.workspaceId : prefix === 'key' ? key.apiKeyId : unknown('usr');
    const { data, text } = await ask(id, key, 'query ($id: ID!) { node(id: $id) { id } }');
    expect(data?.node ?? null).toBeNull();
    expect(text).not.toContain(id);
  });

  it.each(prefixes)('needs the scope of the type of %s, whether the row exists or not', async (prefix) => {
    const scope = readScope[prefix]!;
    const lacking = await workspace.key(...reads.filter((name) => name !== scope));
    for (const query of [
      node,
      'query ($id: ID!) { node(id: $id) { id } }',
      'query ($id: ID!) { node(id: $id) { __typename } }',
    ]) {
      const tried = async (id: string) => {
        const { status, data, errors } = await ask(id, lacking, query);
        return {
          status,
          data,
          errors: errors?.map(({ message, path, extensions: { requestId, ...rest } }) => ({
            message,
            path,
            ...rest,
            id: typeof requestId,
          })),
        };
      };
      const answer = await tried(ids[prefix]!);
      expect(answer).toEqual(await tried(unknown(prefix)));
      expect(answer.data?.node?.__typename ?? null).toBeNull();
      expect(answer.errors?.[0]).toMatchObject({ code: 'FORBIDDEN', missing: [scope] });
    }
  });

  it('reads several nodes of different types at once, each with its own selection', async () => {
    const { data } = await key.send(
      `query ($a: ID!, $b: ID!) { a: node(id: $a) { ...N } b: node(id: $b) { ...N } c: node(id: $a) { id } }
       fragment N on Node { id ... on Customer { name inquiries { totalCount } } ... on Venue { city customers { nodes { name } } } }`,
      { a: ids['cus'], b: ids['ven'] },
    );
    expect(data).toEqual({
      a: { id: ids['cus'], name: 'Anna', inquiries: { totalCount: 1 } },
      b: { id: ids['ven'], city: null, customers: { nodes: [{ name: 'Anna' }] } },
      c: { id: ids['cus'] },
    });
  });
});
