// Filters that reveal a link ask for the scope of the edge that shows it.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEachEngine } from '../support/engines.ts';
import { openTestHouse, type TestHouse, type TestWorkspace } from '../support/house.ts';

const cases = [
  ['inquiries', 'InquiryFilter', 'customerId', 'read:customers'],
  ['inquiries', 'InquiryFilter', 'venueId', 'read:venues'],
  ['followUps', 'FollowUpFilter', 'customerId', 'read:customers'],
  ['followUps', 'FollowUpFilter', 'inquiryId', 'read:inquiries'],
  ['followUps', 'FollowUpFilter', 'venueId', 'read:venues'],
] as const;

describeEachEngine('Filters by link', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let customerId: string;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    workspace = await house.workspace();
    customerId = await workspace.customer();
  });
  afterAll(() => house.close());

  it.each(cases)('%s by %s.%s needs %s', async (list, filter, field, scope) => {
    const own = list === 'inquiries' ? 'read:inquiries' : 'read:followups';
    const literal = `{ list: ${list}(filter: { or: [{ ${field}: { eq: "${customerId}" } }] }) { totalCount } }`;
    const byVariable = `query ($f: ${filter}) { list: ${list}(filter: $f) { totalCount } }`;
    const variables = { f: { and: [{ [field]: { in: [customerId] } }] } };
    const without = await workspace.key(own);
    for (const answer of [await without.send(literal), await without.send(byVariable, variables)]) {
      expect(answer.status).toBe(403);
      expect(answer.errors![0]!.extensions).toMatchObject({
        coordinate: `${filter}.${field}`,
        missing: [scope],
      });
    }
    expect((await without.send(byVariable, { f: {} })).data.list.totalCount).toBe(0);
    const enough = await workspace.key(own, scope);
    for (const answer of [await enough.send(literal), await enough.send(byVariable, variables)]) {
      expect(answer.data.list.totalCount).toBe(0);
    }
  });
});
