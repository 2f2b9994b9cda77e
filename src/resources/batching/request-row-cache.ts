// Rows that the same request has read before: a place that asks for no more of them needs no statement. The customer of an
// inquiry, say, is often the customer whose inquiries were asked for.
import type { Context } from '../../access/context.ts';
import { perRequest } from '../../core/per-request.ts';
import { noteIds } from '../noted-records.ts';

export type Row = Readonly<Record<string, unknown>>;

interface CachedRows {
  readonly properties: readonly string[];
  readonly rows: readonly Row[];
  /** Made when it is first looked into: most rows are asked for once. */
  byId?: ReadonlyMap<string, Row>;
}

const read = perRequest<Context, Map<string, CachedRows[]>>(() => new Map());

/** A commit makes what was read old. */
export function clearCachedRows(context: Context): void {
  read.reset(context);
}

/** What the cache has to know of a resource. */
interface Source {
  readonly name: string;
  /** See ResourceOptions. */
  readonly mentions?: string;
}

/** Notes rows of a type that the caller may see, with the properties that were read of them. */
export function cacheRows(
  context: Context,
  { name: typeName, mentions }: Source,
  properties: readonly string[],
  rows: readonly Row[],
): void {
  if (rows.length === 0) return;
  context.noteRows(rows.length);
  context.noteRecords(typeName, rows);
  if (mentions !== undefined && properties.includes(mentions))
    noteIds(
      context,
      rows.map((row) => row[mentions]),
    );
  const ofRequest = read.get(context);
  const known = ofRequest.get(typeName);
  if (known) known.push({ properties, rows });
  else ofRequest.set(typeName, [{ properties, rows }]);
}

/** Those of the wanted rows that were read with at least these properties. */
export function findCachedRows(
  context: Context,
  typeName: string,
  properties: readonly string[],
  ids: readonly string[],
): Map<string, Row> {
  const found = new Map<string, Row>();
  for (const known of read.get(context).get(typeName) ?? []) {
    if (!properties.every((property) => known.properties.includes(property))) continue;
    known.byId ??= new Map(known.rows.map((row) => [row['id'] as string, row]));
    for (const id of ids) {
      const row = known.byId.get(id);
      if (row) found.set(id, row);
    }
  }
  return found;
}
