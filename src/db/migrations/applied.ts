// Which migrations were applied, read without TypeORM: TypeORM would make its table first, which two processes must not
// do at once, and loading it would slow down every start.
import { migrations } from './index.ts';
import { appliedTable, isOfMissingTable, type ReadRows } from './tools/released.ts';

const ownNames = () => migrations.map((Migration) => new Migration().name);

/** Whether the migrations of this version are all among these names. */
export function areApplied(names: readonly string[]): boolean {
  const applied = new Set(names);
  return ownNames().every((name) => applied.has(name));
}

async function readApplied(read: ReadRows): Promise<string[]> {
  try {
    const applied = (await read(`SELECT "name" FROM "${appliedTable}"`, [])) as { name: string }[];
    return applied.map(({ name }) => name);
  } catch (error) {
    if (isOfMissingTable(error)) return [];
    throw error;
  }
}

/** Whether every migration of this version is applied. One small read. */
export async function isUpToDate(read: ReadRows): Promise<boolean> {
  return areApplied(await readApplied(read));
}

/** Migrations that were applied and are not of this version, in their order. */
export async function findUnknown(read: ReadRows): Promise<string[]> {
  const own = new Set<string>(ownNames());
  return (await readApplied(read)).filter((name) => !own.has(name)).sort();
}
