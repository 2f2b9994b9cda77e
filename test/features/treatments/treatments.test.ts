// The treatment mutations: what they write, what they refuse, and whose rows they cannot reach.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import { unknownId } from '../../support/booking-desk.ts';
import { openTestHouse, type KeyCaller, type TestHouse, type TestWorkspace } from '../../support/house.ts';

const shown =
  'id name durationMinutes priceCents currency version createdAt updatedAt venue { id } __typename';
const create = `mutation ($input: CreateTreatmentInput!) {
  createTreatment(input: $input) { treatmentId treatment { ${shown} } userErrors { code field message } } }`;
const update = `mutation ($input: UpdateTreatmentInput!) {
  updateTreatment(input: $input) { treatmentId treatment { ${shown} } userErrors { code field message } } }`;
const read = `query ($id: ID!) { treatment(id: $id) { ${shown} } }`;
const values = { name: 'Massage', durationMinutes: 60, priceCents: 8_200, currency: 'EUR' };
const scopes = ['read:treatments', 'write:treatments', 'read:venues'] as const;

describeEachEngine('Treatments', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let other: TestWorkspace;
  let key: KeyCaller;
  let venueId: string;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    [workspace, other] = [await house.workspace(), await house.workspace()];
    key = await workspace.key(...scopes);
    venueId = await workspace.venue();
  });
  afterAll(() => house.close());

  const total = async () =>
    (await key.send('{ treatments { totalCount } }')).data.treatments.totalCount as number;
  const readBack = async (id: string, caller = key) => (await caller.send(read, { id })).data.treatment;
  const make = async (input: object = {}, caller = key) => {
    const { data } = await caller.send(create, { input: { ...values, venueId, ...input } });
    return data.createTreatment.treatmentId as string;
  };
  const refusal = async (caller: KeyCaller, document: string, input: object) => {
    const { status, data } = await caller.send(document, { input });
    const [payload] = Object.values(data as Record<string, Record<string, unknown>>);
    expect(status).toBe(200);
    expect(payload).toMatchObject({ treatmentId: null, treatment: null });
    return payload!['userErrors'];
  };
  /** Both mutations with one of their ids left to the test. */
  const attempts = [
    ['createTreatment.venueId', create, 'ven', (id: string) => ({ ...values, venueId: id })],
    ['updateTreatment.id', update, 'trt', (id: string) => ({ id, name: 'Stolen' })],
  ] as const;
  const answerTo = async (caller: KeyCaller, document: string, input: object, tried: string) =>
    (await caller.send(document, { input })).text.replaceAll(tried, '<id>');

  it('creates a treatment with every field and reads back the same', async () => {
    const { data, errors } = await key.send(create, { input: { ...values, venueId, name: ' Massage ' } });
    const { treatmentId, treatment, userErrors } = data.createTreatment;
    const now = new Date(house.clock.nowMs()).toISOString();
    expect(errors).toBeUndefined();
    expect(userErrors).toEqual([]);
    expect(treatmentId).toMatch(/^trt_/);
    expect(treatment).toEqual({
      ...{ ...values, id: treatmentId, venue: { id: venueId }, __typename: 'Treatment' },
      ...{ version: 1, createdAt: now, updatedAt: now },
    });
    expect(await readBack(treatmentId)).toEqual(treatment);
    const byNode = await key.send('query ($id: ID!) { node(id: $id) { __typename id } }', {
      id: treatmentId,
    });
    expect(byNode.data.node).toEqual({ __typename: 'Treatment', id: treatmentId });
  });

  it('changes what is named, leaves the rest, and moves updatedAt with the clock', async () => {
    const id = await make();
    const before = await readBack(id);
    house.clock.advance(60_000);
    const updatedAt = new Date(house.clock.nowMs()).toISOString();
    const { data } = await key.send(update, { input: { id, priceCents: 0, currency: 'PLN' } });
    const after = { ...before, priceCents: 0, currency: 'PLN', version: 2, updatedAt };
    expect(data.updateTreatment).toMatchObject({ treatmentId: id, treatment: after, userErrors: [] });
    const message = 'Must be given.';
    expect(await refusal(key, update, { id, name: null, durationMinutes: null })).toEqual([
      { code: 'REQUIRED', field: ['input', 'name'], message },
      { code: 'REQUIRED', field: ['input', 'durationMinutes'], message },
    ]);
    expect(await readBack(id)).toEqual(after);
  });

  it.each([2_147_483_647, 2_147_483_648, 4_294_967_296, 3_000_000_000_00, 9_007_199_254_740_991])(
    'keeps a price of %d hundredths, in a variable, a literal, an update and a nested list',
    async (priceCents) => {
      const venueId = await workspace.venue();
      const id = await make({ venueId, priceCents, currency: 'VND' });
      expect((await readBack(id)).priceCents).toBe(priceCents);
      const literal = `mutation { updateTreatment(input: { id: "${id}", priceCents: ${priceCents - 1} }) { treatment { priceCents } } }`;
      expect((await key.send(literal)).data.updateTreatment.treatment.priceCents).toBe(priceCents - 1);
      const nested = 'query ($id: ID!) { venue(id: $id) { treatments { nodes { priceCents } } } }';
      const { data } = await key.send(nested, { id: venueId });
      expect(data.venue.treatments.nodes).toEqual([{ priceCents: priceCents - 1 }]);
    },
  );

  it.each([9_007_199_254_740_992, 1e21, 0.5, '100', true])('takes no price of %j', async (priceCents) => {
    const input = { ...values, venueId: await workspace.venue(), priceCents };
    const { status, errors } = await key.send(create, { input });
    expect([status, errors?.[0]?.extensions['code']]).toEqual([400, 'BAD_USER_INPUT']);
  });

  it('lists treatments by filter and order, and those of each venue', async () => {
    const [one, two] = [await workspace.venue('One'), await workspace.venue('Two')];
    const [sauna, facial] = [await make({ venueId: one, name: 'Sauna' }), await make({ venueId: one })];
    await key.send(update, { input: { id: facial, name: 'Äpfel-Facial', currency: 'GBP' } });
    const list = `query ($filter: TreatmentFilter, $ids: IdFilter) {
      treatments(filter: $filter, orderBy: { field: NAME, direction: DESC }) { nodes { id } }
      venues(filter: { id: $ids }) { nodes { id treatments { totalCount nodes { id } } } } }`;
    const ids = { in: [one, two] };
    const ask = async (filter: object) =>
      (await key.send(list, { filter: { venueId: { eq: one }, ...filter }, ids })).data;
    const all = await ask({});
    // Ä sorts with A.
    expect(all.treatments.nodes).toEqual([{ id: sauna }, { id: facial }]);
    expect(all.venues.nodes).toContainEqual({
      id: one,
      treatments: { totalCount: 2, nodes: expect.arrayContaining([{ id: sauna }, { id: facial }]) },
    });
    expect(all.venues.nodes).toContainEqual({ id: two, treatments: { totalCount: 0, nodes: [] } });
    expect((await ask({ name: { contains: 'äPFEL' } })).treatments.nodes).toEqual([{ id: facial }]);
    expect((await ask({ currency: { eq: 'EUR' } })).treatments.nodes).toEqual([{ id: sauna }]);
  });

  it('lets a key that may only write get the id and read nothing', async () => {
    const writer = await workspace.key('write:treatments');
    const { status, data } = await writer.send(create.replace(`treatment { ${shown} }`, ''), {
      input: { ...values, venueId },
    });
    expect(status).toBe(200);
    expect(data.createTreatment).toEqual({ treatmentId: expect.stringMatching(/^trt_/), userErrors: [] });
    const { treatmentId } = data.createTreatment;
    const changed = await writer.send(update.replace(`treatment { ${shown} }`, ''), {
      input: { id: treatmentId, name: 'Changed' },
    });
    expect(changed.data.updateTreatment).toEqual({ treatmentId, userErrors: [] });
    expect(await readBack(treatmentId)).toMatchObject({ name: 'Changed', version: 2 });
    expect((await writer.send('{ treatments { totalCount } }')).status).toBe(403);
  });

  it.each(attempts)(
    'refuses %s to a key without write:treatments with 403, and writes nothing',
    async (...[, document, prefix, inputWith]) => {
      const reader = await workspace.key('read:treatments', 'read:venues');
      const id = await make();
      const before = [await total(), await readBack(id)];
      const answer = await reader.send(document, { input: inputWith(prefix === 'trt' ? id : venueId) });
      expect(answer.status).toBe(403);
      expect(answer.data).toBeUndefined();
      expect(answer.errors).toHaveLength(1);
      expect(answer.errors![0]!.extensions).toMatchObject({
        ...{ code: 'FORBIDDEN', missing: ['write:treatments'] },
      });
      expect([await total(), await readBack(id)]).toEqual(before);
    },
  );

  it.each(attempts)(
    "answers another workspace's id, and another venue's, in %s exactly like an unknown one",
    async (...[name, document, prefix, inputWith]) => {
      const theirVenue = await other.venue();
      const theirKey = await other.key(...scopes);
      const [mine, hiddenVenue] = [await workspace.venue(), await workspace.venue()];
      const restricted = await workspace.venueKey([mine], ...scopes);
      const theirs = await make({ venueId: theirVenue }, theirKey);
      const hidden = await make({ venueId: hiddenVenue });
      const before = [await total(), await readBack(hidden), await readBack(theirs, theirKey)];
      for (const [caller, foreign] of [
        [key, prefix === 'trt' ? theirs : theirVenue],
        [restricted, prefix === 'trt' ? hidden : hiddenVenue],
      ] as const) {
        const tried = (id: string) => answerTo(caller, document, inputWith(id), id);
        const answer = await tried(foreign);
        expect(answer).toBe(await tried(unknownId(prefix)));
        expect(answer).toBe(await tried(unknownId('cus')));
        expect(answer).toBe(await tried('\u0000'));
        expect(await refusal(caller, document, inputWith(foreign))).toMatchObject([
          { code: 'NOT_FOUND', field: ['input', name.split('.')[1]] },
        ]);
      }
      expect(await readBack(hidden, restricted)).toBeNull();
      expect([await total(), await readBack(hidden), await readBack(theirs, theirKey)]).toEqual(before);
    },
  );

  it('lets a venue-restricted key create and change treatments of its venue', async () => {
    const mine = await workspace.venue();
    const restricted = await workspace.venueKey([mine], ...scopes);
    const id = await make({ venueId: mine }, restricted);
    const { data } = await restricted.send(update, { input: { id, durationMinutes: 45 } });
    expect(data.updateTreatment.treatment).toMatchObject({ durationMinutes: 45, version: 2 });
    const listed = await restricted.send('{ treatments { totalCount nodes { id } } }');
    expect(listed.data.treatments).toEqual({ totalCount: 1, nodes: [{ id }] });
  });

  it('names every bad value at once, with code, field and message, and writes nothing', async () => {
    const id = await make();
    const before = [await total(), await readBack(id)];
    const duration = 'Must be 5 to 1440 minutes.';
    const currency = 'Is not an ISO 4217 currency such as EUR.';
    for (const [input, messages] of [
      [
        { name: ' ', durationMinutes: 4, priceCents: -1, currency: 'eur' },
        ['Must not be empty.', duration, 'Must not be negative.', currency],
      ],
      [
        { name: 'n'.repeat(201), durationMinutes: 1_441, priceCents: -5, currency: 'ZZZ' },
        ['Must be at most 200 characters long.', duration, 'Must not be negative.', currency],
      ],
    ] as const) {
      const codes = [input.name === ' ' ? 'REQUIRED' : 'TOO_LONG', 'INVALID', 'INVALID', 'INVALID'];
      const expected = Object.keys(input).map((field, index) => {
        return { code: codes[index], field: ['input', field], message: messages[index] };
      });
      expect(await refusal(key, create, { ...input, venueId })).toEqual(expected);
      expect(await refusal(key, update, { ...input, id })).toEqual(expected);
    }
    expect([await total(), await readBack(id)]).toEqual(before);
    for (const durationMinutes of [5, 1_440]) {
      expect(await readBack(await make({ durationMinutes }))).toMatchObject({ durationMinutes });
    }
  });

  it('refuses a wrong expectedVersion with CONFLICT and takes the right one or none', async () => {
    const id = await make();
    expect(await refusal(key, update, { id, name: 'Lost', expectedVersion: 7 })).toMatchObject([
      { code: 'CONFLICT', field: ['input', 'expectedVersion'] },
    ]);
    for (const [expectedVersion, version] of [
      [1, 2],
      [undefined, 3],
      [null, 4],
    ]) {
      const { data } = await key.send(update, { input: { id, name: `V${version}`, expectedVersion } });
      expect(data.updateTreatment.treatment).toMatchObject({ name: `V${version}`, version });
    }
  });
});
