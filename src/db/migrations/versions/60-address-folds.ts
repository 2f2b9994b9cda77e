// The fold of an e-mail address has its domain in one form, and its search words have it in both: `xn--mnchen-3ya` and `münchen`
// find each other. Rows keep their versions: nothing that a caller sees changes.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { foldAddress } from '../../../core/text/email-address.ts';
import { rewriteDerived, rewriteWords } from '../tools/rewrite.ts';

const searched = { name: 'customers', search: ['name', 'email', 'phone'], numbers: ['phone'] };

export class AddressFolds1767225600060 implements MigrationInterface {
  readonly name = 'AddressFolds1767225600060';

  async up(runner: QueryRunner): Promise<void> {
    await rewriteDerived(runner, 'customers', [{ from: 'email', column: 'email_folded', by: foldAddress }]);
    await rewriteDerived(runner, 'users', [{ from: 'email', column: 'email_search', by: foldAddress }]);
    await rewriteWords(runner, searched);
  }

  /** The folds stay as they are: a server without this migration reads them too. */
  async down(): Promise<void> {}
}
