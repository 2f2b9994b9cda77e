// Twenty who change the same thing and all read the same version of it: one is done, the others are told CONFLICT.
import { isInputObjectType } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemContext } from '../../src/access/system-context.ts';
import { allFeatures, scopeCatalogue } from '../../src/services.ts';
import { seedWorkspace } from '../../src/demo/seed.ts';
import { assembleSchema } from '../../src/graphql/schema.ts';
import { describeEachEngine } from '../support/engines.ts';
import { openTestHouse, type Caller, type TestHouse } from '../support/house.ts';
import { callerWith, payloadOf } from '../support/keys.ts';

interface Case {
  readonly mutation: string;
  readonly input: string;
  readonly list: string;
  readonly scope: string;
  /** What the n-th of the twenty wants. */
  readonly change: (number: number) => object;
}

const cases: readonly Case[] = [
  {
    ...{ mutation: 'updateCustomer', input: 'UpdateCustomerInput', list: 'customers', scope: 'customers' },
    change: (number) => ({ name: `Name ${number}` }),
  },
  {
    ...{ mutation: 'updateInquiryStatus', input: 'UpdateInquiryStatusInput' },
    ...{ list: 'inquiries', scope: 'inquiries' },
    change: (number) => ({ status: number % 2 === 0 ? 'WAITING' : 'CLOSED' }),
  },
  {
    ...{ mutation: 'rescheduleFollowUp', input: 'RescheduleFollowUpInput' },
    // Only what is open can be put off.
    ...{ list: 'followUps(filter: { status: { eq: OPEN } })', scope: 'followups' },
    change: (number) => ({ dueAt: new Date(Date.UTC(2026, 6, 1 + number)).toISOString() }),
  },
  {
    ...{ mutation: 'updateVenue', input: 'UpdateVenueInput', list: 'venues', scope: 'venues' },
    change: (number) => ({ city: `City ${number}` }),
  },
  {
    ...{
      mutation: 'updateTreatment',
      input: 'UpdateTreatmentInput',
      list: 'treatments',
      scope: 'treatments',
    },
    change: (number) => ({ name: `Treatment ${number}` }),
  },
];

/** Found by a name, or by the caller, instead of an id, and where it is tried. */
const triedElsewhere: Readonly<Record<string, string>> = {
  SaveOperationInput: 'test/features/operations/operations.test.ts',
  UpdateWorkspaceSettingsInput: 'test/features/workspace-settings.test.ts',
};

it('Every input with an expected version is tried', async () => {
  const { schema } = await assembleSchema(allFeatures, scopeCatalogue());
  const inputs = Object.values(schema.getTypeMap()).filter(isInputObjectType);
  const versioned = inputs.filter((input) => input.getFields()['expectedVersion'] !== undefined);
  const tried = [...cases.map(({ input }) => input), ...Object.keys(triedElsewhere)];
  expect(tried.sort()).toEqual(versioned.map(({ name }) => name).sort());
});

describeEachEngine('Twenty writers with one expected version', (engine) => {
  const env = { RATE_LIMIT_REQUESTS_PER_MINUTE: '100000' };
  let house: TestHouse;
  let second: TestHouse;
  let callers: Caller[];

  beforeAll(async () => {
    house = await openTestHouse(engine, { env });
    second = await openTestHouse(engine, { env, sharing: house });
    const workspace = await house.workspace();
    await seedWorkspace(systemContext(house.app, workspace.workspaceId), { customers: 40, seed: 1 });
    const key = await workspace.key(...cases.flatMap(({ scope }) => [`read:${scope}`, `write:${scope}`]));
    callers = [key, callerWith(second, key.secret)];
  });
  afterAll(async () => {
    await second.close();
    await house.close();
  });

  it.each(cases)('$mutation: one is done, nineteen conflict, and the version went up once', async (one) => {
    const { mutation, input, list, change } = one;
    const root = list.split('(')[0]!;
    const read = list.includes('(') ? list.replace(')', ', first: 1)') : `${list}(first: 1)`;
    const before = payloadOf(await callers[0]!.send(`{ ${root}: ${read} { nodes { id version } } }`))
      .nodes[0];
    const document = `mutation ($input: ${input}!) { ${mutation}(input: $input) { userErrors { code field } } }`;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, number) =>
        callers[number % 2]!.send(document, {
          input: { id: before.id, expectedVersion: before.version, ...change(number) },
        }),
      ),
    );
    const outcomes = answers.map((answer) => JSON.stringify(payloadOf(answer).userErrors));
    expect(outcomes.filter((errors) => errors === '[]')).toHaveLength(1);
    const refusals = outcomes.filter((errors) => errors !== '[]');
    expect(new Set(refusals)).toEqual(
      new Set([JSON.stringify([{ code: 'CONFLICT', field: ['input', 'expectedVersion'] }])]),
    );
    const after = payloadOf(
      await callers[0]!.send('query ($id: ID!) { node(id: $id) { id ...V } } ' + versionFragments, {
        id: before.id,
      }),
    );
    expect(after.version).toBe(before.version + 1);
  });
});

const versionFragments = `fragment V on Node {
  ... on Customer { version } ... on Inquiry { version } ... on FollowUp { version }
  ... on Venue { version } ... on Treatment { version }
}`;
