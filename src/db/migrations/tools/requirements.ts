// Which version a store requires. A migration that servers of an earlier version cannot honour, e.g. because they would write
// rows that lack what it introduces, says so with requireVersion; those that only add leave it.
import type { QueryRunner } from 'typeorm';
import { compareVersions, version } from '../../../core/version.ts';
import { newTable } from '../../store/typeorm.ts';
import { migrationColumns } from './columns.ts';
import { onEngine } from './engine.ts';
import {
  copyForReleased,
  isOfMissingTable,
  isReleasedShutOut,
  releasedTable,
  type ReadRows,
} from './released.ts';

const requirementsTable = 'store_requirements';

/** This version must not use this store. The message is for the operator. */
export class StoreVersionError extends Error {}

interface Requirement {
  readonly migration: string;
  readonly version: string;
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

function refusal({ migration, version: needed }: Requirement, used: string): string {
  return (
    `This store was changed by Latchkey ${needed} (migration ${migration}), which ${used} cannot honour: ` +
    `start Latchkey ${needed} or newer, or restore the backup from before.`
  );
}

/** Also called by migrations that are older than the table's own. */
export async function makeRequirements(runner: QueryRunner): Promise<void> {
  const { primary, text } = migrationColumns(runner);
  const columns = [primary('migration'), text('version')];
  await runner.createTable(newTable({ name: requirementsTable, columns }), true);
}

/**
 * Version 0.1.0 knows no requirements: at its start it reads the names in `migrations`, and nothing else. So
 * `migrations` becomes a view that fails with the sentence when it is read. A server that already runs is not stopped
 * by it.
 */
async function closeToFirstRelease(runner: QueryRunner, sentence: string): Promise<void> {
  const failing = onEngine(runner, {
    sqlite: `json_extract('{}', ${quoted(sentence)})`,
    postgres: `(${quoted(sentence)} || left(version(), 0))::integer`,
  });
  const isView = await isReleasedShutOut(runner);
  await runner.query(`DROP ${isView ? 'VIEW' : 'TABLE'} IF EXISTS "${releasedTable}"`);
  await runner.query(`CREATE VIEW "${releasedTable}" AS SELECT ${failing} AS "name"`);
}

/** From the commit of this migration on, servers below `needed` do not start on this store, and those that run stop writing. */
export async function requireVersion(runner: QueryRunner, migration: string, needed: string): Promise<void> {
  await makeRequirements(runner);
  await runner.query(
    `INSERT INTO "${requirementsTable}" ("migration", "version") VALUES (${quoted(migration)}, ${quoted(needed)})`,
  );
  await closeToFirstRelease(runner, refusal({ migration, version: needed }, 'an older one'));
}

/** For the `down` of a migration that required a version. The last one lets every version in again. */
export async function liftRequirement(runner: QueryRunner, migration: string): Promise<void> {
  if (!(await runner.hasTable(requirementsTable))) return;
  await runner.query(`DELETE FROM "${requirementsTable}" WHERE "migration" = ${quoted(migration)}`);
  const left = (await runner.query(
    `SELECT "migration", "version" FROM "${requirementsTable}"`,
  )) as Requirement[];
  const [highest] = left.sort((a, b) => compareVersions(b.version, a.version));
  if (highest) return closeToFirstRelease(runner, refusal(highest, 'an older one'));
  if (!(await isReleasedShutOut(runner))) return;
  await runner.query(`DROP VIEW "${releasedTable}"`);
  await runner.dropTable(requirementsTable);
  await copyForReleased(runner);
}

/** The sentence when a server of version `used` must not use the store, else null. One small read. */
export async function findRefusal(read: ReadRows, used = version): Promise<string | null> {
  try {
    const rows = (await read(
      `SELECT "migration", "version" FROM "${requirementsTable}"`,
      [],
    )) as Requirement[];
    const unmet = rows
      .filter((row) => compareVersions(used, row.version) < 0)
      .sort((a, b) => compareVersions(b.version, a.version))[0];
    return unmet ? refusal(unmet, `Latchkey ${used}`) : null;
  } catch (error) {
    if (isOfMissingTable(error)) return null;
    throw error;
  }
}
