// Folds by Unicode (accents and full case folding), and words by which a number is found however it is written. Rows keep
// their versions: nothing that a caller sees changes.
import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addressKey } from '../../core/email-address.ts';
import { fold } from '../../core/fold.ts';
import { identifier } from '../dialect.ts';
import { wordsOfRow, wordsStatement } from '../search.ts';
import { addColumn, dropColumn, migrationColumns } from './columns.ts';
import { liftRequirement, requireVersion } from './requirements.ts';
import { dialectOf } from './search.ts';

type Row = Readonly<Record<string, string | null>>;

/** A column that holds another one's text as it is compared. */
interface Derived {
  readonly from: string;
  readonly column: string;
  readonly by: (text: string | null) => string;
}

const folded = (from: string): Derived => ({ from, column: `${from}_folded`, by: fold });

const tables: Readonly<Record<string, readonly Derived[]>> = {
  venues: [folded('name'), folded('city')],
  customers: [folded('name'), folded('email'), folded('city')],
  inquiries: [folded('subject')],
  treatments: [folded('name')],
  api_keys: [folded('label')],
  users: [
    { from: 'email', column: 'email_search', by: fold },
    { from: 'email', column: 'email_folded', by: addressKey },
  ],
};

const searched = { name: 'customers', search: ['name', 'email', 'phone'], numbers: ['phone'] };

const rowsAtOnce = 500;

export class TextFolds1767225600030 implements MigrationInterface {
  readonly name = 'TextFolds1767225600030';

  async up(runner: QueryRunner): Promise<void> {
    await addColumn(runner, 'users', migrationColumns(runner).text('email_search', 'null'));
    for (const [table, derived] of Object.entries(tables)) await this.fold(runner, table, derived);
    await this.findWords(runner);
    // A server of a version before would write folds and words by which nothing is found, and nobody writes them anew.
    await requireVersion(runner, this.name, '0.2.0');
  }

  /** Writes only the rows that change: almost none where texts are plain ASCII. */
  private async fold(runner: QueryRunner, table: string, derived: readonly Derived[]): Promise<void> {
    const names = [...new Set(['id', ...derived.flatMap(({ from, column }) => [from, column])])];
    const columns = join(names.map(identifier), ', ');
    const slices = this.slices(
      runner,
      (after) => sql`SELECT ${columns} FROM ${identifier(table)} AS t WHERE t."id" > ${after}`,
    );
    for await (const rows of slices) {
      const changed = rows
        .map((row) => ({ id: row['id']!, row, texts: derived.map(({ from, by }) => by(row[from]!)) }))
        .filter(({ row, texts }) => derived.some(({ column }, index) => row[column] !== texts[index]));
      if (changed.length === 0) continue;
      const values = changed.map(({ id, texts }) => sql`(${join([id, ...texts], ', ')})`);
      const set = derived.map(
        ({ column }, index) => sql`${identifier(column)} = ${raw(`v.column${index + 2}`)}`,
      );
      await this.run(
        runner,
        sql`UPDATE ${identifier(table)} AS t SET ${join(set, ', ')} FROM (VALUES ${join(values, ', ')}) AS v WHERE t."id" = v.column1`,
      );
    }
  }

  private async findWords(runner: QueryRunner): Promise<void> {
    const slices = this.slices(
      runner,
      (after) =>
        sql`SELECT t."id", t."workspace_id", t."name", t."email", t."phone", s."words" FROM "customers" AS t LEFT JOIN "customers_search" AS s ON s."id" = t."id" WHERE t."id" > ${after}`,
    );
    for await (const rows of slices) {
      const changed = rows.filter((row) => wordsOfRow(searched, row['workspace_id']!, row) !== row['words']);
      for (const workspaceId of new Set(changed.map((row) => row['workspace_id']!))) {
        const own = changed.filter((row) => row['workspace_id'] === workspaceId);
        await this.run(runner, wordsStatement(searched, workspaceId, own));
      }
    }
  }

  /** Rows in the order of their ids, `rowsAtOnce` at a time. */
  private async *slices(runner: QueryRunner, after: (id: string) => Sql): AsyncGenerator<readonly Row[]> {
    let last = '';
    for (;;) {
      const rows = await this.run(runner, sql`${after(last)} ORDER BY t."id" LIMIT ${rowsAtOnce}`);
      if (rows.length === 0) return;
      yield rows;
      last = rows.at(-1)!['id']!;
    }
  }

  private async run(runner: QueryRunner, statement: Sql): Promise<readonly Row[]> {
    return (await runner.query(dialectOf(runner).text(statement), statement.values)) as readonly Row[];
  }

  /** The folds stay as they are: a version before reads them too, and finds by them what has no accents. */
  async down(runner: QueryRunner): Promise<void> {
    await dropColumn(runner, 'users', 'email_search');
    await liftRequirement(runner, this.name);
  }
}
