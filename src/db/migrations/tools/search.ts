// The table of words of a table that is searched: made, and filled with what the table holds already.
import sql from 'sql-template-tag';
import type { QueryRunner } from 'typeorm';
import { identifier } from '../../store/dialect.ts';
import { wordsStatement, type Searched } from '../../statements/search.ts';
import { dialectOf } from './engine.ts';

const rowsAtOnce = 500;

interface Row {
  readonly id: string;
  readonly workspace_id: string;
}

/** Columns and properties of searched texts have the same name. */
export async function createSearch(runner: QueryRunner, table: Searched): Promise<void> {
  const dialect = dialectOf(runner);
  const run = async (statement: ReturnType<typeof sql>) =>
    (await runner.query(dialect.text(statement), statement.values)) as Row[];
  for (const statement of dialect.searchTable(table.name).create) await runner.query(statement);
  let rows: Row[] = [];
  do {
    const after = rows.at(-1)?.id ?? '';
    rows = await run(
      sql`SELECT * FROM ${identifier(table.name)} WHERE "id" > ${after} ORDER BY "id" LIMIT ${rowsAtOnce}`,
    );
    for (const workspaceId of new Set(rows.map((row) => row.workspace_id))) {
      const own = rows.filter((row) => row.workspace_id === workspaceId);
      await run(wordsStatement(table, workspaceId, own as unknown as Record<string, unknown>[], dialect));
    }
  } while (rows.length > 0);
}

export async function dropSearch(runner: QueryRunner, table: string): Promise<void> {
  for (const statement of dialectOf(runner).searchTable(table).drop) await runner.query(statement);
}
