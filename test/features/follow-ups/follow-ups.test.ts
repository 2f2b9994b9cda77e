// The follow-up mutations: what they write, what they refuse, and whose rows they cannot reach.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type KeyCaller, type TestHouse, type TestWorkspace } from '../../support/house.ts';

const shown = `id note dueAt status completedAt version createdAt updatedAt
  customer { id } inquiry { id } venue { id }`;
const errors = 'userErrors { code field message }';
const create = `mutation ($input: CreateFollowUpInput!) {
  createFollowUp(input: $input) { followUpId followUp { ${shown} } ${errors} } }`;
const complete = `mutation ($id: ID!) { completeFollowUp(id: $id) { followUpId followUp { ${shown} } ${errors} } }`;
const reschedule = `mutation ($input: RescheduleFollowUpInput!) {
  rescheduleFollowUp(input: $input) { followUpId followUp { ${shown} } ${errors} } }`;
const createInquiry = `mutation ($input: CreateInquiryInput!) { createInquiry(input: $input) { inquiryId } }`;
const read = `query ($id: ID!) { followUp(id: $id) { ${shown} } }`;
const count = '{ followUps { totalCount } }';
const unknown = (prefix: string) => `${prefix}_00000000000000000000000000`;
const dueAt = '2026-07-01T09:00:00.000Z';
const later = '2026-08-01T09:00:00.000Z';
const reads = ['read:followups', 'read:inquiries', 'read:customers', 'read:venues'] as const;
const scopes = [...reads, 'write:followups', 'write:inquiries'] as const;

describeEachEngine('Follow-ups', (engine) => {
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

  const total = async () => (await key.send(count)).data.followUps.totalCount as number;
  const readBack = async (id: string, caller = key) => (await caller.send(read, { id })).data.followUp;
  const make = async (input: object = {}, caller = key) => {
    const { data } = await caller.send(create, { input: { customerId, note: 'Call', dueAt, ...input } });
    return data.createFollowUp.followUpId as string;
  };
  const inquiry = async (input: object = {}, caller = key) => {
    const values = { customerId, subject: 'S', body: 'B', channel: 'WEB', ...input };
    return (await caller.send(createInquiry, { input: values })).data.createInquiry.inquiryId as string;
  };
  const refusal = async (caller: KeyCaller, document: string, variables: Record<string, unknown>) => {
    const { status, data } = await caller.send(document, variables);
    const [payload] = Object.values(data as Record<string, Record<string, unknown>>);
    expect(status).toBe(200);
    expect(payload).toMatchObject({ followUpId: null, followUp: null });
    return payload!['userErrors'];
  };
  /** Each mutation with one of its ids left to the test. */
  const attempts: [string, string, string, (id: string) => Record<string, unknown>][] = [
    ['createFollowUp.customerId', create, 'cus', (id) => ({ input: { customerId: id, note: 'N', dueAt } })],
    [
      'createFollowUp.inquiryId',
      create,
      'inq',
      (id) => ({ input: { customerId, inquiryId: id, note: 'N', dueAt } }),
    ],
    [
      'createFollowUp.venueId',
      create,
      'ven',
      (id) => ({ input: { customerId, venueId: id, note: 'N', dueAt } }),
    ],
    ['completeFollowUp.id', complete, 'fup', (id) => ({ id })],
    ['rescheduleFollowUp.id', reschedule, 'fup', (id) => ({ input: { id, dueAt: later } })],
  ];
  const answerTo = async (
    caller: KeyCaller,
    document: string,
    variables: Record<string, unknown>,
    tried: string,
  ) => (await caller.send(document, variables)).text.replaceAll(tried, '<id>');

  it('creates a follow-up with every field and reads back the same', async () => {
    const [venueId, inquiryId] = [await workspace.venue(), await inquiry()];
    const input = { customerId, inquiryId, venueId, note: ' Call back ', dueAt: '2026-07-01T11:00:00+02:00' };
    const answer = await key.send(create, { input });
    const { followUpId, followUp, userErrors } = answer.data.createFollowUp;
    const now = new Date(house.clock.nowMs()).toISOString();
    expect(answer.errors).toBeUndefined();
    expect(userErrors).toEqual([]);
    expect(followUp).toEqual({
      ...{ id: followUpId, note: 'Call back', dueAt, status: 'OPEN', completedAt: null, version: 1 },
      ...{ createdAt: now, updatedAt: now },
      ...{ customer: { id: customerId }, inquiry: { id: inquiryId }, venue: { id: venueId } },
    });
    expect(await readBack(followUpId)).toEqual(followUp);
  });

  it("takes the inquiry's venue when none is named, and links the customer to it", async () => {
    const [venueId, customer] = [await workspace.venue(), await workspace.customer()];
    const inquiryId = await inquiry({ customerId: customer, venueId });
    const unlink = 'mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { customerId } }';
    const cutter = await workspace.key('write:customers');
    await cutter.send(unlink, { input: { id: customer, venueIds: [] } });
    const id = await make({ customerId: customer, inquiryId });
    expect((await readBack(id)).venue).toEqual({ id: venueId });
    const { data } = await key.send('query ($id: ID!) { customer(id: $id) { venues { nodes { id } } } }', {
      id: customer,
    });
    expect(data.customer.venues.nodes).toEqual([{ id: venueId }]);
    expect(await readBack(await make())).toMatchObject({ inquiry: null, venue: null });
  });

  it('completes a follow-up once: a second time changes nothing and is no error', async () => {
    const id = await make();
    house.clock.advance(60_000);
    const completedAt = new Date(house.clock.nowMs()).toISOString();
    const first = (await key.send(complete, { id })).data.completeFollowUp;
    expect(first).toMatchObject({ followUpId: id, userErrors: [] });
    expect(first.followUp).toMatchObject({ status: 'DONE', completedAt, updatedAt: completedAt, version: 2 });
    house.clock.advance(60_000);
    expect((await key.send(complete, { id })).data.completeFollowUp).toEqual(first);
    expect(await readBack(id)).toEqual(first.followUp);
  });

  it('reschedules an open follow-up, and no other', async () => {
    const id = await make();
    const { createdAt } = await readBack(id);
    house.clock.advance(60_000);
    const updatedAt = new Date(house.clock.nowMs()).toISOString();
    const { data } = await key.send(reschedule, { input: { id, dueAt: later } });
    expect(data.rescheduleFollowUp.followUp).toMatchObject({
      dueAt: later,
      version: 2,
      createdAt,
      updatedAt,
    });
    await key.send(complete, { id });
    const done = await readBack(id);
    expect(await refusal(key, reschedule, { input: { id, dueAt } })).toMatchObject([
      { code: 'NOT_ALLOWED', field: ['input', 'id'] },
    ]);
    expect(await readBack(id)).toEqual(done);
  });

  it('lets a key that may only write get the id and read nothing', async () => {
    const writer = await workspace.key('write:followups');
    const ingest = create.replace(`followUp { ${shown} }`, '');
    const { status, data } = await writer.send(ingest, { input: { customerId, note: 'N', dueAt } });
    expect(status).toBe(200);
    expect(data.createFollowUp).toEqual({ followUpId: expect.stringMatching(/^fup_/), userErrors: [] });
    const { followUpId } = data.createFollowUp;
    for (const [document, variables] of [
      [reschedule, { input: { id: followUpId, dueAt: later } }],
      [complete, { id: followUpId }],
    ] as const) {
      const answer = await writer.send(document.replace(`followUp { ${shown} }`, ''), variables);
      expect(Object.values(answer.data)).toEqual([{ followUpId, userErrors: [] }]);
    }
    expect(await readBack(followUpId)).toMatchObject({ status: 'DONE', dueAt: later });
    expect((await writer.send(count)).status).toBe(403);
  });

  it.each(attempts)(
    'refuses %s to a key without write:followups with 403, and writes nothing',
    async (...attempt) => {
      const [, document, prefix, variablesWith] = attempt;
      const reader = await workspace.key(...reads);
      const followUpId = await make();
      const ids: Record<string, string> = { cus: customerId, fup: followUpId };
      const id = ids[prefix] ?? (prefix === 'ven' ? await workspace.venue() : await inquiry());
      const before = [await total(), await readBack(followUpId)];
      const answer = await reader.send(document, variablesWith(id));
      expect(answer.status).toBe(403);
      expect(answer.data).toBeUndefined();
      expect(answer.errors).toHaveLength(1);
      expect(answer.errors![0]!.extensions).toMatchObject({
        code: 'FORBIDDEN',
        missing: ['write:followups'],
      });
      expect([await total(), await readBack(followUpId)]).toEqual(before);
    },
  );

  it.each(attempts)(
    "answers another workspace's id in %s exactly like an unknown one",
    async (...attempt) => {
      const [name, document, prefix, variablesWith] = attempt;
      const theirKey = await other.key(...scopes);
      const theirCustomer = await other.customer();
      const theirFollowUp = await make({ customerId: theirCustomer }, theirKey);
      const ids: Record<string, string> = {
        cus: theirCustomer,
        fup: theirFollowUp,
        ven: await other.venue(),
      };
      const foreign = ids[prefix] ?? (await inquiry({ customerId: theirCustomer }, theirKey));
      const before = [await total(), await readBack(theirFollowUp, theirKey)];
      const tried = (id: string) => answerTo(key, document, variablesWith(id), id);
      const answer = await tried(foreign);
      expect(answer).toBe(await tried(unknown(prefix)));
      expect(answer).toBe(await tried(unknown('rep')));
      expect(answer).toBe(await tried('\u0000'));
      const argument = name.split('.')[1];
      expect(await refusal(key, document, variablesWith(foreign))).toMatchObject([
        { code: 'NOT_FOUND', field: document === complete ? ['id'] : ['input', argument] },
      ]);
      expect([await total(), await readBack(theirFollowUp, theirKey)]).toEqual(before);
    },
  );

  it.each(attempts)("answers another venue's id in %s exactly like an unknown one", async (...attempt) => {
    const [, document, prefix, variablesWith] = attempt;
    const [mine, theirs] = [await workspace.venue(), await workspace.venue()];
    const restricted = await workspace.venueKey([mine], ...scopes);
    const customer = await workspace.customer({ venueIds: [mine] });
    const hiddenCustomer = await workspace.customer({ venueIds: [theirs] });
    const hidden = await make({ customerId: hiddenCustomer, venueId: theirs });
    const ids: Record<string, string[]> = {
      cus: [hiddenCustomer, customerId],
      fup: [hidden, await make()],
      ven: [theirs],
      inq: [
        await inquiry({ customerId: customer, venueId: theirs }),
        await inquiry({ customerId: customer }),
      ],
    };
    const before = [await total(), await readBack(hidden)];
    for (const id of ids[prefix]!) {
      // The customer that is named beside another id is one that the key sees: only the tried id can be refused.
      const tried = (value: string) => {
        const { input, ...rest } = variablesWith(value) as { input?: Record<string, unknown> };
        const own = prefix === 'cus' || !input?.['customerId'] ? {} : { customerId: customer };
        return answerTo(restricted, document, input ? { input: { ...input, ...own } } : rest, value);
      };
      expect(await tried(id)).toBe(await tried(unknown(prefix)));
    }
    expect([await total(), await readBack(hidden)]).toEqual(before);
  });

  it('gives a key with one venue that venue; a key with two must name one, itself or through the inquiry', async () => {
    const [one, two] = [await workspace.venue(), await workspace.venue()];
    const customer = await workspace.customer({ venueIds: [one, two] });
    const single = await workspace.venueKey([one], ...scopes);
    expect((await readBack(await make({ customerId: customer }, single))).venue).toEqual({ id: one });
    const double = await workspace.venueKey([one, two], ...scopes);
    const before = await total();
    const input = { customerId: customer, note: 'N', dueAt };
    for (const venue of [{}, { venueId: null }]) {
      expect(await refusal(double, create, { input: { ...input, ...venue } })).toMatchObject([
        { code: 'REQUIRED', field: ['input', 'venueId'] },
      ]);
    }
    expect(await total()).toBe(before);
    const inquiryId = await inquiry({ customerId: customer, venueId: two });
    expect((await readBack(await make({ customerId: customer, inquiryId }, double))).venue).toEqual({
      id: two,
    });
    expect((await readBack(await make({ customerId: customer, venueId: one }, double))).venue).toEqual({
      id: one,
    });
  });

  it('refuses an inquiry of another customer', async () => {
    const inquiryId = await inquiry({ customerId: await workspace.customer() });
    expect(await refusal(key, create, { input: { customerId, inquiryId, note: 'N', dueAt } })).toEqual([
      { code: 'INVALID', field: ['input', 'inquiryId'], message: 'Is an inquiry of another customer.' },
    ]);
  });

  it('names every bad value at once, with code, field and message, and writes nothing', async () => {
    const before = await total();
    const ids = { customerId: unknown('cus'), inquiryId: unknown('inq'), venueId: unknown('ven') };
    expect(await refusal(key, create, { input: { ...ids, note: ' ', dueAt } })).toEqual([
      { code: 'REQUIRED', field: ['input', 'note'], message: 'Must not be empty.' },
    ]);
    expect(await refusal(key, create, { input: { ...ids, note: 'N', dueAt } })).toEqual([
      { code: 'NOT_FOUND', field: ['input', 'customerId'], message: 'No customer with this id.' },
      { code: 'NOT_FOUND', field: ['input', 'inquiryId'], message: 'No inquiry with this id.' },
      { code: 'NOT_FOUND', field: ['input', 'venueId'], message: 'No venue with this id.' },
    ]);
    expect(await total()).toBe(before);
  });

  it.each(['2026-02-30T09:00:00Z', '2026-07-01', 'tomorrow', '', '0000-01-01T00:00:00Z', 5])(
    'refuses a due date that is no instant: %j',
    async (bad) => {
      const id = await make();
      for (const [document, values] of [
        [create, { customerId, note: 'N' }],
        [reschedule, { id }],
      ] as const) {
        const { status, errors: faults } = await key.send(document, { input: { ...values, dueAt: bad } });
        expect(status).toBe(400);
        expect(faults![0]!.extensions['code']).toBe('BAD_USER_INPUT');
      }
      expect(await readBack(id)).toMatchObject({ dueAt, version: 1 });
    },
  );

  it('refuses a wrong expectedVersion with CONFLICT and takes the right one or none', async () => {
    const id = await make();
    expect(await refusal(key, reschedule, { input: { id, dueAt: later, expectedVersion: 2 } })).toEqual([
      {
        code: 'CONFLICT',
        field: ['input', 'expectedVersion'],
        message: 'This follow-up was changed meanwhile. Read it again and repeat with its new version.',
      },
    ]);
    expect(await readBack(id)).toMatchObject({ dueAt, version: 1 });
    for (const [expectedVersion, version] of [
      [1, 2],
      [undefined, 3],
      [null, 4],
    ]) {
      const wanted = version === 3 ? dueAt : later;
      const { data } = await key.send(reschedule, { input: { id, dueAt: wanted, expectedVersion } });
      expect(data.rescheduleFollowUp.followUp).toMatchObject({ dueAt: wanted, version });
    }
  });
});
