// Reads, limited to the caller's workspace and venues.
import {
  aggregateStatement,
  toFigures,
  type AggregateQuery,
  type Figures,
  type FigureValues,
} from './aggregate.ts';
import type { Condition } from './condition.ts';
import type { Connection } from './database.ts';
import {
  byIdsStatement,
  listsPerParentStatement,
  listStatement,
  parsed,
  toEntities,
  type ListPerParent,
  type ListQuery,
  type ParentLink,
} from './select.ts';
import { tableOf, type EntityClass, type Table } from './table.ts';
import type { TenantScope } from './tenancy.ts';

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
  /** One statement for all parents and all lists; for each parent the lists in their order, empty ones too. */
  listsPerParent<T>(
    lists: readonly ListPerParent[],
    parentIds: readonly string[],
  ): Promise<Map<string, ListResult<T>[]>>;
  /** Rows by id; an id that is unknown, of another workspace or outside the venues is simply not in the map. */
  byIds<T>(table: Table, properties: readonly string[], ids: readonly string[]): Promise<Map<string, T>>;
  /** One row with all its columns, or null. */
  find<T>(entity: EntityClass<T>, id: string): Promise<T | null>;
  /** All rows under a condition, at most 1,000: for small sets such as the venues of a key. */
  findAll<T>(entity: EntityClass<T>, condition: Condition): Promise<T[]>;
  /** Figures over the caller's rows of a table, all in one statement. No figures = no statement. */
  aggregate<F extends Figures>(query: AggregateQuery<F>): Promise<FigureValues<F>>;
}

const allProperties = (table: Table): string[] =>
  table.columns.filter((column) => column.foldOf === undefined).map((column) => column.property);

async function listsPerParent<T>(
  connection: Connection,
  scope: TenantScope,
  lists: readonly ListPerParent[],
  parentIds: readonly string[],
): Promise<Map<string, ListResult<T>[]>> {
  const statement = listsPerParentStatement(lists, parentIds, scope, connection.dialect);
  const [answer] = await connection.query<{ parents: unknown }>(statement);
  return new Map(
    (parsed(answer!.parents) as unknown[][]).map(([parent, ...answers]) => {
      const results = lists.map(({ query }, index) => ({
        rows: toEntities<T>(query.properties, answers[2 * index]),
        total: answers[2 * index + 1] as number | null,
      }));
      return [parent as string, results];
    }),
  );
}

export function readerOf(connection: Connection, scope: TenantScope): TenantReader {
  const { dialect } = connection;
  const self: TenantReader = {
    scope,
    async list<T>(query: ListQuery) {
      const statement = listStatement(query, scope, dialect);
      const [answer] = await connection.query<{ rows: unknown; total: number | null }>(statement);
      return { rows: toEntities<T>(query.properties, answer!.rows), total: answer!.total };
    },
    async listPerParent<T>(query: ListQuery, link: ParentLink, parentIds: readonly string[]) {
      const lists = await self.listsPerParent<T>([{ query, link }], parentIds);
      return new Map([...lists].map(([parent, [list]]) => [parent, list!]));
    },
    listsPerParent: (lists, parentIds) => listsPerParent(connection, scope, lists, parentIds),
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
