// Finding the key that a mutation is about.
import { StoredApiKey } from '../../access/authentication/tables.ts';
import { notFound } from '../../core/errors.ts';
import type { TenantTransaction } from '../../db/tenant/tenant-db.ts';
import { assertIdOf } from '../../resources/inputs/input.ts';

/** The key's row, held until the transaction ends. Throws NOT_FOUND at `field`. */
export async function getKey(
  tx: TenantTransaction,
  id: string,
  field: readonly string[],
): Promise<StoredApiKey> {
  assertIdOf('key', id, field, 'API key');
  const key = await tx.findForUpdate(StoredApiKey, id);
  if (!key) throw notFound(field, 'API key');
  return key;
}
