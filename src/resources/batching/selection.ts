// Look-ahead: which columns an operation needs of a row, so that nothing is read that nobody asked for.
import { isObjectType, Kind, type FieldNode, type GraphQLSchema, type SelectionSetNode } from 'graphql';
import type { Table } from '../../db/store/table.ts';
import type { FieldPosition } from './loaders.ts';

/** What look-ahead has to know of a resource. */
interface Target {
  readonly name: string;
  readonly table: Table;
}

interface Selected {
  readonly properties: readonly string[];
  readonly count: boolean;
  /** Whether anything of the rows is asked for, or where they stand. */
  readonly rows: boolean;
}

type Fragments = FieldPosition['fragments'];

/** Field names with their nodes, each fragment entered once. Conditions are ignored: a column too many does no harm. */
function collect(sets: readonly SelectionSetNode[], fragments: Fragments) {
  const found = new Map<string, FieldNode[]>();
  const spread = new Set<string>();
  const add = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        found.set(selection.name.value, [...(found.get(selection.name.value) ?? []), selection]);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        add(selection.selectionSet);
      } else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value);
        const fragment = fragments[selection.name.value];
        if (fragment) add(fragment.selectionSet);
      }
    }
  };
  sets.forEach(add);
  return found;
}

function below(nodes: readonly FieldNode[] | undefined): SelectionSetNode[] {
  return (nodes ?? []).flatMap((node) => (node.selectionSet ? [node.selectionSet] : []));
}

/** Properties behind a field: its column, or what its extension `needs` names (edges, computed fields). */
function propertiesBehind(resource: Target, name: string, schema: GraphQLSchema): readonly string[] {
  const type = schema.getType(resource.name);
  const field = isObjectType(type) ? type.getFields()[name] : undefined;
  const needs = field?.extensions['needs'] as readonly string[] | undefined;
  if (needs) return needs;
  // A fragment may name fields of other types (__typename, another concrete type): not a column of this one.
  return resource.table.columns.some((column) => column.property === name) ? [name] : [];
}

function rowProperties(resource: Target, sets: readonly SelectionSetNode[], info: FieldPosition): string[] {
  const names = [...collect(sets, info.fragments).keys()];
  return [...new Set(['id', ...names.flatMap((name) => propertiesBehind(resource, name, info.schema))])];
}

const remembered = new WeakMap<FieldNode, Map<Target, Selected>>();

/** A document's nodes live as long as the document is cached; merged fields are rare and looked at anew. */
function remember(info: FieldPosition, resource: Target, find: () => Selected): Selected {
  const [node, ...others] = info.fieldNodes;
  if (!node || others.length > 0) return find();
  let known = remembered.get(node);
  if (!known) remembered.set(node, (known = new Map()));
  let selected = known.get(resource);
  if (!selected) known.set(resource, (selected = find()));
  return selected;
}

/** Names of the fields that are selected below a field: for objects that are no rows. */
export function selectedNames(info: FieldPosition): ReadonlySet<string> {
  return new Set(collect(below(info.fieldNodes), info.fragments).keys());
}

/** For a field that answers one row. */
export function selectedOfRow(resource: Target, info: FieldPosition): readonly string[] {
  return remember(info, resource, () => ({
    properties: rowProperties(resource, below(info.fieldNodes), info),
    ...{ count: false, rows: true },
  })).properties;
}

/** For a field that answers a connection. */
export function selectedOfConnection(resource: Target, info: FieldPosition): Selected {
  return remember(info, resource, () => {
    const connection = collect(below(info.fieldNodes), info.fragments);
    const edges = collect(below(connection.get('edges')), info.fragments);
    const rows = [...below(connection.get('nodes')), ...below(edges.get('node'))];
    return {
      properties: rowProperties(resource, rows, info),
      count: connection.has('totalCount'),
      rows: ['nodes', 'edges', 'pageInfo'].some((name) => connection.has(name)),
    };
  });
}
