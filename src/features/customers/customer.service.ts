// The rules of customers: create, change, and which venues they belong to.
import type { Context } from '../../access/context.ts';
import { toInstant } from '../../core/clock.ts';
import { notFound, userError, UserErrors } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { TenantTransaction } from '../../db/tenant-db.ts';
import { tableOf } from '../../db/table.ts';
import { assertIdOf, assertUpdated, checkInput, forEachInput } from '../../graph/input.ts';
import { mutate } from '../../graph/payload.ts';
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
    const customer = await newCustomer(ctx, tx, input);
    await insertCustomers(tx, [customer]);
    return { customerId: customer.row.id };
  });
}

/** All or none; the user errors of each say which one they mean. */
export function createCustomers(ctx: Context, inputs: readonly CreateCustomerInput[]) {
  return mutate(ctx, async (tx) => {
    const customers = await forEachInput(inputs, (input) => newCustomer(ctx, tx, input));
    await insertCustomers(tx, customers);
    return { customerIds: customers.map(({ row }) => row.id) };
  });
}

type NewCustomer = Awaited<ReturnType<typeof newCustomer>>;

/** What is to be written. Throws UserErrors. */
async function newCustomer(ctx: Context, tx: TenantTransaction, input: CreateCustomerInput) {
  const { venueIds, tags, name, email, phone, city, notes } = checkInput(createCustomerRules, input);
  const id = newId('cus', ctx.clock);
  const now = toInstant(ctx.clock.nowMs());
  const optional = { email: email ?? null, phone: phone ?? null, city: city ?? null, notes: notes ?? null };
  const row = { id, name, ...optional, tags: tags ?? [], version: 1, createdAt: now, updatedAt: now };
  return { row, venueIds: await venuesForNewCustomer(tx, venueIds) };
}

/** As few statements as for one of them. */
async function insertCustomers(tx: TenantTransaction, customers: readonly NewCustomer[]): Promise<void> {
  await tx.insert(
    Customer,
    customers.map(({ row }) => row),
  );
  await linkToVenues(
    tx,
    customers.flatMap(({ row, venueIds }) => linksOf(row.id, venueIds)),
  );
}

export function updateCustomer(ctx: Context, input: UpdateCustomerInput) {
  return mutate(ctx, async (tx) => {
    const { id, expectedVersion, venueIds, ...patch } = checkInput(updateCustomerRules, input);
    assertIdOf('cus', id, ['input', 'id'], 'customer');
    assertUpdated(await tx.update(Customer, id, patch, expectedVersion), 'customer');
    if (venueIds !== undefined) await replaceVenues(tx, id, venueIds);
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

/** A customer who writes to, or is called by, a venue belongs to it from then on. Linking twice does nothing. */
export async function linkToVenues(tx: TenantTransaction, links: readonly VenueLink[]): Promise<void> {
  await tx.insert(CustomerVenue, links, { ignoreDuplicates: true });
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

/** Replaces the links to venues that the caller may see; a restricted key neither sees nor cuts the others. */
async function replaceVenues(
  tx: TenantTransaction,
  customerId: string,
  venueIds: readonly string[],
): Promise<void> {
  if (tx.scope.venueIds !== null && venueIds.length === 0) {
    throw userError(
      'REQUIRED',
      ['input', 'venueIds'],
      'A key that is restricted to venues must leave at least one.',
    );
  }
  await assertVenues(tx, venueIds);
  await tx.removeWhere(CustomerVenue, { property: 'customerId', op: 'eq', value: customerId });
  await linkToVenues(tx, linksOf(customerId, venueIds));
}
