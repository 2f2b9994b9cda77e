// Whom a new inquiry or follow-up concerns: its customer and its venue, as far as the caller may see them.
import { notFound, userError } from '../../core/errors.ts';
import type { TenantTransaction } from '../../db/tenant/tenant-db.ts';
import { tableOf } from '../../db/store/table.ts';
import { assertIdOf } from '../../resources/inputs/input.ts';
import { Customer } from '../customers/index.ts';
import { Venue } from '../venues/index.ts';

/** Throws NOT_FOUND at `input.customerId`. */
export async function assertCustomer(tx: TenantTransaction, customerId: string): Promise<void> {
  const field = ['input', 'customerId'];
  assertIdOf('cus', customerId, field, 'customer');
  const known = await tx.byIds(tableOf(Customer), ['id'], [customerId]);
  if (!known.has(customerId)) throw notFound(field, 'customer');
}

/** The one venue that the caller is restricted to, or null. */
export function onlyVenue({ scope: { venueIds } }: TenantTransaction): string | null {
  return (venueIds?.length === 1 && venueIds[0]) || null;
}

/**
 * The venue that was named, or else the only one that the caller is restricted to, or null. Throws NOT_FOUND and
 * REQUIRED at `input.venueId`.
 */
export async function venueForNewRow(
  tx: TenantTransaction,
  venueId: string | null | undefined,
): Promise<string | null> {
  const field = ['input', 'venueId'];
  const allowed = tx.scope.venueIds;
  const wanted = venueId ?? onlyVenue(tx);
  if (wanted === null) {
    // Without a venue of its own the key would create a row that it cannot see.
    if (allowed !== null)
      throw userError('REQUIRED', field, 'A key that is restricted to venues must name one.');
    return null;
  }
  assertIdOf('ven', wanted, field, 'venue');
  const known = await tx.byIds(tableOf(Venue), ['id'], [wanted]);
  if (!known.has(wanted)) throw notFound(field, 'venue');
  return wanted;
}
