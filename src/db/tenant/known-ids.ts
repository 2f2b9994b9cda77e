// Looks up in one statement what a bulk mutation would look up row by row. Its transaction holds the store meanwhile
// (on SQLite the one writer), and a hundred trips between threads were most of the time for which the others waited.
import { tableOf, type EntityClass } from '../store/table.ts';
import type { TenantTransaction } from './tenant-db.ts';

const isIdAlone = (properties: readonly string[]) => properties.length === 1 && properties[0] === 'id';

/**
 * Wraps a transaction: `byIds` for the id alone answers from one look at all of these rows. For rows that the
 * transaction does not make itself. An id that is unknown, of another workspace or outside the venues is still not in
 * the map.
 */
export async function withKnownIds(
  tx: TenantTransaction,
  entity: EntityClass,
  ids: readonly (string | null | undefined)[],
): Promise<TenantTransaction> {
  const table = tableOf(entity);
  const asked = new Set(ids.filter((id) => typeof id === 'string'));
  if (asked.size === 0) return tx;
  const known = await tx.byIds<{ id: string }>(table, ['id'], [...asked]);
  return {
    ...tx,
    async byIds<T>(wanted: typeof table, properties: readonly string[], ids: readonly string[]) {
      const isAsked = wanted === table && isIdAlone(properties) && ids.every((id) => asked.has(id));
      if (!isAsked) return tx.byIds<T>(wanted, properties, ids);
      return new Map(ids.flatMap((id) => (known.has(id) ? [[id, known.get(id) as T] as const] : [])));
    },
  };
}
