// The steps by which both engines bring a store up to date. The lock is not among them: each engine holds it in its own
// way.
import type { DataSource } from 'typeorm';
import type { AppliedMigration, MigrationReport } from '../store/database.ts';
import { findUnknown, isUpToDate } from './applied.ts';
import { adoptReleased, type ReadRows } from './tools/released.ts';
import { findRefusal, StoreVersionError } from './tools/requirements.ts';

/** Throws StoreVersionError before anything is changed. `apply` runs only when something is missing. */
export async function bringUpToDate(
  read: ReadRows,
  apply: () => Promise<readonly AppliedMigration[]>,
): Promise<MigrationReport> {
  const refusal = await findRefusal(read);
  if (refusal !== null) throw new StoreVersionError(refusal);
  const applied = (await isUpToDate(read)) ? [] : await apply();
  return { applied, unknown: await findUnknown(read) };
}

/** Runs what is missing of the source's migrations. Called while no other process migrates. */
export async function runMissing(source: DataSource, transaction: 'all' | 'none'): Promise<void> {
  const runner = source.createQueryRunner();
  await adoptReleased(runner).finally(() => runner.release());
  await source.runMigrations({ transaction });
}
