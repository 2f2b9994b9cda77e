// The rules of customers: create, change, and which venues they belong to.
import type { Context } from '../../access/context.ts';
import { toInstant } from '../../core/clock.ts';
import { notFound, userError, UserErrors } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { Condition } from '../../db/statements/condition.ts';
import { withKnownIds } from '../../db/tenant/known-ids.ts';
import type { TenantTransaction } from '../../db/tenant/tenant-db.ts';
import { tableOf } from '../../db/store/table.ts';
import { assertIdOf, assertUpdated, checkInput, listPatch } from '../../resources/inputs/input.ts';
import { mutate, mutateEach } from '../../resources/payload.ts';
import { Venue } from '../venues/index.ts';
import { Customer, CustomerVenue } from './customer.entity.ts';
import {
  createCustomerRules,
  updateCustomerRules,
  type CreateCustomerInput,
  type UpdateCustomerInput,
} from './customer.inputs.ts';

export function createCustomer(ctx: Context, input: CreateCustomerInput) {
  return mutate(ctx, async (tx) => {
    const customer = await newCustomer(ctx, tx, checkInput(createCustomerRules, input));
    await insertCustomers(tx, [customer]);
    return { customerId: customer.row.id };
  });
}

/** All or none; the user errors of each say which one they mean. */
export function createCustomers(ctx: Context, inputs: readonly CreateCustomerInput[]) {
  return mutateEach(ctx, { rules: createCustomerRules, inputs }, async (tx, forEach) => {
    const knowing = await knowingVenues(tx, inputs);
    const customers = await forEach((input) => newCustomer(ctx, knowing, input));
    await insertCustomers(tx, customers);
    return { customerIds: customers.map(({ row }) => row.id) };
  });
}

/** The transaction, with the venues of all inputs looked up. */
function knowingVenues(
  tx: TenantTransaction,
  inputs: readonly CreateCustomerInput[],
): Promise<TenantTransaction> {
  const named = inputs.flatMap(({ venueIds }) => venueIds ?? []);
  return withKnownIds(tx, Venue, [...named, ...(tx.scope.venueIds ?? [])]);
}

type NewCustomer = Awaited<ReturnType<typeof newCustomer>>;

/** The row and the links to write. Throws UserErrors. */
async function newCustomer(ctx: Context, tx: TenantTransaction, input: CreateCustomerInput) {
  const { venueIds, tags, name, email, phone, city, notes } = input;
  const id = newId('cus', ctx.clock);
  const now = toInstant(ctx.clock.nowMs());
  const optional = { email: email ?? null, phone: phone ?? null, city: city ?? null, notes: notes ?? null };
  const row = { id, name, ...optional, tags: tags ?? [], version: 1, createdAt: now, updatedAt: now };
  return { row, venueIds: await venuesForNewCustomer(tx, venueIds) };
}

/** Takes as few statements for many customers as for one. */
async function insertCustomers(tx: TenantTransaction, customers: readonly NewCustomer[]): Promise<void> {
  await tx.insert(
    Customer,
    customers.map(({ row }) => row),
  );
  // Nobody else knows these customers yet: there is no version to raise.
  await tx.insert(
    CustomerVenue,
    customers.flatMap(({ row, venueIds }) => linksOf(row.id, venueIds)),
  );
}

export function updateCustomer(ctx: Context, input: UpdateCustomerInput) {
  return mutate(ctx, async (tx) => {
    const { id, expectedVersion, venueIds, tags, ...texts } = checkInput(updateCustomerRules, input);
    assertIdOf('cus', id, ['input', 'id'], 'customer');
    // Locked before the links are read: another change of them waits, or is seen.
    if (venueIds !== undefined) await tx.hold(Customer, [id]);
    const outcome = await tx.update(Customer, id, { ...texts, ...listPatch({ tags }) }, expectedVersion);
    assertUpdated(outcome, 'customer');
    const isLinkedAnew = venueIds !== undefined && (await replaceVenues(tx, id, venueIds ?? []));
    if (isLinkedAnew && outcome === 'UNCHANGED') await tx.raiseVersions(Customer, [id]);
    return { customerId: id };
  });
}

interface VenueLink {
  readonly customerId: string;
  readonly venueId: string;
}

function linksOf(customerId: string, venueIds: readonly string[]): VenueLink[] {
  return [...new Set(venueIds)].map((venueId) => ({ customerId, venueId }));
}

const everyRow = 2 ** 31 - 1;

/** One id is looked up as it is: for a list of any length Postgres expects many rows. */
function namesAny(ids: readonly string[]): Condition {
  return ids.length === 1
    ? { property: 'id', op: 'eq', value: ids[0] }
    : { property: 'id', op: 'in', value: ids };
}

/** Links of customers to venues that the caller may see: to all of them, or to those that are named. */
async function findLinks(
  tx: TenantTransaction,
  customerIds: readonly string[],
  venueIds: readonly string[] | null,
): Promise<VenueLink[]> {
  const query = {
    table: tableOf(Venue),
    properties: ['id'],
    condition: venueIds ? namesAny(venueIds) : { all: [] },
    window: { orderBy: 'createdAt', direction: 'ASC', limit: everyRow } as const,
    count: false,
  };
  const link = { by: 'link', table: () => CustomerVenue, parent: 'customerId', child: 'venueId' } as const;
  const found = await tx.listPerParent<{ id: string }>(query, link, customerIds);
  return [...found].flatMap(([customerId, { rows }]) => rows.map(({ id }) => ({ customerId, venueId: id })));
}

const linkKey = ({ customerId, venueId }: VenueLink) => `${customerId} ${venueId}`;

/** Those of the links that are not there yet, each once. */
async function missingLinks(tx: TenantTransaction, links: readonly VenueLink[]): Promise<VenueLink[]> {
  const wanted = new Map(links.map((link) => [linkKey(link), link]));
  const customerIds = [...new Set(links.map(({ customerId }) => customerId))];
  const venueIds = [...new Set(links.map(({ venueId }) => venueId))];
  for (const link of await findLinks(tx, customerIds, venueIds)) wanted.delete(linkKey(link));
  return [...wanted.values()];
}

/**
 * A customer who writes to, or is called by, a venue belongs to it from then on. A new link raises the customer's version:
 * an update with an earlier `expectedVersion` would cut it unseen. Linking twice does nothing.
 */
export async function linkToVenues(tx: TenantTransaction, links: readonly VenueLink[]): Promise<void> {
  if (links.length === 0) return;
  // Most links are there: looking first holds no customer.
  const missing = await missingLinks(tx, links);
  if (missing.length === 0) return;
  await tx.hold(Customer, [...new Set(missing.map(({ customerId }) => customerId))]);
  // Looked at again: a transaction that held these customers before may have made the same links.
  const added = await missingLinks(tx, missing);
  await tx.insert(CustomerVenue, added);
  await tx.raiseVersions(
    Customer,
    added.map(({ customerId }) => customerId),
  );
}

async function venuesForNewCustomer(
  tx: TenantTransaction,
  venueIds: readonly string[] | null | undefined,
): Promise<readonly string[]> {
  const allowed = tx.scope.venueIds;
  const wanted = venueIds ?? (allowed?.length === 1 ? allowed : []);
  // Without a venue of its own the key would create a customer that it cannot see.
  if (allowed !== null && wanted.length === 0) {
    throw userError(
      'REQUIRED',
      ['input', 'venueIds'],
      'A key that is restricted to venues must name at least one.',
    );
  }
  await assertVenues(tx, wanted);
  return wanted;
}

async function assertVenues(tx: TenantTransaction, venueIds: readonly string[]): Promise<void> {
  if (venueIds.length === 0) return;
  const known = await tx.byIds(tableOf(Venue), ['id'], venueIds);
  const faults = venueIds.flatMap((id, index) =>
    known.has(id) ? [] : notFound(['input', 'venueIds', String(index)], 'venue').items,
  );
  if (faults.length > 0) throw new UserErrors(faults);
}

/**
 * Replaces the links to venues that the caller may see; a restricted key neither sees nor cuts the others. Returns whether a
 * link was made or cut.
 */
async function replaceVenues(
  tx: TenantTransaction,
  customerId: string,
  venueIds: readonly string[],
): Promise<boolean> {
  if (tx.scope.venueIds !== null && venueIds.length === 0) {
    throw userError(
      'REQUIRED',
      ['input', 'venueIds'],
      'A key that is restricted to venues must leave at least one.',
    );
  }
  await assertVenues(tx, venueIds);
  const known = (await findLinks(tx, [customerId], null)).map(({ venueId }) => venueId);
  const added = linksOf(customerId, venueIds).filter(({ venueId }) => !known.includes(venueId));
  const cut = known.filter((venueId) => !venueIds.includes(venueId));
  await tx.insert(CustomerVenue, added);
  if (cut.length > 0) {
    const ofCustomer = { property: 'customerId', op: 'eq', value: customerId } as const;
    await tx.removeWhere(CustomerVenue, { all: [ofCustomer, { property: 'venueId', op: 'in', value: cut }] });
  }
  return added.length + cut.length > 0;
}
