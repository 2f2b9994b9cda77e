// Variables for every example operation, with ids of rows that are there: tests run the examples on seeded workspaces.
import { contractOperation } from './contract.ts';
import type { Caller, TestWorkspace, Variables } from './house.ts';

export interface ExampleIds {
  readonly customer: string;
  /** The first word of the customer's name. */
  readonly word: string;
  readonly inquiry: string;
  readonly venue: string;
  /** One that is open. */
  readonly followUp: string;
  readonly treatment: string;
  /** One that is not cancelled. */
  readonly booking: string;
  /** When the treatment can be booked. */
  readonly freeAt: string;
  /** A key of its own, new. */
  readonly key: string;
  readonly disabledKey: string;
  /** A key that is on trial. */
  readonly triedKey: string;
  /** A stored operation that a key can run; saved anew when it was deleted. */
  readonly operation: string;
  /** A colleague of its own, new. */
  readonly user: string;
  readonly auditEntry: string;
  readonly email: string;
  readonly password: string;
}

let users = 0;
function newUser() {
  users += 1;
  return {
    email: `example${users}@test.example`,
    password: `a password of example ${users}`,
    role: 'MEMBER',
  };
}

/** A new operation of schema/examples needs a line here. */
export const variablesOf: Record<string, (ids: ExampleIds) => Variables> = {
  Dashboard: () => ({}),
  Customer: ({ customer }) => ({ id: customer }),
  Inbox: () => ({ since: '2026-01-01T00:00:00Z' }),
  DueFollowUps: () => ({ until: '2026-07-01T00:00:00Z' }),
  Statistics: () => ({ from: '2026-05-01T00:00:00Z', to: '2026-06-01T00:00:00Z' }),
  VenueReport: ({ venue }) => ({ id: venue, from: '2026-06-01T00:00:00Z', to: '2026-06-08T00:00:00Z' }),
  FreeTimes: ({ venue }) => ({ venueId: venue, from: '2026-06-01T00:00:00Z', to: '2026-06-08T00:00:00Z' }),
  Node: ({ inquiry }) => ({ id: inquiry }),
  CreateCustomer: ({ venue }) => ({ input: { name: 'Ada', venueIds: [venue] } }),
  UpdateCustomer: ({ customer, venue }) => ({ input: { id: customer, name: 'Ada', venueIds: [venue] } }),
  IngestCustomer: () => ({ input: { name: 'Ada' } }),
  CreateInquiry: ({ customer, venue }) => ({
    input: { customerId: customer, venueId: venue, subject: 'Hours', body: 'When?', channel: 'WEB' },
  }),
  ReplyToInquiry: ({ inquiry }) => ({ input: { inquiryId: inquiry, body: 'At nine.' } }),
  RecordCustomerReply: ({ inquiry }) => ({ input: { inquiryId: inquiry, body: 'And on Sunday?' } }),
  UpdateInquiryStatus: ({ inquiry }) => ({ input: { id: inquiry, status: 'WAITING' } }),
  CreateFollowUp: ({ customer }) => ({
    input: { customerId: customer, note: 'Call', dueAt: '2026-07-01T00:00:00Z' },
  }),
  CompleteFollowUp: ({ followUp }) => ({ id: followUp }),
  RescheduleFollowUp: ({ followUp }) => ({ input: { id: followUp, dueAt: '2026-07-02T00:00:00Z' } }),
  CreateVenue: () => ({ input: { name: 'North', timezone: 'Europe/Berlin' } }),
  MorningOverview: () => ({ now: '2026-07-01T00:00:00Z' }),
  InboxPage: () => ({}),
  FindCaller: ({ word }) => ({ search: word }),
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
  VenueWeek: ({ venue }) => ({
    ...{ venue, from: '2026-05-31T22:00:00Z', to: '2026-06-07T22:00:00Z', timezone: 'Europe/Berlin' },
  }),
  UpdateVenue: ({ venue }) => ({ input: { id: venue, city: 'Bonn' } }),
  CreateTreatment: ({ venue }) => ({
    input: { venueId: venue, name: 'Rest', durationMinutes: 30, priceCents: 0, currency: 'EUR' },
  }),
  CreateBooking: ({ venue, treatment, customer, freeAt }) => ({
    input: { venueId: venue, treatmentId: treatment, customerId: customer, startsAt: freeAt },
  }),
  CancelBooking: ({ booking }) => ({ id: booking }),
  Requests: () => ({ first: 10 }),
  MayHaveRead: ({ key, customer }) => ({
    ...{ apiKeyId: key, recordId: customer },
    ...{ from: '2026-06-01T00:00:00Z', to: '2026-06-02T00:00:00Z' },
  }),
  KeyInsight: ({ key }) => ({ id: key, from: '2026-06-01T00:00:00Z', to: '2026-06-02T00:00:00Z' }),
  Login: ({ email, password }) => ({ email, password }),
  Viewer: () => ({}),
  Scopes: () => ({}),
  CreateApiKey: ({ venue }) => ({
    input: { label: 'Board', scopes: ['read:customers'], venueIds: [venue], ipAllowlist: ['10.0.0.0/8'] },
  }),
  ListApiKeys: () => ({ first: 20 }),
  GetApiKey: ({ key }) => ({ id: key }),
  UpdateApiKey: ({ key, venue }) => ({
    input: { id: key, label: 'Other', scopes: ['read:venues'], venueIds: [venue] },
  }),
  DisableApiKey: ({ key }) => ({ id: key }),
  EnableApiKey: ({ disabledKey }) => ({ id: disabledKey }),
  RotateApiKey: ({ key }) => ({ id: key, overlapSeconds: 60 }),
  RegenerateApiKey: ({ key }) => ({ id: key }),
  RevokeApiKey: ({ key }) => ({ id: key }),
  PreviewKeyChange: ({ key }) => ({ id: key, scopes: ['read:customers'], days: 7 }),
  NarrowApiKey: ({ key }) => ({ id: key, scopes: ['read:venues'], mode: 'TRIAL' }),
  UndoNarrowing: ({ triedKey }) => ({ id: triedKey }),
  WorkspaceSettings: () => ({}),
  UpdateWorkspaceSettings: () => ({ input: { requestLogRetentionDays: 30 } }),
  DeleteApiKey: ({ key }) => ({ id: key }),
  SaveOperation: () => ({ name: 'find', document: contractOperation('FindCaller') }),
  StoredOperations: () => ({ first: 20 }),
  StoredOperation: ({ operation }) => ({ id: operation }),
  DeleteOperation: ({ operation }) => ({ id: operation }),
  CreatePinnedKey: ({ operation }) => ({ label: 'Board', operationIds: [operation] }),
  AuditLog: () => ({ first: 20 }),
  AccessCheck: () => ({ document: contractOperation('Dashboard') }),
  SuggestScopes: () => ({ documents: [contractOperation('Dashboard'), contractOperation('Inbox')] }),
  RateLimit: () => ({}),
  UpdateTreatment: ({ treatment }) => ({ input: { id: treatment, priceCents: 1_500 } }),
  Details: ({ inquiry, followUp, booking, treatment }) => ({
    ...{ inquiryId: inquiry, followUpId: followUp, bookingId: booking, treatmentId: treatment },
  }),
  OffersAndBookings: () => ({ from: '2026-06-02T00:00:00Z' }),
  CreateCustomers: ({ venue }) => ({ input: [{ name: 'Ada', venueIds: [venue] }, { name: 'Grace' }] }),
  CreateInquiries: ({ customer }) => ({
    input: [{ customerId: customer, subject: 'Hours', body: 'When?', channel: 'PHONE' }],
  }),
  AuditEntry: ({ auditEntry }) => ({ id: auditEntry }),
  ListUsers: () => ({ first: 20 }),
  User: ({ user }) => ({ id: user }),
  CreateUser: () => ({ input: newUser() }),
  UpdateUserRole: ({ user }) => ({ input: { id: user, role: 'ADMIN' } }),
  RemoveUser: ({ user }) => ({ id: user }),
};

const lists = `{
  customers(first: 1) { nodes { id name } }
  inquiries(first: 1, filter: { status: { neq: CLOSED } }) { nodes { id } }
  followUps(first: 1, filter: { status: { eq: OPEN } }) { nodes { id } }
  bookings(first: 1, filter: { status: { eq: BOOKED }, startsAt: { gte: "2026-06-02T00:00:00Z" } }) { nodes { id venue { id
    availability(from: "2026-06-02T00:00:00Z", to: "2026-06-09T00:00:00Z") { startsAt treatment { id } }
  } } }
}`;

/** Ids of a seeded workspace, as they are now: what one example completes or cancels is not named to the next. */
export async function exampleIds(workspace: TestWorkspace, owner: Caller): Promise<ExampleIds> {
  const { data } = await owner.send(lists);
  const idIn = (list: string) => data[list].nodes[0].id as string;
  const { venue } = data.bookings.nodes[0];
  const [slot] = venue.availability;
  const { apiKeyId: key } = await workspace.key('read:venues');
  const { apiKeyId: disabledKey } = await workspace.key('read:venues');
  await owner.send(contractOperation('DisableApiKey'), { id: disabledKey });
  const { apiKeyId: triedKey } = await workspace.key('read:venues', 'read:customers');
  const trial = { id: triedKey, scopes: ['read:venues'], mode: 'TRIAL' };
  await owner.send(contractOperation('NarrowApiKey'), trial);
  const saved = await owner.send(contractOperation('SaveOperation'), {
    name: 'example',
    document: contractOperation('FindCaller'),
  });
  const made = await owner.send(contractOperation('CreateUser'), { input: newUser() });
  const log = await owner.send(contractOperation('AuditLog'), { first: 1 });
  return {
    ...{ customer: idIn('customers'), inquiry: idIn('inquiries'), followUp: idIn('followUps') },
    word: (data.customers.nodes[0].name as string).split(' ')[0]!,
    ...{ venue: venue.id as string, booking: idIn('bookings') },
    ...{ treatment: slot.treatment.id as string, freeAt: slot.startsAt as string },
    user: made.data.createUser.userId as string,
    auditEntry: log.data.auditLog.nodes[0].id as string,
    operation: saved.data.saveOperation.operation.id as string,
    ...{ key, disabledKey, triedKey, email: workspace.ownerEmail, password: workspace.ownerPassword },
  };
}
