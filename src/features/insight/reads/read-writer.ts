// Merges records that were read into the sets of the store. Merging is idempotent: what is written twice, by a process or by two,
// is there once.
import sql from 'sql-template-tag';
import { insertStatement } from '../../../db/statements/write.ts';
import type { Database, WriteConnection } from '../../../db/store/database.ts';
import { isRefusedRow } from '../../../db/store/store-failure.ts';
import { tableOf } from '../../../db/store/table.ts';
import { divideRefused } from '../recording/refused-rows.ts';
import { KeyReadsDay } from '../recording.tables.ts';
import { fingerprintOf } from './fingerprint.ts';
import { RecordSet } from './record-set.ts';

export interface ReadRecords extends Pick<KeyReadsDay, 'workspaceId' | 'callerId' | 'day' | 'type'> {
  readonly ids: readonly string[];
}

type Place = Omit<ReadRecords, 'ids'>;

const nameOf = ({ workspaceId, callerId, day, type }: Place) => `${workspaceId} ${callerId} ${day} ${type}`;

/** In the order of the primary key, in which every process locks them. */
function inOrder<T extends Place>(places: Iterable<T>): T[] {
  return [...places].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

function mergedByPlace(reads: readonly ReadRecords[]): ReadRecords[] {
  const places = new Map<string, ReadRecords>();
  for (const read of reads) {
    const known = places.get(nameOf(read));
    places.set(nameOf(read), known ? { ...known, ids: [...known.ids, ...read.ids] } : read);
  }
  return inOrder(places.values());
}

/** The sets as they are, by their place; held until the transaction ends. */
async function holdSets(
  connection: WriteConnection,
  places: readonly Place[],
): Promise<ReadonlyMap<string, RecordSet>> {
  const { dialect } = connection;
  // Each place as a whole: by four lists these and all that their parts can be put together to would be read and held.
  const wanted = dialect.insertedRows(
    places.map(({ workspaceId, callerId, day, type }) => [workspaceId, callerId, day, type]),
  );
  const place = sql`(t."workspace_id", t."caller_id", t."day", t."type")`;
  const rows = await connection.query<
    Record<'workspace_id' | 'caller_id' | 'day' | 'type' | 'records', string>
  >(
    sql`SELECT t."workspace_id", t."caller_id", t."day", t."type", t."records" FROM "key_reads_day" AS "t" WHERE ${place} IN (${wanted}) ORDER BY t."workspace_id", t."caller_id", t."day", t."type"${dialect.lockRows('NO KEY UPDATE', 't')}`,
  );
  return new Map(
    rows.map(({ workspace_id: workspaceId, caller_id: callerId, day, type, records }) => [
      nameOf({ workspaceId, callerId, day, type }),
      RecordSet.decode(records),
    ]),
  );
}

function rowOf({ workspaceId, callerId, day, type }: Place, set: RecordSet): KeyReadsDay {
  return { workspaceId, callerId, day, type, count: set.size, records: set.encode() };
}

/** One transaction. */
function writeReads(database: Database, reads: readonly ReadRecords[]): Promise<void> {
  const given = mergedByPlace(reads);
  const table = tableOf(KeyReadsDay);
  return database.write(async (connection) => {
    const { dialect } = connection;
    // So that each is there to be held, also when two processes begin it together.
    const empty = given.map((read) => ({ ...rowOf(read, RecordSet.empty()) }));
    await connection.execute(insertStatement(table, empty, dialect, true));
    const sets = await holdSets(connection, given);
    const changed = given.flatMap((read) => {
      const set = sets.get(nameOf(read)) ?? RecordSet.empty();
      const grown = read.ids.filter((id) => set.add(fingerprintOf(id)));
      return grown.length > 0 ? [{ ...rowOf(read, set) }] : [];
    });
    if (changed.length === 0) return;
    await connection.execute(
      sql`${insertStatement(table, changed, dialect, false)} ON CONFLICT ("workspace_id", "caller_id", "day", "type") DO UPDATE SET "count" = excluded."count", "records" = excluded."records"`,
    );
  });
}

interface LostReads {
  readonly records: number;
  /** Whether somebody can still ask for them. */
  readonly isMissed: boolean;
}

/** Writes all that the store takes. What it refuses for what it holds is given up, set by set. Rejects when it is away. */
export async function writeAllowedReads(
  database: Database,
  reads: readonly ReadRecords[],
): Promise<LostReads> {
  let [records, isMissed] = [0, false];
  const waiting = [reads];
  for (let batch = waiting.pop(); batch; batch = waiting.pop()) {
    try {
      await writeReads(database, batch);
    } catch (error) {
      if (!isRefusedRow(error)) throw error;
      const divided = await divideRefused(database, batch);
      waiting.push(...divided.parts);
      records += divided.lost.reduce((sum, { ids }) => sum + ids.length, 0);
      isMissed ||= divided.isMissed;
    }
  }
  return { records, isMissed };
}
