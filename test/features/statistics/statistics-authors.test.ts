// Answers are counted by who wrote them, whatever anybody is called: namesakes count right, and renaming or removing a
// customer, a user or a key changes no figure of the past.
import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import {
  bearer,
  openTestHouse,
  type Caller,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';
import { payloadOf, signedInCaller } from '../../support/keys.ts';

const minuteMs = 60_000;
const name = 'Sam Same';
type Writer = 'CUSTOMER' | 'API_KEY' | 'USER' | 'RESTRICTED';

describeEachEngine('Answers', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let owner: Caller;
  let venueId: string;
  let customerId: string;
  let userId: string;
  const keyIds: string[] = [];
  const callers = {} as Record<Writer, Caller>;

  const newKey = async (label: string, venueIds?: string[]): Promise<Caller> => {
    const document =
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret apiKey { id } userErrors { message } } }';
    const scopes = ['write:inquiries', 'read:inquiries', 'read:customers'];
    const { secret, apiKey } = payloadOf(await owner.send(document, { input: { label, scopes, venueIds } }));
    keyIds.push(apiKey.id as string);
    return { send: (query, variables) => house.send(bearer(secret as string), query, variables) };
  };

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    owner = signedInCaller(house, () => workspace.owner());
    venueId = await workspace.venue();
    customerId = await workspace.customer({ name, venueIds: [venueId] });
    const person = { email: 'sam@test.example', password: 'some long password' };
    const createUser =
      'mutation ($input: CreateUserInput!) { createUser(input: $input) { userId userErrors { message } } }';
    userId = payloadOf(await owner.send(createUser, { input: { ...person, name, role: 'MEMBER' } })).userId;
    const login = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
    callers.USER = signedInCaller(house, async () => {
      const { token } = payloadOf(await house.send({}, login, { input: person }));
      return { send: (query, variables) => house.send(bearer(token as string), query, variables) };
    });
    callers.API_KEY = await newKey(name);
    callers.RESTRICTED = await newKey('Chat of the salon', [venueId]);
    callers.CUSTOMER = callers.API_KEY;
  });
  afterAll(() => house.close());

  const figures = async () => {
    const document = `query ($from: DateTime!, $to: DateTime!) { statistics(from: $from, to: $to, bucket: DAY) {
      inquiries { created answered medianFirstReplySeconds byStatus { status count } } } }`;
    const range = { from: '2026-06-01T00:00:00Z', to: '2026-06-03T00:00:00Z' };
    return payloadOf(await owner.send(document, range)).inquiries;
  };
  const signatures = async () => {
    const document =
      '{ inquiries(first: 100) { nodes { replies(first: 100) { nodes { body author authorKind } } } } }';
    const { nodes } = payloadOf(await owner.send(document));
    type Shown = { body: string; author: string; authorKind: string };
    return (nodes as { replies: { nodes: Shown[] } }[])
      .flatMap(({ replies }) => replies.nodes)
      .map(({ body, author, authorKind }) => `${body}: ${authorKind} ${author}`)
      .sort();
  };

  /** Minutes after the inquiry at which each wrote; what follows from it is counted here, by who wrote. */
  const threads: (readonly [Writer, number])[][] = [
    [],
    [['CUSTOMER', 5]],
    [['API_KEY', 10]],
    [
      ['CUSTOMER', 5],
      ['USER', 30],
    ],
    [
      ['USER', 7],
      ['CUSTOMER', 8],
    ],
    [
      ['CUSTOMER', 1],
      ['RESTRICTED', 20],
      ['API_KEY', 25],
    ],
  ];

  async function write(thread: (typeof threads)[number]): Promise<void> {
    const create = `mutation ($input: CreateInquiryInput!) { createInquiry(input: $input) { inquiryId } }`;
    const input = { customerId, venueId, subject: 'S', body: 'B', channel: 'EMAIL' };
    const { inquiryId } = payloadOf(await callers.API_KEY.send(create, { input }));
    let minute = 0;
    for (const [writer, at] of thread) {
      house.clock.advance((at - minute) * minuteMs);
      minute = at;
      const mutation = writer === 'CUSTOMER' ? 'recordCustomerReply' : 'replyToInquiry';
      const reply = `mutation ($id: ID!, $body: String!) { ${mutation}(input: { inquiryId: $id, body: $body }) { replyId inquiry { status } userErrors { message } } }`;
      const payload = payloadOf(await callers[writer].send(reply, { id: inquiryId, body: writer }));
      expect(payload).toMatchObject({
        userErrors: [],
        inquiry: { status: writer === 'CUSTOMER' ? 'OPEN' : 'ANSWERED' },
      });
    }
  }

  it('equal a recount that knows who wrote what, before and after everybody was renamed or removed', async () => {
    for (const thread of threads) await write(thread);
    const waits = threads
      .flatMap((thread) => thread.find(([writer]) => writer !== 'CUSTOMER')?.[1] ?? [])
      .sort((x, y) => x - y);
    const last = (thread: (typeof threads)[number]) => thread.at(-1)?.[0] ?? 'CUSTOMER';
    const open = threads.filter((thread) => last(thread) === 'CUSTOMER').length;
    const expected = {
      created: threads.length,
      answered: waits.length,
      medianFirstReplySeconds: ((waits[1]! + waits[2]!) / 2) * 60,
      byStatus: [
        { status: 'OPEN', count: open },
        { status: 'WAITING', count: 0 },
        { status: 'ANSWERED', count: threads.length - open },
        { status: 'CLOSED', count: 0 },
      ],
    };
    expect(waits).toEqual([7, 10, 20, 30]);
    const signed = await signatures();
    expect(new Set(signed)).toEqual(
      new Set([
        ...[`CUSTOMER: CUSTOMER ${name}`, `API_KEY: API_KEY ${name}`, `USER: USER ${name}`],
        'RESTRICTED: API_KEY Chat of the salon',
      ]),
    );
    const isSame = async () => {
      expect(await figures()).toEqual(expected);
      expect(await signatures()).toEqual(signed);
    };
    await isSame();
    const renameCustomer =
      'mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { userErrors { message } } }';
    for (const other of ['Somebody Else', 'Chat of the salon', 'Staff', name]) {
      await owner.send(renameCustomer, { input: { id: customerId, name: other } });
      await isSame();
    }
    const renameKey =
      'mutation ($input: UpdateApiKeyInput!) { updateApiKey(input: $input) { userErrors { message } } }';
    for (const id of keyIds) await owner.send(renameKey, { input: { id, label: 'Customer' } });
    await house.app.database.write((tx) =>
      tx.execute(sql`UPDATE "users" SET "name" = 'Other' WHERE "id" = ${userId}`),
    );
    await isSame();
    for (const id of keyIds)
      await owner.send('mutation ($id: ID!) { deleteApiKey(id: $id) { userErrors { message } } }', { id });
    await owner.send('mutation ($id: ID!) { removeUser(id: $id) { userErrors { message } } }', {
      id: userId,
    });
    await isSame();
  });

  it('tell no customer name to a key that may not see it', async () => {
    const writer = await workspace.key('write:inquiries', 'read:inquiries');
    const document = `mutation ($id: ID!) { recordCustomerReply(input: { inquiryId: $id, body: "B" }) { reply { author authorKind } userErrors { code } } }`;
    const { nodes } = payloadOf(await writer.send('{ inquiries(first: 1) { nodes { id } } }'));
    expect(payloadOf(await writer.send(document, { id: nodes[0].id }))).toEqual({
      reply: { author: 'Customer', authorKind: 'CUSTOMER' },
      userErrors: [],
    });
  });

  it('of the customer open a closed inquiry again, so that no message is lost', async () => {
    const { nodes } = payloadOf(await owner.send('{ inquiries(first: 1) { nodes { id } } }'));
    const { id } = nodes[0] as { id: string };
    const close =
      'mutation ($id: ID!) { updateInquiryStatus(input: { id: $id, status: CLOSED }) { inquiry { version } } }';
    const { inquiry } = payloadOf(await owner.send(close, { id }));
    const record = `mutation ($id: ID!) { recordCustomerReply(input: { inquiryId: $id, body: "One more" }) { inquiry { status version } userErrors { code field } } }`;
    const version = (inquiry.version as number) + 1;
    expect(payloadOf(await owner.send(record, { id }))).toEqual({
      inquiry: { status: 'OPEN', version },
      userErrors: [],
    });
    const foreign = await (await house.workspace()).key('write:inquiries', 'read:inquiries');
    expect(payloadOf(await foreign.send(record, { id })).userErrors).toEqual([
      { code: 'NOT_FOUND', field: ['input', 'inquiryId'] },
    ]);
    expect((await (await workspace.key('read:inquiries')).send(record, { id })).status).toBe(403);
  });
});
