// Who reads the request log stands in the audit log: before the answer, once a minute for each reader.
import { LRUCache } from 'lru-cache';
import type { Context } from '../../access/context.ts';
import { minuteMs, toInstant } from '../../core/clock.ts';
import type { ConnectionArguments } from '../../resources/page.ts';
import type { Condition } from '../../db/statements/condition.ts';
import { tableOf } from '../../db/store/table.ts';
import type { TenantTransaction } from '../../db/tenant/tenant-db.ts';
import { AuditEntry, writeAudit } from '../audit/index.ts';

const action = 'requestLog.read';

/** By reader: the moment of the last entry, so that most pages of a list need no statement. Other processes have others. */
const lastEntries = new WeakMap<object, LRUCache<string, number>>();
const maxReaders = 10_000;

function entriesOf({ recording }: Context): LRUCache<string, number> {
  const known = lastEntries.get(recording) ?? new LRUCache<string, number>({ max: maxReaders });
  lastEntries.set(recording, known);
  return known;
}

/** Names of fields alone: what they are compared with may be anything. Sorted, each once; also those within `and` and `or`. */
function namesIn(filter: unknown, found = new Set<string>()): ReadonlySet<string> {
  if (Array.isArray(filter)) for (const part of filter) namesIn(part, found);
  else if (typeof filter === 'object' && filter !== null)
    for (const [name, value] of Object.entries(filter)) {
      if (value === undefined || value === null) continue;
      if (name === 'and' || name === 'or') namesIn(value, found);
      else found.add(name);
    }
  return found;
}

/** When the entry was written that stands for this reading. */
async function writeUnlessRecent(
  ctx: Context,
  tx: TenantTransaction,
  filter: ConnectionArguments['filter'],
): Promise<number> {
  const nowMs = ctx.clock.nowMs();
  const actorId = ctx.principal.kind === 'USER' ? ctx.principal.userId : null;
  const recently: Condition = {
    all: [
      { property: 'action', op: 'eq', value: action },
      { property: 'actorId', op: 'eq', value: actorId },
      { property: 'at', op: 'gt', value: toInstant(nowMs - minuteMs) },
      // A clock that was set back finds entries of later: they stand for no reading of now.
      { property: 'at', op: 'lt', value: toInstant(nowMs + minuteMs) },
    ],
  };
  // In the order of the index that leads to them: in that of ids a store without statistics reads the whole log.
  const { rows } = await tx.list<Pick<AuditEntry, 'at'>>({
    ...{ table: tableOf(AuditEntry), properties: ['at'], condition: recently, count: false },
    window: { orderBy: 'at', direction: 'DESC', limit: 1 },
  });
  const [recent] = rows;
  if (recent) return Date.parse(recent.at);
  const names = [...namesIn(filter)].sort().join(', ');
  const after = names === '' ? {} : { filter: names };
  await writeAudit(ctx, tx, { action, targetId: tx.scope.workspaceId, after });
  return nowMs;
}

/** Resolves when there is an entry of this reader that is less than a minute old. */
export async function auditReading(ctx: Context, { filter }: ConnectionArguments): Promise<void> {
  const { principal, db, clock } = ctx;
  if (principal.kind !== 'USER') return;
  const { userId } = principal;
  const nowMs = clock.nowMs();
  const entries = entriesOf(ctx);
  const isRecent = (atMs: number | undefined) => atMs !== undefined && Math.abs(nowMs - atMs) < minuteMs;
  if (isRecent(entries.get(userId))) return;
  const atMs = await db.transaction((tx) => writeUnlessRecent(ctx, tx, filter), { oneAtATime: action });
  entries.set(userId, atMs);
}
