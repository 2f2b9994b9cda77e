// When each key was last used: collected in memory and written every few seconds, so that a read stays a read.
import sql from 'sql-template-tag';
import { toInstant } from '../core/clock.ts';
import type { Database, WriteConnection } from '../db/database.ts';
import { identifier } from '../db/dialect.ts';

export interface LastUsedLog {
  note(use: { apiKeyId: string; secretId: string; nowMs: number }): void;
  /** Writes what was collected. A failed write loses nothing: it is tried again with the next. */
  flush(): Promise<void>;
}

/** Never backwards: another process may have written a later moment. */
async function writeLatest(
  connection: WriteConnection,
  table: string,
  id: string,
  nowMs: number,
): Promise<void> {
  const moment = toInstant(nowMs);
  await connection.execute(
    sql`UPDATE ${identifier(table)} SET "last_used_at" = ${moment} WHERE "id" = ${id} AND ("last_used_at" IS NULL OR "last_used_at" < ${moment})`,
  );
}

/**
 * Keys in the order of their ids, and each before its secrets: the order of everybody who changes a key. Two who lock the
 * same rows crosswise wait for each other until the store ends one of them.
 */
function inLockOrder<U extends { apiKeyId: string }>(uses: ReadonlyMap<string, U>): [string, U][] {
  return [...uses].sort(([a, { apiKeyId: keyA }], [b, { apiKeyId: keyB }]) =>
    `${keyA} ${a}` < `${keyB} ${b}` ? -1 : 1,
  );
}

export function createLastUsedLog(database: Database): LastUsedLog {
  let pending = new Map<string, { apiKeyId: string; nowMs: number }>();
  const keep = (secretId: string, use: { apiKeyId: string; nowMs: number }) => {
    const known = pending.get(secretId);
    if (!known || known.nowMs < use.nowMs) pending.set(secretId, use);
  };
  return {
    note: ({ secretId, apiKeyId, nowMs }) => keep(secretId, { apiKeyId, nowMs }),
    async flush() {
      if (pending.size === 0) return;
      const uses = pending;
      pending = new Map();
      try {
        await database.write(async (connection) => {
          for (const [secretId, use] of inLockOrder(uses)) {
            await writeLatest(connection, 'api_keys', use.apiKeyId, use.nowMs);
            await writeLatest(connection, 'api_key_secrets', secretId, use.nowMs);
          }
        });
      } catch (error) {
        uses.forEach((use, secretId) => keep(secretId, use));
        throw error;
      }
    },
  };
}
