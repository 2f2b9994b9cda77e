// Filters that reveal a link ask for the scope of the edge that shows it.
import { isInputObjectType, type GraphQLInputObjectType } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { allFeatures, scopeCatalogue } from '../../../src/services.ts';
import { assembleSchema } from '../../../src/graphql/schema.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type TestHouse, type TestWorkspace } from '../../support/house.ts';

const cases = [
  ['inquiries', 'InquiryFilter', 'customerId', 'read:customers'],
  ['inquiries', 'InquiryFilter', 'venueId', 'read:venues'],
  ['followUps', 'FollowUpFilter', 'customerId', 'read:customers'],
  ['followUps', 'FollowUpFilter', 'inquiryId', 'read:inquiries'],
  ['followUps', 'FollowUpFilter', 'venueId', 'read:venues'],
  ['bookings', 'BookingFilter', 'customerId', 'read:customers'],
  ['bookings', 'BookingFilter', 'treatmentId', 'read:treatments'],
  ['bookings', 'BookingFilter', 'venueId', 'read:venues'],
  ['treatments', 'TreatmentFilter', 'venueId', 'read:venues'],
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

  it('are these: every filter by the id of another type is in the list', async () => {
    const { schema } = await assembleSchema(allFeatures, scopeCatalogue());
    const filters = Object.values(schema.getTypeMap()).filter(
      (type) => isInputObjectType(type) && type.name.endsWith('Filter'),
    ) as GraphQLInputObjectType[];
    const links = filters.flatMap((filter) => {
      const fields = Object.keys(filter.getFields()).filter((field) => field.endsWith('Id'));
      return fields.map((field) => `${filter.name}.${field}`);
    });
    // Those of keys, of the audit log and of the request log are for a role that sees every row.
    const ofRows = links.filter((link) => !/^(ApiKey|Audit|Request)/.test(link));
    expect(ofRows.sort()).toEqual(cases.map(([, filter, field]) => `${filter}.${field}`).sort());
  });

  it.each(cases)('%s by %s.%s needs %s', async (list, filter, field, scope) => {
    const own = `read:${list.toLowerCase()}`;
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

  it('finds nothing by a link to a row of another venue, as by one that does not exist', async () => {
    const full = await workspace.key('write:inquiries', 'write:followups');
    const [here, there] = [await workspace.venue('Here'), await workspace.venue('There')];
    const both = await workspace.customer({ venueIds: [here, there] });
    const create = `mutation ($i: CreateInquiryInput!, $f: CreateFollowUpInput!) {
      createInquiry(input: $i) { inquiryId } createFollowUp(input: $f) { followUpId }
    }`;
    const inquiry = { customerId: both, venueId: there, subject: 'S', body: 'B', channel: 'WEB' };
    const made = await full.send(
      'mutation ($i: CreateInquiryInput!) { createInquiry(input: $i) { inquiryId } }',
      { i: inquiry },
    );
    const { inquiryId } = made.data.createInquiry as { inquiryId: string };
    const followUp = { customerId: both, venueId: here, inquiryId, note: 'N', dueAt: '2026-07-01T09:00:00Z' };
    await full.send(create, { i: inquiry, f: followUp });
    const list =
      'query ($f: FollowUpFilter) { followUps(filter: $f) { totalCount nodes { inquiry { id } } } }';
    const seen = await workspace.venueKey([here], 'read:followups', 'read:inquiries');
    const byLink = (id: string) => seen.send(list, { f: { inquiryId: { eq: id } } });
    const unknown = `${inquiryId.slice(0, -6)}000000`;
    expect((await byLink(inquiryId)).data).toEqual((await byLink(unknown)).data);
    expect((await byLink(inquiryId)).data.followUps.totalCount).toBe(0);
    const hidden = await seen.send(list, { f: { inquiryId: { eq: null } } });
    expect(hidden.data.followUps).toEqual({ totalCount: 1, nodes: [{ inquiry: null }] });
    const everything = await workspace.key('read:followups', 'read:inquiries');
    const found = await everything.send(list, { f: { inquiryId: { eq: inquiryId } } });
    expect(found.data.followUps.totalCount).toBe(1);
  });
});
