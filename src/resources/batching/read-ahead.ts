// What hangs below rows is read with the rows, or as soon as they are known, for all of them: execution then finds values
// in the place of promises. Measured on two busy cores in November 2026, Dashboard on SQLite, with totals kept (row_counts): 0.6 of the CPU.
import {
  getArgumentValues,
  isObjectType,
  Kind,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Context } from '../../access/context.ts';
import { isDenied } from '../../access/policy/index.ts';
import { comparisonsIn, maxComparisons, type Condition } from '../../db/statements/condition.ts';
import type { ListPerParent } from '../../db/statements/select.ts';
import { isStoreAway } from '../../db/store/store-failure.ts';
import type { ListResult, ListsBelow } from '../../db/tenant/tenant-db.ts';
import type { Row } from './request-row-cache.ts';
import { maxBatchSize, type FieldPosition, type PositionLoader } from './loaders.ts';

/** A list that hangs below rows: what to read, and what becomes of it. */
export interface ListAhead {
  readonly list: ListPerParent;
  readonly loader: PositionLoader<unknown>;
  /** Makes the pages of what was read, with what hangs below their rows. */
  readonly finish: (lists: ReadonlyMap<string, ListResult<Row>>) => Promise<ReadonlyMap<string, unknown>>;
}

/** How an edge reads ahead; in the extension `readAhead` of its field. */
export interface ReadAhead {
  /** Reads by itself. Never rejects. */
  readonly rows?: (rows: readonly Row[], context: Context, place: FieldPosition) => Promise<void>;
  /** Shares one statement with the other lists below the same rows. May throw. */
  readonly list?: (args: Record<string, unknown>, context: Context, place: FieldPosition) => ListAhead;
}

/** An edge in a selection of rows. */
interface Edge {
  readonly coordinate: string;
  readonly node: FieldNode;
  readonly field: GraphQLField<unknown, unknown>;
  readonly read: ReadAhead;
  /** From the field that answers the rows; 0 stands for each place in a list. */
  readonly steps: readonly (string | number)[];
}

const responseName = (node: FieldNode) => node.alias?.value ?? node.name.value;

/** Fields that run for certain and are answered once each: no directives, no fragments, no two of one name. */
function plainFields(set: SelectionSetNode | undefined): FieldNode[] {
  const selections = set?.selections ?? [];
  const isPlain = (selection: SelectionNode): selection is FieldNode =>
    selection.kind === Kind.FIELD && !selection.directives?.length;
  if (!selections.every(isPlain)) return [];
  const names = selections.map(responseName);
  return new Set(names).size === names.length ? [...selections] : [];
}

function edgesIn(type: GraphQLObjectType, rows: FieldNode, steps: Edge['steps']): Edge[] {
  return plainFields(rows.selectionSet).flatMap((node) => {
    const field = type.getFields()[node.name.value];
    const read = field?.extensions['readAhead'] as ReadAhead | undefined;
    if (!field || !read) return [];
    const coordinate = `${type.name}.${field.name}`;
    return [{ coordinate, node, field, read, steps: [...steps, responseName(node)] }];
  });
}

/** `nodes` and `edges.node` of a connection, with the steps that lead to one row. */
function rowFields(connection: FieldNode): { node: FieldNode; steps: Edge['steps'] }[] {
  return plainFields(connection.selectionSet).flatMap((field) => {
    const name = responseName(field);
    if (field.name.value === 'nodes') return [{ node: field, steps: [name, 0] }];
    if (field.name.value !== 'edges') return [];
    const nodes = plainFields(field.selectionSet).filter(({ name: { value } }) => value === 'node');
    return nodes.map((node) => ({ node, steps: [name, 0, responseName(node)] }));
  });
}

const remembered = new WeakMap<FieldNode, readonly Edge[]>();

/** The edges below a field that answers one row, or a connection of rows. Kept as long as the document is. */
function edgesBelow(
  typeName: string,
  { fieldNodes, schema }: FieldPosition,
  isConnection: boolean,
): readonly Edge[] {
  const [node, ...others] = fieldNodes;
  if (!node || others.length > 0) return [];
  let found = remembered.get(node);
  if (!found) {
    const type = schema.getType(typeName);
    const rows = isConnection ? rowFields(node) : [{ node, steps: [] }];
    found = isObjectType(type) ? rows.flatMap((at) => edgesIn(type, at.node, at.steps)) : [];
    remembered.set(node, found);
  }
  return found;
}

/** Where an edge stands; null when it is denied: what is denied is not read, let alone shown. */
function placeOf(edge: Edge, context: Context, place: FieldPosition): FieldPosition | null {
  let path: FieldPosition['path'] = place.path;
  for (const key of edge.steps) path = { prev: path, key, typename: undefined };
  return isDenied(context, edge.coordinate, { path }) ? null : { ...place, fieldNodes: [edge.node], path };
}

function listAhead({ read, field, node }: Edge, context: Context, place: FieldPosition): ListAhead | null {
  if (!read.list) return null;
  try {
    return read.list(getArgumentValues(field, node, place.variableValues), context, place);
  } catch {
    // Execution says what is wrong with the arguments, in its place.
    return null;
  }
}

const sizeOf = ({ list }: ListAhead) => comparisonsIn(list.query.condition);

/**
 * Lists that go into one statement: all of them, unless they are long. Preparing takes SQLite a time that grows with the
 * square of what is compared (29 lists with ten of everything: 14 seconds), and both engines end at a number of parameters.
 */
function inStatements(lists: readonly ListAhead[]): ListAhead[][] {
  const statements: ListAhead[][] = [];
  let room = 0;
  for (const ahead of lists) {
    const size = sizeOf(ahead);
    if (size > room) {
      statements.push([]);
      room = maxComparisons;
    }
    statements.at(-1)!.push(ahead);
    room -= size;
  }
  return statements;
}

/** Lists below some rows, read together or fetched by the statement of the rows. */
async function attachLists(
  lists: readonly ListAhead[],
  ids: readonly string[],
  reading: ListsBelow | Promise<ListsBelow>,
): Promise<void> {
  const readOf = (index: number) => async () => {
    const found = await reading;
    return lists[index]!.finish(new Map(ids.map((id) => [id, found.get(id)![index]!])));
  };
  await Promise.all(lists.map(({ loader }, index) => loader.readAhead(ids, readOf(index))));
}

/** All lists below the same rows, in one statement for each thousand rows. */
async function fetchLists(
  lists: readonly ListAhead[],
  ids: readonly string[],
  { db }: Context,
): Promise<void> {
  for (let start = 0; start < ids.length; start += maxBatchSize) {
    const batch = ids.slice(start, start + maxBatchSize);
    const read = (together: readonly ListAhead[]) =>
      attachLists(
        together,
        batch,
        db.listsPerParent(
          together.map(({ list }) => list),
          batch,
        ),
      );
    await Promise.all(inStatements(lists).map(read));
  }
}

/** Comparisons of rows and the lists that are fetched with them. Longer ones are planned sooner as two statements. */
const maxFetched = 20;

/** Rows, or pages of them, as they were read, with the lists that were fetched below each row. */
interface Fetched<T> {
  readonly found: T;
  /** undefined: none was. */
  readonly lists?: ListsBelow;
}

/** What hangs below rows that are not read yet. */
export interface ReadAheadPlan {
  /** Reads the rows by a statement that fetches all lists below them as well, if it may be that long, or by one without. */
  fetch<T extends { readonly below: ListsBelow }>(
    condition: Condition,
    read: (lists: readonly ListPerParent[]) => Promise<T>,
  ): Promise<Fetched<T>>;
  /** Gives the rows what hangs below them: lists that were fetched with them, the rest as it is read now. Never rejects. */
  attach(rows: readonly Row[], fetched?: ListsBelow): Promise<void>;
}

/** What the operation asks for below rows of a type: below a connection, or below a field that answers a row. */
export function planReadAhead(
  context: Context,
  place: FieldPosition,
  typeName: string,
  isConnection: boolean,
): ReadAheadPlan {
  const lists: ListAhead[] = [];
  const edges: ((rows: readonly Row[]) => Promise<void>)[] = [];
  // Without a decision nothing runs, and so there is nothing to read.
  const found = context.decision ? edgesBelow(typeName, place, isConnection) : [];
  for (const edge of found) {
    const at = placeOf(edge, context, place);
    if (!at) continue;
    const list = listAhead(edge, context, at);
    const { rows: readRows } = edge.read;
    if (list) lists.push(list);
    else if (readRows) edges.push((rows) => readRows(rows, context, at));
  }
  return {
    async fetch(condition, read) {
      const size = lists.reduce((sum, ahead) => sum + sizeOf(ahead), comparisonsIn(condition));
      if (lists.length === 0 || size > maxFetched) return { found: await read([]) };
      try {
        const found = await read(lists.map(({ list }) => list));
        return { found, lists: found.below };
      } catch (error) {
        // There is no time to ask a store again that did not answer.
        if (isStoreAway(error)) throw error;
        // A list that fails must fail at its own field.
        return { found: await read([]) };
      }
    },
    async attach(rows, fetched) {
      if (rows.length === 0) return;
      const ids = [...new Set(rows.map(({ id }) => id as string))];
      const reads = edges.map((read) => read(rows));
      if (lists.length > 0)
        reads.push(fetched ? attachLists(lists, ids, fetched) : fetchLists(lists, ids, context));
      await Promise.all(reads);
    },
  };
}
