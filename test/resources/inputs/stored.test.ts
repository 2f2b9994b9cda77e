// What an input takes is stored, each field of each input, and what may be empty is cleared by null. Read from the schema: a
// new field, or a new input, is tried without being asked for.
import * as gql from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allFeatures, scopeCatalogue } from '../../../src/services.ts';
import { assembleSchema } from '../../../src/graphql/schema.ts';
import { daily, openDesk } from '../../support/booking-desk.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type Caller, type TestHouse } from '../../support/house.ts';
import { payloadOf } from '../../support/keys.ts';
import {
  looseArguments,
  notStoring,
  placeOf,
  storingMutations,
  valueFor,
  type KnownIds,
  type StoringMutation,
} from './mutation-inputs.ts';

const { schema } = await assembleSchema(allFeatures, scopeCatalogue());
const mutations = storingMutations(schema);
const isUpdate = ({ input }: StoringMutation) => 'id' in input.getFields();

/** Fields that are not stored as they are sent, and what they are for. */
const notStored: Readonly<Record<string, string>> = {
  'CreateUserInput.password': 'stored as a hash',
  'CreateApiKeyInput.preset': 'adds scopes',
  'CreateApiKeyInput.forOperations': 'adds scopes',
};
/** `id` names the row and `expectedVersion` its state. */
const isAddress = (name: string) => name === 'id' || name === 'expectedVersion';
/** Lists that may not be empty: without scopes a key is nothing. */
const neverEmpty = ['CreateApiKeyInput.scopes', 'UpdateApiKeyInput.scopes'];

const storedFields = ({ input }: StoringMutation) =>
  Object.values(input.getFields()).filter(
    ({ name }) => !isAddress(name) && !(`${input.name}.${name}` in notStored),
  );

/** What null leaves in a field of the row; undefined = null is refused there. */
const emptied = ({ input, shows }: StoringMutation, { name, type }: gql.GraphQLInputField): unknown =>
  gql.isNonNullType(type) || neverEmpty.includes(`${input.name}.${name}`)
    ? undefined
    : placeOf(shows, name)!.empty;
const mayBeEmpty = (mutation: StoringMutation) =>
  storedFields(mutation).filter((field) => emptied(mutation, field) !== undefined);

it('Every field of an input is read back somewhere, or is said not to be stored', () => {
  const unknown = mutations.flatMap((mutation) =>
    storedFields(mutation)
      .filter(({ name }) => !placeOf(mutation.shows, name))
      .map(({ name }) => `${mutation.input.name}.${name}`),
  );
  expect(unknown).toEqual([]);
  const coordinates = mutations.flatMap(({ input }) =>
    Object.keys(input.getFields()).map((name) => `${input.name}.${name}`),
  );
  expect(coordinates).toEqual(expect.arrayContaining([...Object.keys(notStored), ...neverEmpty]));
  expect(coordinates.length).toBeGreaterThan(60);
});

it('No mutation takes a value beside its input but one expected version, and what is said not to be stored is an input', () => {
  // Stored nowhere: test/features/narrowing/narrowing.test.ts sends it.
  expect(looseArguments(schema)).toEqual(['undoNarrowing(expectedVersion)']);
  expect(Object.keys(notStoring).filter((name) => !gql.isInputObjectType(schema.getType(name)))).toEqual([]);
});

describeEachEngine('Every input', (engine) => {
  let house: TestHouse;
  let owner: Caller;
  let ids: KnownIds;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    const workspace = await house.workspace();
    owner = await workspace.owner();
    const desk = await openDesk(workspace);
    const [venueId, venueId1] = [await desk.venue(daily('00:00', '24:00')), await desk.venue()];
    const customerId = await workspace.customer();
    const treatmentId = await desk.treatment(venueId);
    const create = `mutation ($id: ID!) { createInquiry(input: { customerId: $id, subject: "S", body: "B", channel: WEB }) { inquiryId } }`;
    const { inquiryId } = payloadOf(await owner.send(create, { id: customerId }));
    const save = `mutation { saveOperation(input: { name: "a", document: "{ viewer { kind } }" }) { operationId } }`;
    const { operationId } = payloadOf(await owner.send(save));
    ids = { venueId, venueId1, customerId, treatmentId, inquiryId, operationId };
  });
  afterAll(() => house.close());

  async function send({ name, input, idField, isBulk }: StoringMutation, values: object) {
    const type = isBulk ? `[${input.name}!]!` : `${input.name}!`;
    const document = `mutation ($input: ${type}) { ${name}(input: $input) { ${idField} userErrors { code field message } } }`;
    return payloadOf(await owner.send(document, { input: isBulk ? [values] : values }));
  }

  /** The values of the row behind the fields of the input. */
  async function read(mutation: StoringMutation, id: string): Promise<Record<string, unknown>> {
    const { shows } = mutation;
    const places = storedFields(mutation).map(({ name }) => [name, placeOf(shows, name)!] as const);
    const selections = [...new Set(places.map(([, { selection }]) => selection))].join(' ');
    const document = `query ($id: ID!) { node(id: $id) { ... on ${shows.name} { ${selections} } } }`;
    const row = payloadOf(await owner.send(document, { id })) as Record<string, unknown>;
    return Object.fromEntries(places.map(([name, { valueIn }]) => [name, valueIn(row)]));
  }

  const filled = (mutation: StoringMutation, variant: number) =>
    Object.fromEntries(
      Object.values(mutation.input.getFields())
        .filter(
          ({ name }) => !isAddress(name) && !(notStored[`${mutation.input.name}.${name}`] === 'adds scopes'),
        )
        .map((field) => [field.name, valueFor(field, variant, ids)]),
    );
  const stored = (mutation: StoringMutation, values: Record<string, unknown>) =>
    Object.fromEntries(storedFields(mutation).map(({ name }) => [name, values[name]]));

  /** What a change leaves behind: the version, when it was made, and entries of the audit log. */
  async function trace({ shows }: StoringMutation, id: string): Promise<unknown> {
    const known = ['version', 'updatedAt'].filter((name) => name in shows.getFields());
    const selection = ['id', ...known].join(' ');
    const document = `query ($id: ID!) { node(id: $id) { ... on ${shows.name} { ${selection} } }
      auditLog(filter: { targetId: { eq: $id } }) { totalCount } }`;
    const { data, text } = await owner.send(document, { id });
    if (!data) throw new Error(text);
    return data;
  }
  /** One of the values alone; those that the schema requires come along. */
  const first = (values: Record<string, unknown>) =>
    Object.keys(values).length > 2 ? Object.fromEntries(Object.entries(values).slice(0, 1)) : values;

  async function create(mutation: StoringMutation, values: Record<string, unknown>): Promise<string> {
    const { userErrors, [mutation.idField]: made } = await send(mutation, values);
    expect(userErrors).toEqual([]);
    return mutation.isBulk ? made[0] : made;
  }

  async function createFilled(mutation: StoringMutation, variant: number): Promise<string> {
    const values = filled(mutation, variant);
    const id = await create(mutation, values);
    expect(await read(mutation, id)).toEqual(stored(mutation, values));
    return id;
  }

  describe.each([...new Set(mutations.map(({ shows }) => shows.name))])('%s', (type) => {
    const own = mutations.filter(({ shows }) => shows.name === type);
    const creating = own.filter((mutation) => !isUpdate(mutation));
    const created: string[] = [];

    it.each(creating.map((mutation) => [mutation.name, mutation] as const))(
      '%s stores all that it takes',
      async (_name, mutation) => void created.push(await createFilled(mutation, created.length)),
    );

    it.each(creating.map((mutation) => [mutation.name, mutation] as const))(
      '%s stores nothing where it is given null or nothing at all',
      async (_name, mutation) => {
        const empty = Object.fromEntries(
          mayBeEmpty(mutation).map((field) => [field.name, emptied(mutation, field)]),
        );
        for (const [index, given] of [null, undefined].entries()) {
          const left = Object.fromEntries(Object.keys(empty).map((name) => [name, given]));
          const values = { ...filled(mutation, 4 + 2 * creating.indexOf(mutation) + index), ...left };
          const id = await create(mutation, values);
          expect(await read(mutation, id), `given ${given}`).toEqual({
            ...stored(mutation, values),
            ...empty,
          });
        }
      },
    );

    it.each(own.filter(isUpdate).map((mutation) => [mutation.name, mutation] as const))(
      '%s stores all that it takes, once, clears what may be empty, and leaves alone what is left out',
      async (_name, mutation) => {
        const id = created[0]!;
        let now = filled(mutation, 1);
        expect((await send(mutation, { id, ...now })).userErrors).toEqual([]);
        expect(await read(mutation, id)).toEqual(now);
        const before = await trace(mutation, id);
        house.clock.advance(60_000);
        expect((await send(mutation, { id, ...now })).userErrors).toEqual([]);
        expect((await send(mutation, { id, ...first(now) })).userErrors).toEqual([]);
        expect(await trace(mutation, id)).toEqual(before);
        for (const field of storedFields(mutation)) {
          // The schema itself refuses null here.
          if (gql.isNonNullType(field.type)) continue;
          const empty = emptied(mutation, field);
          const isRequired = empty === undefined;
          const { userErrors } = await send(mutation, { id, [field.name]: null });
          const refusal = { code: 'REQUIRED', field: ['input', field.name], message: 'Must be given.' };
          expect(userErrors, field.name).toEqual(isRequired ? [refusal] : []);
          if (!isRequired) now = { ...now, [field.name]: empty };
          expect(await read(mutation, id), field.name).toEqual(now);
        }
      },
    );

    it.each(own.filter(isUpdate).map((mutation) => [mutation.name, mutation] as const))(
      '%s stores each field alone',
      async (_name, mutation) => {
        const id = created[0]!;
        const values = filled(mutation, 2);
        for (const { name } of storedFields(mutation)) {
          const before = await read(mutation, id);
          const required = storedFields(mutation).filter(({ type }) => gql.isNonNullType(type));
          const others = Object.fromEntries(required.map((field) => [field.name, before[field.name]]));
          const { userErrors } = await send(mutation, { id, ...others, [name]: values[name] });
          expect(userErrors, name).toEqual([]);
          expect(await read(mutation, id), name).toEqual({ ...before, [name]: values[name] });
        }
      },
    );
  });
});
