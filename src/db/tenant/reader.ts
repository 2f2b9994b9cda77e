// Reads, limited to the caller's workspace and venues.
import {
  aggregateStatement,
  toFigures,
  type AggregateQuery,
  type Figures,
  type FigureValues,
} from '../statements/aggregate.ts';
import type { Condition } from '../statements/condition.ts';
import type { Connection } from '../store/database.ts';
import type { ListPerParent, ListQuery, ParentLink } from '../statements/list-query.ts';
import { groupedSumsStatement, type GroupedSums } from '../statements/grouped-sums.ts';
import { byIdsStatement, parsed, toEntities } from '../statements/select.ts';
import { tableOf, type EntityClass, type Table } from '../store/table.ts';
import type { TenantScope } from '../statements/tenancy.ts';
import {
  finishLists,
  onFirstPath,
  planLists,
  readList,
  readLists,
  type ListResult,
  type PlannedList,
} from './lists.ts';

export type { ListResult } from './lists.ts';

/** By the id of each row: the lists below it, in the order in which they were asked for. */
export type ListsBelow = ReadonlyMap<string, readonly ListResult<Record<string, unknown>>[]>;

/** What is wanted of rows: properties, and the lists below each of them. */
export interface RowsWanted {
  readonly table: Table;
  readonly properties: readonly string[];
  readonly below: readonly ListPerParent[];
}

/** Rows by id, and the lists below them. */
export interface RowsWithLists<T> {
  readonly rows: ReadonlyMap<string, T>;
  readonly below: ListsBelow;
}

export interface TenantReader {
  readonly scope: TenantScope;
  /** One statement, also with the lists `below` each row. */
  list<T>(query: ListQuery, below?: readonly ListPerParent[]): Promise<ListResult<T> & { below: ListsBelow }>;
  /** One statement for all parents. A parent without rows is there with an empty list. */
  listPerParent<T>(
    query: ListQuery,
    link: ParentLink,
    parentIds: readonly string[],
  ): Promise<Map<string, ListResult<T>>>;
  /** One statement for all parents and all lists; for each parent the lists in their order, empty ones too. */
  listsPerParent<T>(
    lists: readonly ListPerParent[],
    parentIds: readonly string[],
  ): Promise<Map<string, ListResult<T>[]>>;
  /** Rows by id; an id that is unknown, of another workspace or outside the venues is simply not in the map. */
  byIds<T>(
    table: Table,
    properties: readonly string[],
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, T>>;
  /** The same with the lists `below` each row, in one statement; one row's may be shared with other requests'. */
  byIdsWith<T>(wanted: RowsWanted, ids: readonly string[]): Promise<RowsWithLists<T>>;
  /** One row with all its columns, or null. */
  find<T>(entity: EntityClass<T>, id: string): Promise<T | null>;
  /** All rows under a condition, at most 1,000: for small sets such as the venues of a key. */
  findAll<T>(entity: EntityClass<T>, condition: Condition): Promise<readonly T[]>;
  /** Figures over the caller's rows of a table, all in one statement. No figures = no statement. */
  aggregate<F extends Figures>(query: AggregateQuery<F>): Promise<FigureValues<F>>;
  /** Sums over the caller's rows of a table, by group; each group holds the properties that were asked for. */
  groupedSums<T>(query: GroupedSums): Promise<readonly T[]>;
}

const allProperties = (table: Table): string[] =>
  table.columns.filter((column) => !column.derived).map((column) => column.property);

/** Rows as they were answered, and the lists that came with them. */
async function withLists<T>(
  connection: Connection,
  scope: TenantScope,
  { properties, below }: { properties: readonly string[]; below: readonly PlannedList[] },
  answered: unknown,
): Promise<{ rows: T[]; below: ListsBelow }> {
  if (below.length === 0) return { rows: toEntities<T>(properties, answered), below: new Map() };
  const answers = parsed(answered) as [unknown[], ...unknown[]][];
  const rows = toEntities<T & { id: string }>(
    properties,
    answers.map(([values]) => values),
  );
  const values = new Map(rows.map(({ id }, index) => [id, answers[index]!.slice(1)]));
  return { rows, below: await finishLists(connection, scope, below, values) };
}

async function readSums<T>(
  connection: Connection,
  scope: TenantScope,
  query: GroupedSums,
): Promise<readonly T[]> {
  const statement = groupedSumsStatement(query, scope, connection.dialect);
  const [answer] = await connection.query<{ rows: unknown }>(statement);
  return toEntities<T>([...query.by, ...query.sums, ...query.latest], answer!.rows);
}

export function readerOf(connection: Connection, scope: TenantScope): TenantReader {
  const { dialect } = connection;
  const self: TenantReader = {
    scope,
    async list<T>(query: ListQuery, below: readonly ListPerParent[] = []) {
      const lists = planLists(below, scope, query.window.limit);
      const { rows, total } = await readList(connection, { query, scope }, lists);
      return { ...(await withLists<T>(connection, scope, { ...query, below: lists }, rows)), total };
    },
    async listPerParent<T>(query: ListQuery, link: ParentLink, parentIds: readonly string[]) {
      const lists = await self.listsPerParent<T>([{ query, link }], parentIds);
      return new Map([...lists].map(([parent, [list]]) => [parent, list!]));
    },
    listsPerParent: (lists, parentIds) => readLists(connection, scope, lists, parentIds),
    async byIds<T>(table: Table, properties: readonly string[], ids: readonly string[]) {
      return (await self.byIdsWith<T>({ table, properties, below: [] }, ids)).rows;
    },
    async byIdsWith<T>({ table, properties, below }: RowsWanted, ids: readonly string[]) {
      if (ids.length === 0) return { rows: new Map<string, T>(), below: new Map() };
      const wanted = {
        table,
        properties: properties.includes('id') ? properties : ['id', ...properties],
        below: planLists(below, scope, ids.length),
      };
      const lists = onFirstPath(wanted.below);
      const statement = byIdsStatement({ ...wanted, below: lists }, ids, scope, dialect);
      const [answer] = await connection.query<{ rows: unknown }>(statement);
      const found = await withLists<T & { id: string }>(connection, scope, wanted, answer!.rows);
      return { rows: new Map(found.rows.map((row) => [row.id, row as T])), below: found.below };
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
    groupedSums: (query) => readSums(connection, scope, query),
  };
  return self;
}
