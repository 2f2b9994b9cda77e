// Which tables a move copies, and in which order: what is referred to comes before what refers to it.
import type { Column } from '../store/columns.ts';
import { tableOf, type EntityClass, type Table } from '../store/table.ts';

export interface MovedTable {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Names of the primary key's columns, in its order. */
  readonly key: readonly string[];
}

/** Each store keeps these for itself: what was done to it, and what it counts of its rows. */
const keptByEachStore = [
  ...['migrations', 'applied_migrations', 'store_requirements', 'sweeps', 'row_counts'],
  ...['usage_flushes', 'recording'],
];

function textColumn(name: string, primary: boolean): Column {
  return { property: name, name, kind: 'text', nullable: false, primary };
}

/** The words by which a table is searched. The engine's own index on them follows by itself. */
function searchTable({ name, search }: Table): MovedTable[] {
  if (search.length === 0) return [];
  const columns = [textColumn('id', true), textColumn('words', false)];
  return [{ name: `${name}_search`, columns, key: ['id'] }];
}

function movedTable({ name, columns }: Table): MovedTable {
  return { name, columns, key: columns.filter(({ primary }) => primary).map((column) => column.name) };
}

/** Throws when tables refer to each other in a circle: then there is no such order. */
export function tablesInOrder(entities: readonly EntityClass[]): MovedTable[] {
  const byName = new Map(entities.map((entity) => [tableOf(entity).name, tableOf(entity)]));
  const ordered = new Map<string, Table>();
  const visit = (table: Table, path: readonly string[]): void => {
    if (ordered.has(table.name)) return;
    if (path.includes(table.name)) throw new Error(`References in a circle: ${path.join(' -> ')}`);
    const targets = table.columns.flatMap(({ references }) => (references ? [tableOf(references())] : []));
    for (const target of targets) visit(target, [...path, table.name]);
    ordered.set(table.name, table);
  };
  for (const table of byName.values()) visit(table, []);
  return [...ordered.values()].flatMap((table) => [movedTable(table), ...searchTable(table)]);
}

/** Tables of a SQLite file that this version would leave behind. */
export function unknownTables(found: readonly string[], moved: readonly MovedTable[]): string[] {
  const names = moved.map(({ name }) => name);
  // FTS5 keeps its index in tables whose names begin with its own: `customers_search_index`, `..._data`, ...
  const indexes = names.map((name) => `${name}_index`);
  const isKnown = (name: string) =>
    name.startsWith('sqlite_') ||
    [...names, ...keptByEachStore].includes(name) ||
    indexes.some((index) => name === index || name.startsWith(`${index}_`));
  return found.filter((name) => !isKnown(name));
}
