// The only way a feature reads or writes rows: every statement is already limited to the caller's workspace and venues.
import sql from 'sql-template-tag';
import { toInstant, type Clock } from '../core/clock.ts';
import {
  aggregateStatement,
  toFigures,
  type AggregateQuery,
  type Figures,
  type FigureValues,
} from './aggregate.ts';
import { conditionSql, type Condition } from './condition.ts';
import { identifier } from './dialect.ts';
import type { Connection, Database, WriteConnection } from './database.ts';
import {
  byIdsStatement,
  listPerParentStatement,
  listStatement,
  toEntities,
  type ListQuery,
  type ParentLink,
} from './select.ts';
import { putWords, refreshWords, rowsWithWords } from './search-words.ts';
import { tableOf, type EntityClass, type Table } from './table.ts';
import { tenantSql, type TenantScope } from './tenancy.ts';
import {
  changedAlias,
  lockStatement,
  deleteStatement,
  insertStatement,
  updateStatement,
  type Row,
} from './write.ts';

export interface ListResult<T> {
  readonly rows: T[];
  /** null when it was not asked for. */
  readonly total: number | null;
}

export interface TenantReader {
  readonly scope: TenantScope;
  list<T>(query: ListQuery): Promise<ListResult<T>>;
  /** One statement for all parents. A parent without rows is there with an empty list. */
  listPerParent<T>(
    query: ListQuery,
    link: ParentLink,
    parentIds: readonly string[],
  ): Promise<Map<string, ListResult<T>>>;
  /** Rows by id; an id that is unknown, of another workspace or outside the venues is simply not in the map. */
  byIds<T>(table: Table, properties: readonly string[], ids: readonly string[]): Promise<Map<string, T>>;
  /** One row with all its columns, or null. */
  find<T>(entity: EntityClass<T>, id: string): Promise<T | null>;
  /** All rows under a condition, at most 1,000: for small sets such as the venues of a key. */
  findAll<T>(entity: EntityClass<T>, condition: Condition): Promise<T[]>;
  /** Figures over the caller's rows of a table, all in one statement. No figures = no statement. */
  aggregate<F extends Figures>(query: AggregateQuery<F>): Promise<FigureValues<F>>;
}

export type UpdateOutcome = 'UPDATED' | 'NOT_FOUND' | 'CONFLICT';

export interface TenantTransaction extends TenantReader {
  /** As find, and nobody else changes the row until this transaction ends. */
  findForUpdate<T>(entity: EntityClass<T>, id: string): Promise<T | null>;
  /** Inserts rows of this workspace. Sets workspaceId; throws a defect for a venue outside the caller's. */
  insert<T>(
    entity: EntityClass<T>,
    rows: readonly Partial<T>[],
    options?: { ignoreDuplicates?: boolean },
  ): Promise<number>;
  /** Changes one row; CONFLICT when `expectedVersion` is given and the row has another. Sets updatedAt, raises version. */
  update<T>(
    entity: EntityClass<T>,
    id: string,
    patch: Partial<T>,
    expectedVersion?: number | null,
  ): Promise<UpdateOutcome>;
  /** Changes every row of the caller under a condition. Returns their number. */
  updateWhere<T>(entity: EntityClass<T>, condition: Condition, patch: Partial<T>): Promise<number>;
  /** Adds one to a number and returns the new value; holds the row until the transaction ends, so no two callers get the same. */
  increment(entity: EntityClass, id: string, property: string): Promise<number>;
  removeWhere(entity: EntityClass, condition: Condition): Promise<number>;
}

export interface TenantDb extends TenantReader {
  /**
   * Runs `work` in one transaction, more than once when the store asks for it (see Database#write). The caller's credential
   * is read again inside the transaction: one that has ended meanwhile rolls everything back (UNAUTHENTICATED).
   */
  transaction<T>(work: (tx: TenantTransaction) => Promise<T>): Promise<T>;
}

const allProperties = (table: Table): string[] =>
  table.columns.filter((column) => column.foldOf === undefined).map((column) => column.property);

function reader(connection: Connection, scope: TenantScope): TenantReader {
  const { dialect } = connection;
  const self: TenantReader = {
    scope,
    async list<T>(query: ListQuery) {
      const statement = listStatement(query, scope, dialect);
      const [answer] = await connection.query<{ rows: unknown; total: number | null }>(statement);
      return { rows: toEntities<T>(query.properties, answer!.rows), total: answer!.total };
    },
    async listPerParent<T>(query: ListQuery, link: ParentLink, parentIds: readonly string[]) {
      const statement = listPerParentStatement(query, link, parentIds, scope, dialect);
      const answers = await connection.query<{ parent: string; rows: unknown; total: number | null }>(
        statement,
      );
      return new Map(
        answers.map(({ parent, rows, total }) => [
          parent,
          { rows: toEntities<T>(query.properties, rows), total },
        ]),
      );
    },
    async byIds<T>(table: Table, properties: readonly string[], ids: readonly string[]) {
      const wanted = properties.includes('id') ? properties : ['id', ...properties];
      const [answer] = await connection.query<{ rows: unknown }>(
        byIdsStatement(table, wanted, ids, scope, dialect),
      );
      return new Map(
        toEntities<T & { id: string }>(wanted, answer!.rows).map((entity) => [entity.id, entity as T]),
      );
    },
    async find<T>(entity: EntityClass<T>, id: string) {
      const table = tableOf(entity);
      return (await self.byIds<T>(table, allProperties(table), [id])).get(id) ?? null;
    },
    async findAll<T>(entity: EntityClass<T>, condition: Condition) {
      const table = tableOf(entity);
      const window = { orderBy: 'id', direction: 'ASC', limit: 1_000 } as const;
      const query = { table, properties: allProperties(table), condition, window, count: false };
      return (await self.list<T>(query)).rows;
    },
    async aggregate<F extends Figures>(query: AggregateQuery<F>) {
      if (Object.keys(query.figures).length === 0) return {} as FigureValues<F>;
      const statement = aggregateStatement(query, scope, dialect);
      const [answer] = await connection.query<{ figures: unknown }>(statement);
      return toFigures(query, answer!.figures);
    },
  };
  return self;
}

/** The property that holds the row's own venue, or null where another table says it. */
function venueProperty({ venues }: Table): string | null {
  if (venues.by === 'column') return venues.property;
  return venues.by === 'id' ? 'id' : null;
}

/** Last line behind the services' own checks: a row must not be written outside the venues of its writer. */
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

function writer(connection: WriteConnection, scope: TenantScope, clock: Clock): TenantTransaction {
  const { dialect } = connection;
  const reading = reader(connection, scope);
  const stamped = (table: Table, row: Row): Row =>
    table.columns.some((column) => column.property === 'updatedAt')
      ? { ...row, updatedAt: toInstant(clock.nowMs()) }
      : row;
  const where = (table: Table, condition: Condition) =>
    sql`${tenantSql(table, changedAlias, scope, dialect)} AND ${conditionSql(table, changedAlias, condition, dialect)}`;
  const changeWhere = async (table: Table, condition: Condition, patch: Row) => {
    assertPatchAllowed(table, patch, scope);
    const limits = where(table, condition);
    const ids = await rowsWithWords(connection, table, patch, limits);
    const changed = await connection.execute(updateStatement(table, stamped(table, patch), limits, dialect));
    await refreshWords(connection, scope.workspaceId, table, ids);
    return changed;
  };

  return {
    ...reading,
    async findForUpdate(entity, id) {
      await connection.query(lockStatement(tableOf(entity), id, scope, dialect));
      return reading.find(entity, id);
    },
    insert: (entity, rows, options = {}) => insert(connection, scope, tableOf(entity), { rows, ...options }),
    async update(entity, id, patch, expectedVersion) {
      const table = tableOf(entity);
      const sameVersion: Condition[] =
        expectedVersion == null ? [] : [{ property: 'version', op: 'eq', value: expectedVersion }];
      const condition = { all: [{ property: 'id', op: 'eq', value: id } as const, ...sameVersion] };
      if ((await changeWhere(table, condition, patch as Row)) > 0) return 'UPDATED';
      return (await reading.byIds(table, ['id'], [id])).size > 0 ? 'CONFLICT' : 'NOT_FOUND';
    },
    updateWhere: (entity, condition, patch) => changeWhere(tableOf(entity), condition, patch as Row),
    increment: (entity, id, property) => increment(connection, reading, tableOf(entity), { id, property }),
    async removeWhere(entity, condition) {
      const table = tableOf(entity);
      return connection.execute(deleteStatement(table, where(table, condition)));
    },
  };
}

export interface TenantDbOptions {
  readonly database: Database;
  readonly scope: TenantScope;
  readonly clock: Clock;
  /** Runs inside each transaction before anything else; throwing rolls back. */
  readonly afterBegin?: (connection: WriteConnection) => Promise<void>;
  /** Runs inside each transaction right before its commit; throwing rolls back. */
  readonly beforeCommit?: (connection: WriteConnection) => Promise<void>;
  /** Runs after each commit. */
  readonly afterCommit?: () => void;
}

export function createTenantDb(options: TenantDbOptions): TenantDb {
  const { database, scope, clock, afterBegin, beforeCommit, afterCommit } = options;
  return {
    ...reader(database, scope),
    async transaction(work) {
      const result = await database.write(async (connection) => {
        await afterBegin?.(connection);
        const value = await work(writer(connection, scope, clock));
        await beforeCommit?.(connection);
        return value;
      });
      afterCommit?.();
      return result;
    },
  };
}
