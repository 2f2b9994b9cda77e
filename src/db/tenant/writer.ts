// Writes of a transaction, limited to the caller's workspace and venues: what the statement's conditions do not hold back is
// refused before it is written.
import sql, { type Sql } from 'sql-template-tag';
import { toInstant, type Clock } from '../../core/clock.ts';
import { conditionSql, type Condition } from '../statements/condition.ts';
import { identifier, type Dialect } from '../store/dialect.ts';
import type { WriteConnection } from '../store/database.ts';
import { fewest, indexedProperty, isIndexOfWorkspace, partsOf } from '../statements/list-indexes.ts';
import { putWords, refreshWords, rowsWithWords } from '../statements/search-words.ts';
import { tableOf, type EntityClass, type Table } from '../store/table.ts';
import { tenantSql, type TenantScope } from '../statements/tenancy.ts';
import { readerOf, type TenantReader } from './reader.ts';
import {
  changedAlias,
  lockStatement,
  deleteStatement,
  differsSql,
  holdStatement,
  insertStatement,
  updateStatement,
  type Row,
} from '../statements/write.ts';

/** UNCHANGED: the row holds the wanted values already; its version and `updatedAt` stay. */
export type UpdateOutcome = 'UPDATED' | 'UNCHANGED' | 'NOT_FOUND' | 'CONFLICT';

/**
 * A row as it is inserted: a value for every property of its entity, null included, so that a forgotten one does not compile.
 * The tenant layer sets the workspace. A column that the store fills in is declared with `?` in its entity.
 */
export type NewRow<T> = Omit<T, 'workspaceId'>;

export interface TenantTransaction extends TenantReader {
  /**
   * Finds a row as `find` does and locks it: no other transaction changes it until this one ends.
   *
   * @example
   * const inquiry = await tx.findForUpdate(Inquiry, id);
   * if (!inquiry) throw notFound(['input', 'inquiryId'], 'inquiry');
   */
  findForUpdate<T>(entity: EntityClass<T>, id: string): Promise<T | null>;
  /**
   * Inserts rows of this workspace, with one statement for several. Sets workspaceId, folded columns and search words; throws a
   * defect for a venue outside the caller's.
   *
   * @example
   * await tx.insert(FollowUp, [{ id, customerId, venueId, note, dueAt, status: FollowUpStatus.OPEN, ...stamps }]);
   */
  insert<T>(
    entity: EntityClass<T>,
    rows: readonly NewRow<T>[],
    options?: { ignoreDuplicates?: boolean },
  ): Promise<number>;
  /** Holds rows as an update of them would, until this transaction ends. Rows that others insert may refer to them. */
  hold(entity: EntityClass, ids: readonly string[]): Promise<void>;
  /**
   * Changes one row; CONFLICT when `expectedVersion` is given and the row has another. Sets updatedAt and raises version, but
   * only where a value differs: otherwise nothing is written.
   *
   * @example
   * assertUpdated(await tx.update(Venue, id, { city: 'Bonn' }, expectedVersion), 'venue');
   */
  update<T>(
    entity: EntityClass<T>,
    id: string,
    patch: Partial<T>,
    expectedVersion?: number | null,
  ): Promise<UpdateOutcome>;
  /**
   * Changes every row of the caller under a condition, and raises their versions. Returns their number.
   *
   * @example
   * const completed = { status: FollowUpStatus.DONE, completedAt: now };
   * const changed = await tx.updateWhere(FollowUp, openWithId(id), completed);
   */
  updateWhere<T>(entity: EntityClass<T>, condition: Condition, patch: Partial<T>): Promise<number>;
  /** Raises the versions of rows of which another table holds a part, such as links, and sets their updatedAt. */
  raiseVersions(entity: EntityClass, ids: readonly string[]): Promise<void>;
  /** Adds one to a number and returns the new value; holds the row until the transaction ends, so no two callers get the same. */
  increment(entity: EntityClass, id: string, property: string): Promise<number>;
  removeWhere(entity: EntityClass, condition: Condition): Promise<number>;
}

/** The property that holds the row's own venue, or null where another table says it. */
function venueProperty({ venues }: Table): string | null {
  if (venues.by === 'column') return venues.property;
  return venues.by === 'id' ? 'id' : null;
}

/** The last check, behind those of the services: a row must not be written outside the venues of its writer. */
function assertVenueAllowed(table: Table, venueId: unknown, scope: TenantScope): void {
  if (scope.venueIds !== null && !scope.venueIds.includes(venueId as string)) {
    throw new Error(`A row of ${table.name} was about to be written outside the caller's venues.`);
  }
}

/** A new row without a venue is outside every venue. */
function assertInsertAllowed(table: Table, row: Row, scope: TenantScope): void {
  const property = venueProperty(table);
  if (property !== null) assertVenueAllowed(table, row[property], scope);
}

/** A change that leaves venue and workspace alone keeps the row where the condition found it. */
function assertPatchAllowed(table: Table, patch: Row, scope: TenantScope): void {
  const property = venueProperty(table);
  if (property !== null && patch[property] !== undefined) assertVenueAllowed(table, patch[property], scope);
  if (patch[table.workspace] !== undefined && patch[table.workspace] !== scope.workspaceId) {
    throw new Error(`A row of ${table.name} was about to be moved to another workspace.`);
  }
}

/** Rows of one INSERT: keeps a statement under the engines' limits of 32,766 and 65,535 parameters. */
const rowsPerInsert = 500;

interface Inserted {
  readonly rows: readonly object[];
  readonly ignoreDuplicates?: boolean;
}

async function insert(
  connection: WriteConnection,
  scope: TenantScope,
  table: Table,
  { rows, ignoreDuplicates = false }: Inserted,
): Promise<number> {
  const complete = rows.map((row) => ({ ...row, [table.workspace]: scope.workspaceId }) as Row);
  let inserted = 0;
  for (let start = 0; start < complete.length; start += rowsPerInsert) {
    const chunk = complete.slice(start, start + rowsPerInsert);
    chunk.forEach((row) => assertInsertAllowed(table, row, scope));
    const added = await connection.execute(
      insertStatement(table, chunk, connection.dialect, ignoreDuplicates),
    );
    if (added < chunk.length && table.search.length > 0) {
      throw new Error(`Rows of ${table.name} that are there already would be found by other words.`);
    }
    await putWords(connection, scope.workspaceId, table, chunk);
    inserted += added;
  }
  return inserted;
}

async function increment(
  connection: WriteConnection,
  { scope, byIds }: TenantReader,
  table: Table,
  { id, property }: { id: string; property: string },
): Promise<number> {
  const { dialect } = connection;
  const column = identifier(table.column(property).name);
  const isRow = conditionSql(table, changedAlias, { property: 'id', op: 'eq', value: id }, dialect);
  const where = sql`${tenantSql(table, changedAlias, scope, dialect)} AND ${isRow}`;
  const changed = await connection.execute(
    sql`UPDATE ${identifier(table.name)} AS ${identifier(changedAlias)} SET ${column} = ${column} + 1 WHERE ${where}`,
  );
  if (changed !== 1) throw new Error(`No row of ${table.name} to count on.`);
  return (await byIds<Row>(table, [property], [id])).get(id)![property] as number;
}

/** The rows that a change affects. */
function changedSql(table: Table, condition: Condition, scope: TenantScope, dialect: Dialect): Sql {
  const comparisons = partsOf(condition).filter((part) => 'op' in part);
  const [few] = fewest(table, comparisons);
  const isSought = !few || isIndexOfWorkspace(table, indexedProperty(table, few));
  return sql`${tenantSql(table, changedAlias, scope, dialect, isSought)} AND ${conditionSql(table, changedAlias, condition, dialect)}`;
}

interface Changed {
  readonly limits: Sql;
  readonly patch: Row;
}

/** Raises versions, sets updatedAt where there is one, and keeps the words of searched texts. */
async function changeRows(
  connection: WriteConnection,
  { scope, clock }: { readonly scope: TenantScope; readonly clock: Clock },
  table: Table,
  { limits, patch }: Changed,
): Promise<number> {
  assertPatchAllowed(table, patch, scope);
  // A table without such a column leaves it out.
  const stamped = { ...patch, updatedAt: toInstant(clock.nowMs()) };
  const ids = await rowsWithWords(connection, table, patch, limits);
  const changed = await connection.execute(updateStatement(table, stamped, limits, connection.dialect));
  await refreshWords(connection, scope.workspaceId, table, ids);
  return changed;
}

/** Why an update with a difference to write found no row to write it to. */
async function whyUnchanged(
  reading: TenantReader,
  table: Table,
  id: string,
  expectedVersion: number | null | undefined,
): Promise<UpdateOutcome> {
  const found = (await reading.byIds<Row>(table, expectedVersion == null ? ['id'] : ['version'], [id])).get(
    id,
  );
  if (!found) return 'NOT_FOUND';
  return expectedVersion == null || found['version'] === expectedVersion ? 'UNCHANGED' : 'CONFLICT';
}

export function writerOf(connection: WriteConnection, scope: TenantScope, clock: Clock): TenantTransaction {
  const { dialect } = connection;
  const reading = readerOf(connection, scope);
  const where = (table: Table, condition: Condition) => changedSql(table, condition, scope, dialect);
  const changeWhere = (table: Table, condition: Condition, patch: Row) =>
    changeRows(connection, { scope, clock }, table, { limits: where(table, condition), patch });

  return {
    ...reading,
    async findForUpdate(entity, id) {
      const lock = lockStatement(tableOf(entity), id, scope, dialect);
      if (lock) await connection.query(lock);
      return reading.find(entity, id);
    },
    async hold(entity, ids) {
      const lock = holdStatement(tableOf(entity), ids, scope, dialect);
      if (lock && ids.length > 0) await connection.query(lock);
    },
    insert: (entity, rows, options = {}) => insert(connection, scope, tableOf(entity), { rows, ...options }),
    async update(entity, id, patch, expectedVersion) {
      const table = tableOf(entity);
      const differs = differsSql(table, patch as Row, dialect);
      if (differs) {
        const sameVersion: Condition[] =
          expectedVersion == null ? [] : [{ property: 'version', op: 'eq', value: expectedVersion }];
        const condition = { all: [{ property: 'id', op: 'eq', value: id } as const, ...sameVersion] };
        const limits = sql`${where(table, condition)} AND ${differs}`;
        const changed = { limits, patch: patch as Row };
        if ((await changeRows(connection, { scope, clock }, table, changed)) > 0) return 'UPDATED';
      }
      return whyUnchanged(reading, table, id, expectedVersion);
    },
    updateWhere: (entity, condition, patch) => changeWhere(tableOf(entity), condition, patch as Row),
    async raiseVersions(entity, ids) {
      if (ids.length > 0) await changeWhere(tableOf(entity), { property: 'id', op: 'in', value: ids }, {});
    },
    increment: (entity, id, property) => increment(connection, reading, tableOf(entity), { id, property }),
    async removeWhere(entity, condition) {
      const table = tableOf(entity);
      return connection.execute(deleteStatement(table, where(table, condition)));
    },
  };
}
