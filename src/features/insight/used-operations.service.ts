// Which operations a key ran, and which scopes these needed.
import type { Context } from '../../access/context.ts';
import { dayMs, toInstant, type Instant } from '../../core/clock.ts';
import { ApiError } from '../../core/errors.ts';
import { defaultPageSize, maxPageSize } from '../../core/page-size.ts';
import { tableOf } from '../../db/store/table.ts';
import { loaderAnywhere, maxBatchSize } from '../../resources/batching/loaders.ts';
import { decodeCursor, encodeCursor, fingerprint } from '../../resources/cursor.ts';
import type { ApiKey } from '../api-keys/index.ts';
import { noOperation } from './recording/operation-book.ts';
import { KeyUsageHour, StoredRecordedOperation } from './recording.tables.ts';
import { hourRange, type RecordedRange, type UsedOperationsArguments } from './usage.inputs.ts';
import { inHours } from './usage.service.ts';
import type { ScopeUse, UsedOperation, UsedOperationConnection, UsedScope } from './usage.type.ts';

/** More operations than are kept of one workspace, and the two that stand for others. */
const maxOperationsOfKey = 5_000;

/** The most used first. */
async function loadOperations(
  ctx: Context,
  range: RecordedRange,
  apiKeyId: string,
): Promise<readonly UsedOperation[]> {
  const { from, to } = hourRange(range);
  const loader = loaderAnywhere(ctx, `ApiKey.operations ${from} ${to}`, async (ids) => {
    const rows = await ctx.db.groupedSums<UsedOperation & Pick<KeyUsageHour, 'callerId' | 'lastAt'>>({
      table: tableOf(KeyUsageHour),
      condition: { all: [{ property: 'callerId', op: 'in', value: ids }, inHours({ from, to })] },
      by: ['callerId', 'operationId'],
      sums: ['requests', 'denied'],
      latest: ['lastAt'],
      limit: ids.length * maxOperationsOfKey,
    });
    const found = new Map(ids.map((id) => [id, [] as UsedOperation[]]));
    for (const { callerId, operationId, requests, denied, lastAt: lastUsedAt } of rows)
      found.get(callerId)?.push({ operationId, requests, denied, lastUsedAt });
    return found;
  });
  const operations = (await loader.load(apiKeyId)) ?? [];
  return operations.toSorted((a, b) => b.requests - a.requests || (a.operationId < b.operationId ? -1 : 1));
}

/** A cursor of this list is the number of a row: the list is short, and sums change with every request. */
const cursorOf = (print: string, place: number) => encodeCursor(print, { value: place, id: 'rop_0' }, null);

export function checkPage({ first, from, to, after }: UsedOperationsArguments): {
  size: number;
  start: number;
} {
  hourRange({ from, to });
  const size = first ?? defaultPageSize;
  if (size < 1 || size > maxPageSize)
    throw new ApiError('BAD_USER_INPUT', `"first" is ${size}; it must be 1 to ${maxPageSize}.`);
  if (after == null) return { size, start: 0 };
  const print = () => fingerprint('ApiKey.usedOperations', from, to);
  return { size, start: Number(decodeCursor({ print, kind: 'integer' }, after, 'after').value) };
}

export async function listOperations(
  ctx: Context,
  args: UsedOperationsArguments,
  apiKeyId: string,
): Promise<UsedOperationConnection> {
  const { size, start } = checkPage(args);
  const all = await loadOperations(ctx, args, apiKeyId);
  const nodes = all.slice(start, start + size);
  const print = fingerprint('ApiKey.usedOperations', args.from, args.to);
  const end = start + nodes.length;
  return {
    nodes,
    totalCount: all.length,
    pageInfo: {
      hasNextPage: end < all.length,
      hasPreviousPage: start > 0,
      startCursor: nodes.length > 0 ? cursorOf(print, start + 1) : null,
      endCursor: nodes.length > 0 ? cursorOf(print, end) : null,
    },
  };
}

const sinceOf = new WeakMap<Context, Promise<Instant | null>>();

/** Read once for a request, however many keys it shows. */
function readSince(ctx: Context): Promise<Instant | null> {
  const known = sinceOf.get(ctx) ?? ctx.recording.since();
  sinceOf.set(ctx, known);
  return known;
}

/** Since when counters are whole: the recording may have begun later, and what is too old is removed. */
export async function recordedSince(ctx: Context): Promise<Instant | null> {
  const { recording, clock } = ctx;
  const since = await readSince(ctx);
  const kept = toInstant(clock.nowMs() - recording.retention.usageDays * dayMs);
  return since === null || since > kept ? since : kept;
}

/** By the id of an operation: the scopes that it can ask for. */
async function loadScopes(
  ctx: Context,
  operationIds: readonly string[],
): Promise<Map<string, readonly string[]>> {
  const loader = loaderAnywhere(ctx, 'RecordedOperation.possibleScopes', (ids) =>
    ctx.db.byIds<StoredRecordedOperation>(tableOf(StoredRecordedOperation), ['possibleScopes'], ids),
  );
  const found = new Map<string, readonly string[]>();
  for (let start = 0; start < operationIds.length; start += maxBatchSize) {
    const part = operationIds.slice(start, start + maxBatchSize);
    const rows = await Promise.all(part.map(async (id) => loader.load(id)));
    rows.forEach((row, index) => row && found.set(part[index]!, row.possibleScopes));
  }
  return found;
}

function countScopes(
  scopes: readonly string[],
  operations: readonly UsedOperation[],
  needed: ReadonlyMap<string, readonly string[]>,
): UsedScope[] {
  const used = new Map(
    scopes.map((scope): [string, UsedScope] => [scope, { scope, requests: 0, lastUsedAt: null }]),
  );
  for (const { operationId, requests, lastUsedAt } of operations) {
    for (const scope of needed.get(operationId) ?? []) {
      const known = used.get(scope) ?? { scope, requests: 0, lastUsedAt: null };
      const isLater = known.lastUsedAt === null || known.lastUsedAt < lastUsedAt;
      used.set(scope, {
        scope,
        requests: known.requests + requests,
        lastUsedAt: isLater ? lastUsedAt : known.lastUsedAt,
      });
    }
  }
  return [...used.values()].sort((a, b) => (a.scope < b.scope ? -1 : 1));
}

export async function describeScopeUse(
  ctx: Context,
  range: RecordedRange,
  { id, scopes }: Pick<ApiKey, 'id' | 'scopes'>,
): Promise<ScopeUse> {
  const [since, all] = await Promise.all([recordedSince(ctx), loadOperations(ctx, range, id)]);
  const operations = all.filter(({ operationId }) => operationId !== noOperation);
  const needed = await loadScopes(
    ctx,
    operations.map(({ operationId }) => operationId),
  );
  const isWhole = operations.every(({ operationId }) => needed.has(operationId));
  const used = countScopes(scopes, operations, needed);
  const unused = used.filter(({ scope, requests }) => requests === 0 && scopes.includes(scope));
  return {
    recordedSince: since,
    scopes: used,
    unused: since !== null && isWhole ? unused.map(({ scope }) => scope) : null,
  };
}

type RanOperation = Pick<KeyUsageHour, 'callerId' | 'operationId'>;

/** Which operations it ran, without how often: that is read from an index alone. */
async function loadOperationIds(
  ctx: Context,
  range: RecordedRange,
  apiKeyId: string,
): Promise<readonly string[]> {
  const { from, to } = hourRange(range);
  const loader = loaderAnywhere(ctx, `ApiKey.operationIds ${from} ${to}`, async (ids) => {
    const rows = await ctx.db.groupedSums<RanOperation>({
      table: tableOf(KeyUsageHour),
      condition: { all: [{ property: 'callerId', op: 'in', value: ids }, inHours({ from, to })] },
      ...{ by: ['callerId', 'operationId'], sums: [], latest: [], limit: ids.length * maxOperationsOfKey },
    });
    const found = new Map(ids.map((id) => [id, [] as string[]]));
    for (const { callerId, operationId } of rows) found.get(callerId)?.push(operationId);
    return found;
  });
  const ids = (await loader.load(apiKeyId)) ?? [];
  return ids.filter((id) => id !== noOperation);
}

/** As `ScopeUse.unused` of a range in which everything was recorded; null = not known. */
export async function findUnusedScopes(
  ctx: Context,
  range: RecordedRange,
  { id, scopes }: Pick<ApiKey, 'id' | 'scopes'>,
): Promise<readonly string[] | null> {
  const operationIds = await loadOperationIds(ctx, range, id);
  const needed = await loadScopes(ctx, operationIds);
  if (!operationIds.every((operationId) => needed.has(operationId))) return null;
  const used = new Set([...needed.values()].flat());
  return scopes.filter((scope) => !used.has(scope)).sort();
}
