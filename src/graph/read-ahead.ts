// What hangs below rows is read as soon as the rows are known, for all of them: execution then finds values in the place
// of promises. Measured on two busy cores in November 2026, Dashboard on SQLite, with totals kept (row_counts): 0.6 of the CPU.
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
import type { Context } from '../access/context.ts';
import { isDenied } from '../access/policy/index.ts';
import type { Condition } from '../db/condition.ts';
import type { ListPerParent } from '../db/select.ts';
import type { ListResult } from '../db/tenant-db.ts';
import type { Row } from './known-rows.ts';
import { maxBatchSize, type Place, type PlaceLoader } from './loaders.ts';

/** A list that hangs below rows: what to read, and what becomes of it. */
export interface ListAhead {
  readonly list: ListPerParent;
  readonly loader: PlaceLoader<unknown>;
  /** Of what was read: the pages, with what hangs below their rows. */
  readonly finish: (lists: ReadonlyMap<string, ListResult<Row>>) => Promise<ReadonlyMap<string, unknown>>;
}

/** How an edge reads ahead; in the extension `readAhead` of its field. */
export interface ReadAhead {
  /** Reads by itself. Never rejects. */
  readonly rows?: (rows: readonly Row[], context: Context, place: Place) => Promise<void>;
  /** Shares one statement with the other lists below the same rows. May throw. */
  readonly list?: (args: Record<string, unknown>, context: Context, place: Place) => ListAhead;
}

/** An edge in a selection of rows. */
interface Below {
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

function edgesIn(type: GraphQLObjectType, rows: FieldNode, steps: Below['steps']): Below[] {
  return plainFields(rows.selectionSet).flatMap((node) => {
    const field = type.getFields()[node.name.value];
    const read = field?.extensions['readAhead'] as ReadAhead | undefined;
    if (!field || !read) return [];
    const coordinate = `${type.name}.${field.name}`;
    return [{ coordinate, node, field, read, steps: [...steps, responseName(node)] }];
  });
}

/** `nodes` and `edges.node` of a connection, with the steps that lead to one row. */
function rowFields(connection: FieldNode): { node: FieldNode; steps: Below['steps'] }[] {
  return plainFields(connection.selectionSet).flatMap((field) => {
    const name = responseName(field);
    if (field.name.value === 'nodes') return [{ node: field, steps: [name, 0] }];
    if (field.name.value !== 'edges') return [];
    const nodes = plainFields(field.selectionSet).filter(({ name: { value } }) => value === 'node');
    return nodes.map((node) => ({ node, steps: [name, 0, responseName(node)] }));
  });
}

const remembered = new WeakMap<FieldNode, readonly Below[]>();

/** The edges below a field that answers one row, or a connection of rows. Kept as long as the document is. */
function edgesBelow(
  typeName: string,
  { fieldNodes, schema }: Place,
  isConnection: boolean,
): readonly Below[] {
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
function placeOf(below: Below, context: Context, place: Place): Place | null {
  let path: Place['path'] = place.path;
  for (const key of below.steps) path = { prev: path, key, typename: undefined };
  return isDenied(context, below.coordinate, { path }) ? null : { ...place, fieldNodes: [below.node], path };
}

function listAhead({ read, field, node }: Below, context: Context, place: Place): ListAhead | null {
  if (!read.list) return null;
  try {
    return read.list(getArgumentValues(field, node, place.variableValues), context, place);
  } catch {
    // Execution says what is wrong with the arguments, in its place.
    return null;
  }
}

/** Of all lists of one statement; a list that has more has one of its own. */
const maxConditions = 100;

function conditionsOf(condition: Condition): number {
  if ('op' in condition) return 1;
  const parts = 'all' in condition ? condition.all : condition.any;
  return parts.reduce((sum, part) => sum + conditionsOf(part), 1);
}

/**
 * Lists that go into one statement: all of them, unless they are long. Preparing takes SQLite a time that grows with the
 * square of what is compared (29 lists with ten of everything: 14 seconds), and both engines end at a number of parameters.
 */
function inStatements(lists: readonly ListAhead[]): ListAhead[][] {
  const statements: ListAhead[][] = [];
  let room = 0;
  for (const ahead of lists) {
    const size = conditionsOf(ahead.list.query.condition);
    if (size > room) {
      statements.push([]);
      room = maxConditions;
    }
    statements.at(-1)!.push(ahead);
    room -= size;
  }
  return statements;
}

/** Some lists below some rows in one statement. */
async function readLists(
  lists: readonly ListAhead[],
  ids: readonly string[],
  context: Context,
): Promise<void> {
  const reading = context.db.listsPerParent<Row>(
    lists.map(({ list }) => list),
    ids,
  );
  const readOf = (index: number) => async () => {
    const found = await reading;
    return lists[index]!.finish(new Map([...found].map(([parent, all]) => [parent, all[index]!])));
  };
  await Promise.all(lists.map(({ loader }, index) => loader.readAhead(ids, readOf(index))));
}

/** All lists below the same rows, in one statement for each thousand rows. */
async function readAllLists(
  lists: readonly ListAhead[],
  rows: readonly Row[],
  context: Context,
): Promise<void> {
  const ids = [...new Set(rows.map(({ id }) => id as string))];
  const statements = inStatements(lists);
  for (let start = 0; start < ids.length; start += maxBatchSize) {
    const batch = ids.slice(start, start + maxBatchSize);
    await Promise.all(statements.map((together) => readLists(together, batch, context)));
  }
}

/** Reads what the operation asks for below these rows of a type. Never rejects. */
export async function readBelow(
  context: Context,
  place: Place,
  typeName: string,
  { rows, isConnection }: { readonly rows: readonly Row[]; readonly isConnection: boolean },
): Promise<void> {
  // Without a decision nothing runs, and so there is nothing to read.
  if (rows.length === 0 || !context.decision) return;
  const lists: ListAhead[] = [];
  const reads: Promise<void>[] = [];
  for (const below of edgesBelow(typeName, place, isConnection)) {
    const at = placeOf(below, context, place);
    const list = at && listAhead(below, context, at);
    if (list) lists.push(list);
    else if (at && below.read.rows) reads.push(below.read.rows(rows, context, at));
  }
  if (lists.length > 0) reads.push(readAllLists(lists, rows, context));
  await Promise.all(reads);
}
