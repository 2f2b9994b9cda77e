// Everything that callers have put into the store, as text: to see that a refused request left no trace.
import sql from 'sql-template-tag';
import { identifier } from '../../../src/db/store/dialect.ts';
import type { Answer, TestHouse } from '../../support/house.ts';

const tables = [
  'workspaces',
  'users',
  'venues',
  'customers',
  'customer_venues',
  'inquiries',
  'replies',
  'follow_ups',
];

/** Rows of each table, and of keys what a caller can change (when a key was last used is written by the server itself). */
export async function storeContent({ app }: TestHouse): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  for (const table of tables) {
    const rows = await app.database.query<object>(sql`SELECT * FROM ${identifier(table)}`);
    content[table] = rows
      .map((row) => JSON.stringify(row))
      .sort()
      .join('\n');
  }
  const keys = await app.database.query<{ id: string; status: string; version: number }>(
    sql`SELECT "id", "status", "version" FROM ${identifier('api_keys')} ORDER BY "id"`,
  );
  return { ...content, api_keys: JSON.stringify(keys) };
}

/** Statements since the list was emptied that change rows, but for the server's own note of when a key was used. */
export function writesOf({ statements }: TestHouse): readonly string[] {
  return statements.filter(
    (text) => /^\s*(INSERT|UPDATE|DELETE)/i.test(text) && !text.includes('last_used_at" ='),
  );
}

export interface Refusal {
  readonly status: number;
  readonly code: unknown;
  readonly reason: unknown;
}

/** Status, code and reason of an answer that is one error and no data. */
export function refusalOf({ status, data, errors }: Answer): Refusal {
  const { code, reason } = errors?.length === 1 && data === undefined ? errors[0]!.extensions : {};
  return { status, code, reason };
}

export const unauthenticatedAs = (reason: string): Refusal => ({
  status: 401,
  code: 'UNAUTHENTICATED',
  reason,
});
export const forbiddenAs = (reason: string): Refusal => ({ status: 403, code: 'FORBIDDEN', reason });
