// Every example operation, explained by the engine: none of its statements reads a table in full or sorts a whole list,
// and any page costs the same as the first.
import { Kind, parse } from 'graphql';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorContext } from '../../src/access/operator.ts';
import { seedWorkspace } from '../../src/demo/seed.ts';
import { describeEachEngine } from '../support/engines.ts';
import { contractOperation, exampleDocument, exampleFiles } from '../support/contract.ts';
import { openTestHouse, type Caller, type TestHouse, type Variables } from '../support/house.ts';
import { planOf, type Captured } from './support/plans.ts';

/** Managing keys is for a few rows; everything else is for as many as there are. */
const operations = exampleFiles
  .filter((file) => file !== 'keys.graphql')
  .flatMap((file) => parse(exampleDocument(file)).definitions)
  .flatMap((definition) => (definition.kind === Kind.OPERATION_DEFINITION ? [definition.name!.value] : []));

interface Ids {
  readonly customer: string;
  readonly inquiry: string;
  readonly venue: string;
  /** One that is open. */
  readonly followUp: string;
  readonly treatment: string;
  /** One that is not cancelled. */
  readonly booking: string;
  /** When the treatment can be booked. */
  readonly freeAt: string;
}

/** Variables of every example operation. A new operation of the file needs a line here. */
const variablesOf: Record<string, (ids: Ids) => Variables> = {
  Dashboard: () => ({}),
  Customer: ({ customer }) => ({ id: customer }),
  Inbox: () => ({ since: '2026-01-01T00:00:00Z' }),
  DueFollowUps: () => ({ until: '2026-07-01T00:00:00Z' }),
  Statistics: () => ({ from: '2026-05-01T00:00:00Z', to: '2026-06-01T00:00:00Z' }),
  VenueReport: ({ venue }) => ({ id: venue, from: '2026-06-01T00:00:00Z', to: '2026-06-08T00:00:00Z' }),
  Node: ({ inquiry }) => ({ id: inquiry }),
  CreateCustomer: ({ venue }) => ({ input: { name: 'Ada', venueIds: [venue] } }),
  UpdateCustomer: ({ customer, venue }) => ({ input: { id: customer, name: 'Ada', venueIds: [venue] } }),
  IngestCustomer: () => ({ input: { name: 'Ada' } }),
  CreateInquiry: ({ customer, venue }) => ({
    input: { customerId: customer, venueId: venue, subject: 'Hours', body: 'When?', channel: 'WEB' },
  }),
  ReplyToInquiry: ({ inquiry }) => ({ input: { inquiryId: inquiry, body: 'At nine.' } }),
  UpdateInquiryStatus: ({ inquiry }) => ({ input: { id: inquiry, status: 'WAITING' } }),
  CreateFollowUp: ({ customer }) => ({
    input: { customerId: customer, note: 'Call', dueAt: '2026-07-01T00:00:00Z' },
  }),
  CompleteFollowUp: ({ followUp }) => ({ id: followUp }),
  RescheduleFollowUp: ({ followUp }) => ({ input: { id: followUp, dueAt: '2026-07-02T00:00:00Z' } }),
  CreateVenue: () => ({ input: { name: 'North', timezone: 'Europe/Berlin' } }),
  MorningOverview: () => ({ now: '2026-07-01T00:00:00Z' }),
  InboxPage: () => ({}),
  FindCaller: () => ({ search: 'example.net 55' }),
  AnswerAndClose: ({ inquiry }) => ({ id: inquiry, body: 'At nine.' }),
  CallList: () => ({ until: '2026-07-01T00:00:00Z' }),
  TickOff: ({ followUp }) => ({ id: followUp }),
  CallAgainLater: ({ followUp }) => ({ id: followUp, dueAt: '2026-07-02T00:00:00Z' }),
  FormCustomer: ({ venue }) => ({ name: 'Ada', email: 'ada@form.example', venueIds: [venue] }),
  FormInquiry: ({ customer, venue }) => ({
    ...{ customerId: customer, venueId: venue, subject: 'Hours', body: 'When?' },
  }),
  ChangedCustomers: () => ({ since: '2026-05-01T00:00:00Z' }),
  ChangedInquiries: () => ({ since: '2026-05-01T00:00:00Z' }),
  UpdateVenue: ({ venue }) => ({ input: { id: venue, city: 'Bonn' } }),
  CreateTreatment: ({ venue }) => ({
    input: { venueId: venue, name: 'Rest', durationMinutes: 30, priceCents: 0, currency: 'EUR' },
  }),
  CreateBooking: ({ venue, treatment, customer, freeAt }) => ({
    input: { venueId: venue, treatmentId: treatment, customerId: customer, startsAt: freeAt },
  }),
  CancelBooking: ({ booking }) => ({ id: booking }),
};

/**
 * Known and still to be mended: Venue.customers. The link between the two knows no sort value, so an engine may sort all
 * customers of a venue for one page of them.
 */
const sortsLinkedRows = ({ text }: Captured) => text.includes('FROM "customer_venues" AS "k"');

describeEachEngine('Query plans', (engine) => {
  let house: TestHouse;
  let large: Caller;
  let small: Caller;
  let captured: Captured[] = [];

  beforeAll(async () => {
    house = await openTestHouse(engine, {
      env: { RATE_LIMIT_REQUESTS_PER_MINUTE: '100000' },
      database: { onStatement: (text, values) => void captured.push({ text, values }) },
    });
    const seeded = async (customers: number) => {
      const workspace = await house.workspace();
      await seedWorkspace(operatorContext(house.app, workspace.workspaceId), { customers, seed: 1 });
      return workspace.owner();
    };
    large = await seeded(3_000);
    small = await seeded(300);
    await seeded(300);
  }, 180_000);
  afterAll(() => house.close());

  async function idsNow(): Promise<Ids> {
    const lists = `customers(first: 1) { nodes { id } } inquiries(first: 1, filter: { status: { neq: CLOSED } }) { nodes { id } }
      followUps(first: 1, filter: { status: { eq: OPEN } }) { nodes { id } }
      bookings(first: 1, filter: { status: { eq: BOOKED } }) { nodes { id venue { id
        availability(from: "2026-06-02T00:00:00Z", to: "2026-06-09T00:00:00Z") { startsAt treatment { id } } } } }`;
    const { data } = await large.send(`{ ${lists} }`);
    const idIn = (list: string) => data[list].nodes[0].id as string;
    const { venue } = data.bookings.nodes[0];
    const [slot] = venue.availability;
    return {
      ...{ customer: idIn('customers'), inquiry: idIn('inquiries'), followUp: idIn('followUps') },
      ...{ venue: venue.id as string, booking: idIn('bookings') },
      ...{ treatment: slot.treatment.id as string, freeAt: slot.startsAt as string },
    };
  }

  /** The statements of one operation, and its answer's data. */
  async function run(caller: Caller, document: string, variables: Variables = {}) {
    captured = [];
    const { errors, data, text } = await caller.send(document, variables);
    expect(errors).toBeUndefined();
    expect(text).not.toMatch(/"userErrors":\[\{/);
    return { statements: captured.splice(0), data };
  }

  describe.each(['as they come', 'with statistics'])('of the example operations, %s', (kind) => {
    beforeAll(async () => {
      // The planners decide differently when they know how many rows there are.
      if (kind === 'with statistics')
        await house.app.database.write((connection) => connection.query(sql`ANALYZE`));
    });

    it.each(operations)('%s reads no table in full and sorts no whole list', async (name) => {
      expect(variablesOf, 'Every example needs its variables here.').toHaveProperty(name);
      const { statements } = await run(large, contractOperation(name), variablesOf[name]!(await idsNow()));
      expect(statements.length).toBeGreaterThan(1);
      for (const statement of statements) {
        const { fullScans, sorts, text } = await planOf(house.app.database, statement);
        // The rows of a range are counted by group and ranked for a median: there is no order to read them in.
        const listSorts = name === 'Statistics' || sortsLinkedRows(statement) ? [] : sorts;
        expect({ fullScans, sorts: listSorts }, `${statement.text}\n${text}`).toEqual({
          fullScans: [],
          sorts: [],
        });
      }
    });
  });

  it('would show a table that is read in full, and a list that is sorted', async () => {
    const statement = { text: 'SELECT "notes" FROM "customers" AS "t" ORDER BY "notes"', values: [] };
    const { fullScans, sorts } = await planOf(house.app.database, statement);
    expect(fullScans).toHaveLength(1);
    expect(sorts).toHaveLength(1);
  });

  const pages = (window: string) =>
    `{ customers(${window}, orderBy: { field: CREATED_AT, direction: DESC }) {
      totalCount pageInfo { endCursor } nodes { id name inquiries(first: 2) { nodes { id subject } } }
    } }`;

  it('give page 500 for as many statements as page 1, by a seek', async () => {
    let cursor = '';
    for (let row = 0; row < 2_900; row += 100) {
      const { data } = await run(large, pages(`first: 100${cursor}`));
      cursor = `, after: "${data.customers.pageInfo.endCursor}"`;
    }
    const { data } = await run(large, pages(`first: 94${cursor}`));
    const after = `, after: "${data.customers.pageInfo.endCursor}"`;
    const first = await run(large, pages('first: 6'));
    const page500 = await run(large, pages(`first: 6${after}`));
    expect(page500.data.customers.nodes).toHaveLength(6);
    expect(page500.statements.length).toBe(first.statements.length);
    for (const { text } of page500.statements) expect(text).not.toMatch(/\bOFFSET\b/i);
    const list = page500.statements.find(({ text }) => text.includes('FROM "customers" AS "t"'))!;
    const { text } = await planOf(house.app.database, list);
    expect(text).toMatch(
      engine === 'sqlite'
        ? 'customers_created (workspace_id=? AND (created_at,id)<(?,?))'
        : /"Index Name":"customers_created".*"Index Cond":"[^"]*ROW\(created_at, id\) < ROW\(/,
    );
  });

  it('are of the same number for ten times as many customers', async () => {
    const ofLarge = await run(large, contractOperation('Dashboard'));
    const ofSmall = await run(small, contractOperation('Dashboard'));
    expect(ofLarge.data.customers.nodes).toHaveLength(50);
    expect(ofLarge.data.customers.totalCount).toBeGreaterThanOrEqual(10 * 300);
    expect(ofSmall.statements.length).toBe(ofLarge.statements.length);
  });
});
