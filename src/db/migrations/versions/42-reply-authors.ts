// Who wrote a reply, as a reference beside the name that was shown.
//
// Replies of earlier versions hold a name alone, so they are recognised once, by the names of today. A customer whose name
// was corrected since, and a key or user that was renamed or removed, are recognised no more: such a reply keeps no author
// kind, which means "of the business" as it did in the statistics before.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addColumn, dropColumn, migrationColumns } from '../tools/columns.ts';

/** The one row of the workspace that is called what the reply says, and is older than it; null when there are several. */
function onlyId(table: 'api_keys' | 'users', named: string): string {
  return `(SELECT CASE WHEN count(*) = 1 THEN min("o"."id") END FROM "${table}" AS "o" WHERE ${namesake(named)})`;
}

function namesake(named: string): string {
  return `"o"."workspace_id" = "replies"."workspace_id" AND "o"."${named}" = "replies"."author" AND "o"."created_at" <= "replies"."created_at"`;
}

function recognise(kind: 'API_KEY' | 'USER', table: 'api_keys' | 'users', named: string): string {
  return `UPDATE "replies" SET "author_kind" = '${kind}', "author_id" = ${onlyId(table, named)}
    WHERE "author_kind" IS NULL AND EXISTS (SELECT 1 FROM "${table}" AS "o" WHERE ${namesake(named)})`;
}

const ownInquiry = `FROM "inquiries" AS "i" JOIN "customers" AS "c" ON "c"."id" = "i"."customer_id" WHERE "i"."id" = "replies"."inquiry_id"`;

const statements = [
  // Keys and users first: the API let nobody else write a reply, so a namesake of the customer was one of them.
  recognise('API_KEY', 'api_keys', 'label'),
  recognise('USER', 'users', 'name'),
  `UPDATE "replies" SET "author_kind" = 'CUSTOMER', "author_id" = (SELECT "c"."id" ${ownInquiry})
    WHERE "author_kind" IS NULL AND EXISTS (SELECT 1 ${ownInquiry} AND "c"."name" = "replies"."author")`,
  // What a key that was restricted to venues, and a user without a name, were called.
  `UPDATE "replies" SET "author_kind" = 'API_KEY' WHERE "author_kind" IS NULL AND "author" = 'API'`,
  `UPDATE "replies" SET "author_kind" = 'USER' WHERE "author_kind" IS NULL AND "author" = 'Staff'`,
];

export class ReplyAuthors1767225600042 implements MigrationInterface {
  readonly name = 'ReplyAuthors1767225600042';

  async up(runner: QueryRunner): Promise<void> {
    const { text } = migrationColumns(runner);
    // Nullable, so that an earlier server that still runs can go on writing replies.
    await addColumn(runner, 'replies', text('author_kind', 'null'));
    await addColumn(runner, 'replies', text('author_id', 'null'));
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ['author_id', 'author_kind']) await dropColumn(runner, 'replies', name);
  }
}
