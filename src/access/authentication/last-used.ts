// When each key was last used: collected in memory and written every few seconds, so that a read stays a read.
import sql, { join } from 'sql-template-tag';
import { toInstant } from '../../core/clock.ts';
import type { Database, WriteConnection } from '../../db/store/database.ts';
import { identifier } from '../../db/store/dialect.ts';

interface Use {
  readonly apiKeyId: string;
  readonly nowMs: number;
}

export interface LastUsedLog {
  note(use: { apiKeyId: string; secretId: string; nowMs: number }): void;
  /** Writes what was collected. A failed write loses nothing: it is tried again with the next. */
  flush(): Promise<void>;
}

/** By table: the columns that hold the moment. Keys are sorted by the second of theirs (see TimestampColumn). */
const columns = {
  api_keys: ['last_used_at', 'last_used_at_sorted'],
  api_key_secrets: ['last_used_at'],
} as const;

/** Never backwards: another process may have written a later moment. */
async function writeLatest(
  connection: WriteConnection,
  table: keyof typeof columns,
  id: string,
  nowMs: number,
): Promise<void> {
  const moment = toInstant(nowMs);
  const assignments = columns[table].map((name) => sql`${identifier(name)} = ${moment}`);
  await connection.execute(
    sql`UPDATE ${identifier(table)} SET ${join(assignments, ', ')} WHERE "id" = ${id} AND ("last_used_at" IS NULL OR "last_used_at" < ${moment})`,
  );
}

/**
 * Number of keys in one transaction, for which changes of these keys wait. Measured with 9,000 in one on Postgres: up
 * to 2.3 s, and then none was written.
 */
const maxUses = 100;

/**
 * Keys in the order of their ids, and each before its secrets: the order of everybody who changes a key. Two who lock the
 * same rows crosswise wait for each other until the store ends one of them.
 */
function inLockOrder(uses: ReadonlyMap<string, Use>): [string, Use][] {
  return [...uses].sort(([a, { apiKeyId: keyA }], [b, { apiKeyId: keyB }]) =>
    `${keyA} ${a}` < `${keyB} ${b}` ? -1 : 1,
  );
}

function writeUses(database: Database, uses: readonly (readonly [string, Use])[]): Promise<void> {
  return database.write(async (connection) => {
    for (const [secretId, { apiKeyId, nowMs }] of uses) {
      await writeLatest(connection, 'api_keys', apiKeyId, nowMs);
      await writeLatest(connection, 'api_key_secrets', secretId, nowMs);
    }
  });
}

export function createLastUsedLog(database: Database): LastUsedLog {
  let pending = new Map<string, Use>();
  const keep = (secretId: string, use: Use) => {
    const known = pending.get(secretId);
    if (!known || known.nowMs < use.nowMs) pending.set(secretId, use);
  };
  return {
    note: ({ secretId, apiKeyId, nowMs }) => keep(secretId, { apiKeyId, nowMs }),
    async flush() {
      if (pending.size === 0) return;
      const uses = pending;
      pending = new Map();
      const rest = inLockOrder(uses);
      try {
        while (rest.length > 0) {
          await writeUses(database, rest.slice(0, maxUses));
          rest.splice(0, maxUses);
        }
      } catch (error) {
        for (const [secretId, use] of rest) keep(secretId, use);
        throw error;
      }
    },
  };
}
