// The inquiry mutations: what they write, what they refuse, and whose rows they cannot reach.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import {
  bearer,
  openTestHouse,
  type KeyCaller,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';

const shown = `id subject body channel status version createdAt updatedAt customer { id } venue { id }
  replies { nodes { id body author createdAt } }`;
const errors = 'userErrors { code field message }';
const create = `mutation ($input: CreateInquiryInput!) {
  createInquiry(input: $input) { inquiryId inquiry { ${shown} } ${errors} } }`;
const reply = `mutation ($input: ReplyToInquiryInput!) {
  replyToInquiry(input: $input) { replyId reply { id body } inquiry { ${shown} } ${errors} } }`;
const update = `mutation ($input: UpdateInquiryStatusInput!) {
  updateInquiryStatus(input: $input) { inquiryId inquiry { ${shown} } ${errors} } }`;
const read = `query ($id: ID!) { inquiry(id: $id) { ${shown} } }`;
const count = '{ inquiries { totalCount } }';
const unknown = (prefix: string) => `${prefix}_00000000000000000000000000`;
const text = { subject: 'Opening hours?', body: 'When do you open?', channel: 'EMAIL' };
const scopes = ['read:inquiries', 'write:inquiries', 'read:customers', 'read:venues'] as const;

describeEachEngine('Inquiries', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let other: TestWorkspace;
  let key: KeyCaller;
  let customerId: string;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    [workspace, other] = [await house.workspace(), await house.workspace()];
    key = await workspace.key(...scopes);
    customerId = await workspace.customer();
  });
  afterAll(() => house.close());

  const total = async () => (await key.send(count)).data.inquiries.totalCount as number;
  const readBack = async (id: string, caller = key) => (await caller.send(read, { id })).data.inquiry;
  const make = async (input: object = {}, caller = key) => {
    const { data } = await caller.send(create, { input: { customerId, ...text, ...input } });
    return data.createInquiry.inquiryId as string;
  };
  const refusal = async (caller: KeyCaller, document: string, input: object) => {
    const { status, data } = await caller.send(document, { input });
    const [{ userErrors, ...rest }] = Object.values(data as object) as [Record<string, unknown>];
    expect(status).toBe(200);
    expect(Object.values(rest!).every((value) => value === null)).toBe(true);
    return userErrors;
  };
  const answerTo = async (caller: KeyCaller, document: string, input: object, tried: string) =>
    (await caller.send(document, { input })).text.replaceAll(tried, '<id>');
  /** Each mutation with one of its ids left to the caller, and the field where a fault of it is named. */
  const attempts = [
    ['createInquiry.customerId', create, 'cus', (id: string) => ({ ...text, customerId: id })],
    ['replyToInquiry.inquiryId', reply, 'inq', (id: string) => ({ inquiryId: id, body: 'Stolen' })],
    ['updateInquiryStatus.id', update, 'inq', (id: string) => ({ id, status: 'CLOSED' })],
  ] as const;

  it('creates an inquiry, linked to its customer and venue, and reads back the same', async () => {
    const venueId = await workspace.venue();
    const input = { customerId, venueId, ...text, subject: ' Hours? ' };
    const answer = await key.send(create, { input });
    const { inquiryId, inquiry, userErrors } = answer.data.createInquiry;
    const now = new Date(house.clock.nowMs()).toISOString();
    expect(answer.errors).toBeUndefined();
    expect(userErrors).toEqual([]);
    expect(inquiry).toEqual({
      ...{
        ...text,
        id: inquiryId,
        subject: 'Hours?',
        status: 'OPEN',
        version: 1,
        createdAt: now,
        updatedAt: now,
      },
      ...{ customer: { id: customerId }, venue: { id: venueId }, replies: { nodes: [] } },
    });
    expect(await readBack(inquiryId)).toEqual(inquiry);
  });

  it('links the customer to the venue of its inquiry, once', async () => {
    const [venueId, customer] = [await workspace.venue(), await workspace.customer()];
    await make({ customerId: customer, venueId });
    await make({ customerId: customer, venueId });
    const { data } = await key.send(
      'query ($id: ID!) { customer(id: $id) { version venues { totalCount nodes { id } } } }',
      { id: customer },
    );
    expect(data.customer).toEqual({ version: 2, venues: { totalCount: 1, nodes: [{ id: venueId }] } });
    expect((await readBack(await make())).venue).toBeNull();
  });

  it('lets a key that may only write get the ids and read nothing', async () => {
    const writer = await workspace.key('write:inquiries');
    const ingest = `mutation ($input: CreateInquiryInput!) { createInquiry(input: $input) { inquiryId ${errors} } }`;
    const { status, data } = await writer.send(ingest, { input: { customerId, ...text } });
    expect(status).toBe(200);
    expect(data.createInquiry).toEqual({ inquiryId: expect.stringMatching(/^inq_/), userErrors: [] });
    const { inquiryId } = data.createInquiry;
    const withoutRow = (document: string) =>
      document.replace(`inquiry { ${shown} }`, '').replace('reply { id body }', '');
    const replied = await writer.send(withoutRow(reply), { input: { inquiryId, body: 'R' } });
    expect(replied.data.replyToInquiry).toEqual({ replyId: expect.stringMatching(/^rep_/), userErrors: [] });
    const closed = await writer.send(withoutRow(update), { input: { id: inquiryId, status: 'CLOSED' } });
    expect(closed.data.updateInquiryStatus).toEqual({ inquiryId, userErrors: [] });
    const before = await total();
    expect((await writer.send(create, { input: { customerId, ...text } })).status).toBe(403);
    expect((await writer.send(count)).status).toBe(403);
    expect(await total()).toBe(before);
  });

  it('adds a reply, shows it last, signs it with the label of the key and answers the inquiry', async () => {
    const inquiryId = await make();
    await key.send(reply, { input: { inquiryId, body: 'First' } });
    house.clock.advance(1_000);
    const { data } = await key.send(
      `mutation ($input: ReplyToInquiryInput!) { replyToInquiry(input: $input) {
        replyId reply { id body } inquiry { status version updatedAt replies(last: 1) { nodes { id body author createdAt } } } } }`,
      { input: { inquiryId, body: ' At nine.\nEvery day. ' } },
    );
    const { replyId, reply: row, inquiry } = data.replyToInquiry;
    const now = new Date(house.clock.nowMs()).toISOString();
    const body = 'At nine.\nEvery day.';
    expect(row).toEqual({ id: replyId, body });
    expect(inquiry).toEqual({
      ...{ status: 'ANSWERED', version: 3, updatedAt: now },
      replies: { nodes: [{ id: replyId, body, author: 'test', createdAt: now }] },
    });
    expect((await readBack(inquiryId)).replies.nodes.map((node: { body: string }) => node.body)).toEqual([
      'First',
      body,
    ]);
  });

  it('signs the reply of a user with its name, or as staff, and never with its address', async () => {
    const owner = await workspace.owner();
    const createUser =
      'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { name } userErrors { code } } }';
    const login = 'mutation ($input: LoginInput!) { login(input: $input) { token user { name } } }';
    for (const [name, author] of [
      ['Ada Lovelace', 'Ada Lovelace'],
      [' ', 'Staff'],
    ] as const) {
      const person = { email: `writer-${author.length}@test.example`, password: 'some long password' };
      const made = await owner.send(createUser, { input: { ...person, name, role: 'MEMBER' } });
      expect(made.data.createUser).toEqual({ user: { name: name.trim() || null }, userErrors: [] });
      const { token, user } = (await house.send({}, login, { input: person })).data.login;
      expect(user).toEqual({ name: name.trim() || null });
      const inquiryId = await make();
      await house.send(bearer(token), reply, { input: { inquiryId, body: 'Yes.' } });
      const reader = await workspace.key('read:inquiries');
      const { data, text: answer } = await reader.send(
        '{ inquiries(first: 100) { nodes { id replies { nodes { author } } } } }',
      );
      const shown = data.inquiries.nodes.find(({ id }: { id: string }) => id === inquiryId);
      expect(shown.replies.nodes).toEqual([{ author }]);
      expect(answer).not.toContain('@');
    }
  });

  it('takes no reply to a closed inquiry until it is open again', async () => {
    const inquiryId = await make();
    await key.send(update, { input: { id: inquiryId, status: 'CLOSED' } });
    expect(await refusal(key, reply, { inquiryId, body: 'Late' })).toMatchObject([
      { code: 'NOT_ALLOWED', field: ['input', 'inquiryId'] },
    ]);
    expect(await readBack(inquiryId)).toMatchObject({ status: 'CLOSED', version: 2, replies: { nodes: [] } });
    await key.send(update, { input: { id: inquiryId, status: 'OPEN' } });
    await key.send(reply, { input: { inquiryId, body: 'Now' } });
    expect(await readBack(inquiryId)).toMatchObject({ status: 'ANSWERED', version: 4 });
  });

  it.each(['OPEN', 'WAITING', 'ANSWERED', 'CLOSED'])('sets the status %s', async (status) => {
    const id = await make();
    const { data } = await key.send(update, { input: { id, status } });
    // A new inquiry is OPEN already.
    const version = status === 'OPEN' ? 1 : 2;
    expect(data.updateInquiryStatus).toMatchObject({ inquiryId: id, inquiry: { status, version } });
    expect((await readBack(id)).status).toBe(status);
  });

  it.each(attempts)(
    'refuses %s to a key without write:inquiries with 403, and writes nothing',
    async (...attempt) => {
      const [, document, prefix, inputWith] = attempt;
      const reader = await workspace.key('read:inquiries', 'read:customers', 'read:venues');
      const inquiryId = await make();
      const [before, row] = [await total(), await readBack(inquiryId)];
      const input = inputWith(prefix === 'cus' ? customerId : inquiryId);
      const answer = await reader.send(document, { input });
      expect(answer.status).toBe(403);
      expect(answer.data).toBeUndefined();
      expect(answer.errors).toHaveLength(1);
      expect(answer.errors![0]!.extensions).toMatchObject({
        code: 'FORBIDDEN',
        missing: ['write:inquiries'],
      });
      expect(await total()).toBe(before);
      expect(await readBack(inquiryId)).toEqual(row);
    },
  );

  it.each(attempts)(
    "answers another workspace's id in %s exactly like an unknown one",
    async (...attempt) => {
      const [name, document, prefix, inputWith] = attempt;
      const theirKey = await other.key(...scopes);
      const theirCustomer = await other.customer();
      const theirInquiry = await make({ customerId: theirCustomer }, theirKey);
      const foreign = prefix === 'cus' ? theirCustomer : theirInquiry;
      const before = [await total(), await readBack(theirInquiry, theirKey)];
      const tried = (id: string) => answerTo(key, document, inputWith(id), id);
      const answer = await tried(foreign);
      expect(answer).toBe(await tried(unknown(prefix)));
      expect(answer).toBe(await tried(unknown('ven')));
      expect(answer).toBe(await tried('\u0000'));
      expect(await refusal(key, document, inputWith(foreign))).toMatchObject([
        { code: 'NOT_FOUND', field: ['input', name.split('.')[1]] },
      ]);
      expect([await total(), await readBack(theirInquiry, theirKey)]).toEqual(before);
    },
  );

  it("answers another workspace's venue in the input exactly like an unknown one", async () => {
    const foreign = await other.venue();
    const before = await total();
    const tried = (venueId: string) => answerTo(key, create, { customerId, venueId, ...text }, venueId);
    expect(await tried(foreign)).toBe(await tried(unknown('ven')));
    expect(await tried(foreign)).toBe(await tried('\u0000'));
    expect(await refusal(key, create, { customerId, venueId: foreign, ...text })).toEqual([
      { code: 'NOT_FOUND', field: ['input', 'venueId'], message: 'No venue with this id.' },
    ]);
    expect(await total()).toBe(before);
  });

  it('names an unknown customer and an unknown venue at once', async () => {
    const input = { ...text, customerId: unknown('cus'), venueId: unknown('ven') };
    expect(await refusal(key, create, input)).toMatchObject([
      { code: 'NOT_FOUND', field: ['input', 'customerId'] },
      { code: 'NOT_FOUND', field: ['input', 'venueId'] },
    ]);
  });

  it.each(attempts)("answers another venue's row in %s exactly like an unknown id", async (...attempt) => {
    const [, document, prefix, inputWith] = attempt;
    const [mine, theirs] = [await workspace.venue(), await workspace.venue()];
    const restricted = await workspace.venueKey([mine], ...scopes);
    const hiddenCustomer = await workspace.customer({ venueIds: [theirs] });
    const hidden = await make({ customerId: hiddenCustomer, venueId: theirs });
    const homeless = await make();
    const before = [await total(), await readBack(hidden), await readBack(homeless)];
    const tried = (id: string) => answerTo(restricted, document, inputWith(id), id);
    for (const id of prefix === 'cus' ? [hiddenCustomer, customerId] : [hidden, homeless]) {
      expect(await tried(id)).toBe(await tried(unknown(prefix)));
    }
    expect([await total(), await readBack(hidden), await readBack(homeless)]).toEqual(before);
  });

  it("answers another venue in a venue-restricted key's input exactly like an unknown one", async () => {
    const [mine, theirs] = [await workspace.venue(), await workspace.venue()];
    const restricted = await workspace.venueKey([mine], ...scopes);
    const customer = await workspace.customer({ venueIds: [mine] });
    const before = await total();
    const tried = (id: string) =>
      answerTo(restricted, create, { customerId: customer, venueId: id, ...text }, id);
    expect(await tried(theirs)).toBe(await tried(unknown('ven')));
    expect(await total()).toBe(before);
  });

  it('gives a key with one venue that venue; a key with two must name one', async () => {
    const [one, two] = [await workspace.venue(), await workspace.venue()];
    const customer = await workspace.customer({ venueIds: [two, one] });
    const single = await workspace.venueKey([one], ...scopes);
    const { data } = await single.send(create, { input: { customerId: customer, ...text } });
    expect(data.createInquiry.inquiry.venue).toEqual({ id: one });
    const double = await workspace.venueKey([one, two], ...scopes);
    const before = await total();
    for (const input of [{}, { venueId: null }]) {
      expect(await refusal(double, create, { customerId: customer, ...text, ...input })).toMatchObject([
        { code: 'REQUIRED', field: ['input', 'venueId'] },
      ]);
    }
    expect(await total()).toBe(before);
    expect((await readBack(await make({ customerId: customer, venueId: two }, double))).venue).toEqual({
      id: two,
    });
  });

  it('names every bad value at once, with code, field and message, and writes nothing', async () => {
    const inquiryId = await make();
    const before = [await total(), await readBack(inquiryId)];
    expect(await refusal(key, create, { ...text, customerId, subject: 's'.repeat(201), body: ' ' })).toEqual([
      { code: 'TOO_LONG', field: ['input', 'subject'], message: 'Must be at most 200 characters long.' },
      { code: 'REQUIRED', field: ['input', 'body'], message: 'Must not be empty.' },
    ]);
    expect(await refusal(key, reply, { inquiryId, body: 'x'.repeat(20_001) })).toEqual([
      { code: 'TOO_LONG', field: ['input', 'body'], message: 'Must be at most 20000 characters long.' },
    ]);
    for (const bad of [{ status: 'ARCHIVED' }, { status: null }, {}]) {
      const { status, errors: faults } = await key.send(update, { input: { id: inquiryId, ...bad } });
      expect(status).toBe(400);
      expect(faults![0]!.extensions['code']).toBe('BAD_USER_INPUT');
    }
    expect([await total(), await readBack(inquiryId)]).toEqual(before);
  });

  it('refuses a wrong expectedVersion with CONFLICT and takes the right one or none', async () => {
    const id = await make();
    expect(await refusal(key, update, { id, status: 'CLOSED', expectedVersion: 2 })).toEqual([
      {
        code: 'CONFLICT',
        field: ['input', 'expectedVersion'],
        message: 'This inquiry was changed meanwhile. Read it again and repeat with its new version.',
      },
    ]);
    expect(await readBack(id)).toMatchObject({ status: 'OPEN', version: 1 });
    for (const [expectedVersion, version] of [
      [1, 2],
      [undefined, 3],
      [null, 4],
    ]) {
      const status = version === 3 ? 'CLOSED' : 'WAITING';
      const { data } = await key.send(update, { input: { id, status, expectedVersion } });
      expect(data.updateInquiryStatus.inquiry).toMatchObject({ status, version });
    }
  });

  it('moves updatedAt, and only that, with the clock', async () => {
    const id = await make();
    const { createdAt } = await readBack(id);
    house.clock.advance(60_000);
    await key.send(update, { input: { id, status: 'WAITING' } });
    const updatedAt = new Date(house.clock.nowMs()).toISOString();
    expect(await readBack(id)).toMatchObject({ createdAt, updatedAt, version: 2 });
    house.clock.advance(60_000);
    await key.send(reply, { input: { inquiryId: id, body: 'Yes' } });
    expect((await readBack(id)).updatedAt).toBe(new Date(house.clock.nowMs()).toISOString());
    expect(updatedAt).not.toBe(createdAt);
  });
});
