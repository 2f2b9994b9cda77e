// Rewrites what is derived from other columns: folds, keys and search words. Only the rows that change are written.
import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { QueryRunner } from 'typeorm';
import { identifier } from '../../store/dialect.ts';
import { wordsOfRow, wordsStatement, type Searched } from '../../statements/search.ts';
import { dialectOf } from './engine.ts';

type Row = Readonly<Record<string, string | null>>;

/** A column that holds another one's text as it is compared. */
export interface DerivedColumn {
  readonly from: string;
  readonly column: string;
  readonly by: (text: string | null) => string;
}

const rowsAtOnce = 500;

async function run(runner: QueryRunner, statement: Sql): Promise<readonly Row[]> {
  return (await runner.query(dialectOf(runner).text(statement), statement.values)) as readonly Row[];
}

/** Rows in the order of their ids, `rowsAtOnce` at a time. */
async function* slices(runner: QueryRunner, after: (id: string) => Sql): AsyncGenerator<readonly Row[]> {
  let last = '';
  for (;;) {
    const rows = await run(runner, sql`${after(last)} ORDER BY t."id" LIMIT ${rowsAtOnce}`);
    if (rows.length === 0) return;
    yield rows;
    last = rows.at(-1)!['id']!;
  }
}

/** Almost nothing is written where texts are plain ASCII. */
export async function rewriteDerived(
  runner: QueryRunner,
  table: string,
  derived: readonly DerivedColumn[],
): Promise<void> {
  const names = [...new Set(['id', ...derived.flatMap(({ from, column }) => [from, column])])];
  const columns = join(names.map(identifier), ', ');
  const rowsAfter = (after: string) =>
    sql`SELECT ${columns} FROM ${identifier(table)} AS t WHERE t."id" > ${after}`;
  for await (const rows of slices(runner, rowsAfter)) {
    const changed = rows
      .map((row) => ({ id: row['id']!, row, texts: derived.map(({ from, by }) => by(row[from]!)) }))
      .filter(({ row, texts }) => derived.some(({ column }, index) => row[column] !== texts[index]));
    if (changed.length === 0) continue;
    const values = changed.map(({ id, texts }) => sql`(${join([id, ...texts], ', ')})`);
    const set = derived.map(
      ({ column }, index) => sql`${identifier(column)} = ${raw(`v.column${index + 2}`)}`,
    );
    await run(
      runner,
      sql`UPDATE ${identifier(table)} AS t SET ${join(set, ', ')} FROM (VALUES ${join(values, ', ')}) AS v WHERE t."id" = v.column1`,
    );
  }
}

/** Columns and properties of searched texts have the same name. */
export async function rewriteWords(runner: QueryRunner, searched: Searched): Promise<void> {
  const [table, texts] = [
    identifier(searched.name),
    join(
      searched.search.map((name) => raw(`t."${name}"`)),
      ', ',
    ),
  ];
  const rowsAfter = (after: string) =>
    sql`SELECT t."id", t."workspace_id", ${texts}, s."words" FROM ${table} AS t LEFT JOIN ${identifier(`${searched.name}_search`)} AS s ON s."id" = t."id" WHERE t."id" > ${after}`;
  for await (const rows of slices(runner, rowsAfter)) {
    const changed = rows.filter((row) => wordsOfRow(searched, row['workspace_id']!, row) !== row['words']);
    for (const workspaceId of new Set(changed.map((row) => row['workspace_id']!))) {
      const own = changed.filter((row) => row['workspace_id'] === workspaceId);
      await run(runner, wordsStatement(searched, workspaceId, own, dialectOf(runner)));
    }
  }
}
