// Folds by Unicode (accents and full case folding), and words by which a number is found however it is written. Rows keep
// their versions: nothing that a caller sees changes.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addressKey } from '../../../core/text/email-address.ts';
import { fold } from '../../../core/text/fold.ts';
import { addColumn, dropColumn, migrationColumns } from '../tools/columns.ts';
import { liftRequirement, requireVersion } from '../tools/requirements.ts';
import { rewriteDerived, rewriteWords, type DerivedColumn } from '../tools/rewrite.ts';

const folded = (from: string): DerivedColumn => ({ from, column: `${from}_folded`, by: fold });

const tables: Readonly<Record<string, readonly DerivedColumn[]>> = {
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

export class TextFolds1767225600030 implements MigrationInterface {
  readonly name = 'TextFolds1767225600030';

  async up(runner: QueryRunner): Promise<void> {
    await addColumn(runner, 'users', migrationColumns(runner).text('email_search', 'null'));
    for (const [table, derived] of Object.entries(tables)) await rewriteDerived(runner, table, derived);
    await rewriteWords(runner, searched);
    // A server of a version before would write folds and words by which nothing is found, and nobody writes them anew.
    await requireVersion(runner, this.name, '0.2.0');
  }

  /** The folds stay as they are: a version before reads them too, and finds by them what has no accents. */
  async down(runner: QueryRunner): Promise<void> {
    await dropColumn(runner, 'users', 'email_search');
    await liftRequirement(runner, this.name);
  }
}
