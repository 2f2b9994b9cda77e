// The words by which customers are found.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createSearch, dropSearch } from '../../tools/search.ts';

export class CustomerSearch1767225600006 implements MigrationInterface {
  readonly name = 'CustomerSearch1767225600006';

  async up(runner: QueryRunner): Promise<void> {
    const searched = { name: 'customers', search: ['name', 'email', 'phone'], numbers: ['phone'] };
    await createSearch(runner, searched);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropSearch(runner, 'customers');
  }
}
