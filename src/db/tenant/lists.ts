// Lists of a caller: read on one way after the other (see list-paths.ts) until the page and the total are known.
import { ApiError } from '../../core/errors.ts';
import type { Connection } from '../store/database.ts';
import type { ListAt } from '../statements/list-indexes.ts';
import { pathsOf, type Path } from '../statements/list-paths.ts';
import type { ListPerParent, ListQuery } from '../statements/list-query.ts';
import {
  listsPerParentStatement,
  listStatement,
  parsed,
  toEntities,
  type ListBelow,
  isTotalKept,
} from '../statements/select.ts';
import type { TenantScope } from '../statements/tenancy.ts';

export interface ListResult<T> {
  readonly rows: readonly T[];
  /** null when it was not asked for. */
  readonly total: number | null;
}

/** What one way answered. */
interface Answer {
  readonly rows: unknown;
  readonly total: number | null;
  readonly cut: number;
}

/** What is known of a list so far. */
interface Known {
  /** As the statement answered them; undefined: the page is not known yet. */
  readonly rows: unknown;
  /** undefined: not known yet. */
  readonly total: number | null | undefined;
}

const nothingKnown: Known = { rows: undefined, total: undefined };

function tooExpensive(query: ListQuery, part: string, limit: number): ApiError {
  const sort = query.window.orderBy.replace(/Folded$/, '');
  const message = `${part} of this list is not found within ${limit} rows of ${query.table.name} in the order of ${sort}. Narrow it by a span of time, by an exact value or by another list that leads to it.`;
  return new ApiError('QUERY_TOO_EXPENSIVE', message, { details: { limit } });
}

/** A page that came to its bound is right when it is full and its rows were found in the wanted order. */
function isPage({ rows, cut }: Answer, { window }: ListQuery, { kind }: Path): boolean {
  return cut === 0 || (kind !== 'driver' && (parsed(rows) as unknown[]).length >= window.limit);
}

/** Throws QUERY_TOO_EXPENSIVE for a total that was counted as far as its limit and has not come to its end. */
function assertCounted(query: ListQuery, { total }: Answer): void {
  const { limits } = query;
  if (limits && total !== null && total > limits.counted)
    throw tooExpensive(query, 'The total', limits.counted);
}

function learn(known: Known, query: ListQuery, path: Path, answer: Answer): Known {
  return {
    rows: known.rows ?? (isPage(answer, query, path) ? answer.rows : undefined),
    total: known.total ?? (query.count ? (answer.total ?? undefined) : null),
  };
}

const isKnown = ({ rows, total }: Known) => rows !== undefined && total !== undefined;

/** What is still to be found out. */
function restOf(query: ListQuery, { rows, total }: Known): ListQuery {
  const window = rows === undefined ? query.window : { ...query.window, limit: 0 };
  return { ...query, window, count: query.count && total === undefined };
}

function refuse(query: ListQuery, { rows }: Known, paths: readonly Path[]): never {
  const limit = Math.max(...paths.map((path) => (path.kind === 'exact' ? 0 : path.maxRows)));
  throw tooExpensive(query, rows === undefined ? 'A page' : 'The total', limit);
}

/** A list below rows, and the ways to it. */
export interface PlannedList extends ListPerParent {
  readonly paths: readonly Path[];
}

/** Lists below rows, `parents` of them at once. */
export function planLists(
  lists: readonly ListPerParent[],
  scope: TenantScope,
  parents: number,
): readonly PlannedList[] {
  return lists.map((list) => ({ ...list, paths: pathsOf({ ...list, scope }, parents) }));
}

/** The lists as the statement of the rows brings them along. */
export function onFirstPath(lists: readonly PlannedList[]): readonly ListBelow[] {
  return lists.map((list) => ({ ...list, path: list.paths[0]! }));
}

const valuesEach = 3;

/** Reads the answers of the lists below one row out of the values of its statement. */
function answersOf(lists: readonly unknown[], values: readonly unknown[]): Answer[] {
  return lists.map((_list, index) => {
    const [rows, total, cut] = values.slice(valuesEach * index, valuesEach * (index + 1));
    return { rows, total, cut } as Answer;
  });
}

/** What a statement answers for lists below several rows, by the id of the row. */
async function readBelow(
  connection: Connection,
  scope: TenantScope,
  lists: readonly ListBelow[],
  parentIds: readonly string[],
): Promise<ReadonlyMap<string, readonly unknown[]>> {
  const statement = listsPerParentStatement(lists, parentIds, scope, connection.dialect);
  const [answer] = await connection.query<{ parents: unknown }>(statement);
  const parents = parsed(answer!.parents) as [string, ...unknown[]][];
  return new Map(parents.map(([parent, ...values]) => [parent, values]));
}

/**
 * Those of the rows below which a driver does not come to its bound. Counted first: reading and sorting what is not answered
 * then costs far more.
 */
async function beforeBound(
  connection: Connection,
  scope: TenantScope,
  list: ListBelow,
  open: readonly (readonly [string, Known])[],
): Promise<string[]> {
  const ids = open.map(([id]) => id);
  if (list.path.kind !== 'driver') return ids;
  const query = { ...list.query, window: { ...list.query.window, limit: 0 }, count: false };
  const found = await readBelow(connection, scope, [{ ...list, query }], ids);
  return ids.filter((id) => answersOf([list], found.get(id)!)[0]!.cut === 0);
}

/** One list below several rows: what its first way answered, and what it takes the other ways to find out. */
async function finishList(
  connection: Connection,
  scope: TenantScope,
  list: PlannedList,
  answers: ReadonlyMap<string, Answer>,
): Promise<ReadonlyMap<string, Known>> {
  const { query } = list;
  const [first] = list.paths;
  let tried = 1;
  for (const answer of answers.values()) assertCounted(query, answer);
  const known = new Map([...answers].map(([id, answer]) => [id, learn(nothingKnown, query, first!, answer)]));
  for (;;) {
    const open = [...known].filter(([, one]) => !isKnown(one));
    if (open.length === 0) return known;
    // Fewer parents have more rows each.
    const path = pathsOf({ ...list, scope }, open.length)[tried];
    tried += 1;
    if (!path) refuse(query, open[0]![1], list.paths);
    const ids = await beforeBound(connection, scope, { ...list, path }, open);
    if (ids.length === 0) continue;
    for (const [id, values] of await readBelow(connection, scope, [{ ...list, path }], ids)) {
      const answer = answersOf([list], values)[0]!;
      assertCounted(query, answer);
      known.set(id, learn(known.get(id)!, query, path, answer));
    }
  }
}

/** By the id of each row: the lists below it, in their order. `values` is what a statement answered for the lists. */
export async function finishLists<T>(
  connection: Connection,
  scope: TenantScope,
  lists: readonly PlannedList[],
  values: ReadonlyMap<string, readonly unknown[]>,
): Promise<Map<string, ListResult<T>[]>> {
  const answers = new Map([...values].map(([id, all]) => [id, answersOf(lists, all)]));
  const found = await Promise.all(
    lists.map((list, index) => {
      const ofList = [...answers].map(([id, all]) => [id, all[index]!] as const);
      return finishList(connection, scope, list, new Map(ofList));
    }),
  );
  const result = ({ rows, total }: Known, { query }: ListPerParent): ListResult<T> => ({
    rows: toEntities<T>(query.properties, rows),
    total: total ?? null,
  });
  return new Map(
    [...values.keys()].map((id) => [id, lists.map((list, index) => result(found[index]!.get(id)!, list))]),
  );
}

/** Lists below several rows, by the row's id, in their order; empty ones too. */
export async function readLists<T>(
  connection: Connection,
  scope: TenantScope,
  lists: readonly ListPerParent[],
  parentIds: readonly string[],
): Promise<Map<string, ListResult<T>[]>> {
  const planned = planLists(lists, scope, parentIds.length);
  const values = await readBelow(connection, scope, onFirstPath(planned), parentIds);
  return finishLists(connection, scope, planned, values);
}

/** A list, as its statement answers the rows: with the lists below each of them, which are not finished yet. */
export async function readList(
  connection: Connection,
  at: Pick<ListAt, 'query' | 'scope'>,
  below: readonly PlannedList[],
): Promise<{ rows: unknown; total: number | null }> {
  const { query, scope } = at;
  let known = nothingKnown;
  for (const path of pathsOf(at)) {
    const rest = restOf(query, known);
    const lists = known.rows === undefined ? onFirstPath(below) : [];
    const statement = listStatement(rest, scope, connection.dialect, { path, below: lists });
    const [answer] = await connection.query<Answer & object>(statement);
    if (!isTotalKept(rest, scope)) assertCounted(rest, answer!);
    known = learn(known, rest, path, answer!);
    if (isKnown(known)) return { rows: known.rows, total: known.total! };
  }
  return refuse(query, known, pathsOf(at));
}
