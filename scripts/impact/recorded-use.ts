// What was recorded of a workspace: who ran which operation how often, and in which ways. Reads, changes nothing.
import sql from 'sql-template-tag';
import { StoredApiKey, StoredOperationRow, StoredUser } from '../../src/access/authentication/tables.ts';
import { dayMs, toInstant, type Instant } from '../../src/core/clock.ts';
import { ApiError } from '../../src/core/errors.ts';
import type { Database } from '../../src/db/store/database.ts';
import { tableOf, type EntityClass } from '../../src/db/store/table.ts';
import { createTenantDb, type TenantDb } from '../../src/db/tenant/tenant-db.ts';
import {
  KeyUsageHour,
  KeyUsesDay,
  readRecordedSince,
  StoredRecordedOperation,
  StoredRecordedUse,
} from '../../src/features/insight/index.ts';

export interface Caller {
  readonly kind: 'API_KEY' | 'USER';
  readonly id: string;
  /** Label of the key, or the user's name. */
  readonly label: string | null;
  /** Of a key; empty for users, whose scopes come with their role. */
  readonly scopes: readonly string[];
}

export interface Use {
  readonly caller: Caller;
  readonly requests: number;
  readonly lastUsedAt: Instant;
}

export interface UsedDocument {
  readonly id: string;
  readonly name: string | null;
  readonly document: string;
  readonly uses: readonly Use[];
}

/** A way in which a key ran an operation, as coordinates. */
export interface UsedWay extends Use {
  readonly operationName: string | null;
  readonly coordinates: readonly string[];
}

export interface WorkspaceUse {
  readonly workspace: { readonly id: string; readonly name: string };
  readonly documents: readonly UsedDocument[];
  readonly ways: readonly UsedWay[];
  readonly saved: readonly Pick<StoredOperationRow, 'name' | 'document'>[];
  /** Requests of operations, or in ways, that are not listed: what they used is not known. */
  readonly unknownRequests: number;
}

const idsPerRead = 1_000;
/** More operations than are kept of a workspace, each by some hundred callers. */
const maxRows = 1_000_000;

async function readByIds<T>(
  db: TenantDb,
  entity: EntityClass<T>,
  properties: readonly string[],
  ids: readonly string[],
): Promise<ReadonlyMap<string, T>> {
  const found = new Map<string, T>();
  const wanted = [...new Set(ids)];
  for (let start = 0; start < wanted.length; start += idsPerRead) {
    const part = await db.byIds<T>(tableOf(entity), properties, wanted.slice(start, start + idsPerRead));
    for (const [id, row] of part) found.set(id, row);
  }
  return found;
}

type UsageSum = Pick<KeyUsageHour, 'callerId' | 'callerKind' | 'operationId' | 'requests' | 'lastAt'>;
type UseSum = Pick<KeyUsesDay, 'callerId' | 'operationId' | 'useId' | 'requests' | 'lastAt'>;

/** Callers that can still call: of a deleted or revoked key nothing can break. */
async function readCallers(db: TenantDb, ids: readonly string[]): Promise<ReadonlyMap<string, Caller>> {
  const keys = await readByIds(db, StoredApiKey, ['id', 'label', 'scopes', 'status'], ids);
  const users = await readByIds(db, StoredUser, ['id', 'name'], ids);
  const living = [...keys.values()].filter(({ status }) => status !== 'REVOKED');
  return new Map([
    ...living.map(({ id, label, scopes }): [string, Caller] => [id, { kind: 'API_KEY', id, label, scopes }]),
    ...[...users.values()].map(({ id, name }): [string, Caller] => [
      id,
      { kind: 'USER', id, label: name, scopes: [] },
    ]),
  ]);
}

/** Without what was denied as a whole: that is refused already. */
function readUsage(db: TenantDb, since: Instant): Promise<readonly UsageSum[]> {
  return db.groupedSums<UsageSum>({
    table: tableOf(KeyUsageHour),
    condition: {
      all: [
        { property: 'hour', op: 'gte', value: since },
        { property: 'outcome', op: 'neq', value: 'denied' },
        { property: 'operationId', op: 'neq', value: 'none' },
      ],
    },
    ...{ by: ['callerId', 'operationId'], sums: ['requests'], latest: ['lastAt'], limit: maxRows },
  });
}

function readWays(db: TenantDb, since: Instant): Promise<readonly UseSum[]> {
  return db.groupedSums<UseSum>({
    table: tableOf(KeyUsesDay),
    condition: { property: 'day', op: 'gte', value: since.slice(0, 10) },
    ...{ by: ['callerId', 'operationId', 'useId'], sums: ['requests'], latest: ['lastAt'], limit: maxRows },
  });
}

function documentsOf(
  operations: ReadonlyMap<string, StoredRecordedOperation>,
  sums: readonly UsageSum[],
  callers: ReadonlyMap<string, Caller>,
): UsedDocument[] {
  const uses = new Map<string, Use[]>();
  for (const { callerId, operationId, requests, lastAt: lastUsedAt } of sums) {
    const caller = callers.get(callerId);
    if (caller) uses.set(operationId, [...(uses.get(operationId) ?? []), { caller, requests, lastUsedAt }]);
  }
  return [...operations.values()].map(({ id, name, document }) => ({
    ...{ id, name, document, uses: uses.get(id) ?? [] },
  }));
}

async function readWorkspace(
  db: TenantDb,
  workspace: WorkspaceUse['workspace'],
  since: Instant,
): Promise<WorkspaceUse> {
  const [usage, ways] = await Promise.all([readUsage(db, since), readWays(db, since)]);
  const callers = await readCallers(
    db,
    [...usage, ...ways].map(({ callerId }) => callerId),
  );
  const ids = [...usage, ...ways].map(({ operationId }) => operationId);
  const operations = await readByIds(db, StoredRecordedOperation, ['id', 'name', 'document'], ids);
  const recorded = await readByIds(
    db,
    StoredRecordedUse,
    ['id', 'coordinates'],
    ways.map(({ useId }) => useId),
  );
  const living = ways.filter(({ callerId }) => callers.has(callerId));
  const unlisted = usage.filter(
    ({ callerId, operationId }) => callers.has(callerId) && !operations.has(operationId),
  );
  const unlistedWays = living.filter(
    ({ useId, operationId }) => !recorded.has(useId) && operations.has(operationId),
  );
  return {
    workspace,
    documents: documentsOf(operations, usage, callers),
    ways: living.flatMap(({ callerId, operationId, useId, requests, lastAt }) => {
      const use = recorded.get(useId);
      if (!use) return [];
      const operationName = operations.get(operationId)?.name ?? null;
      const { coordinates } = use;
      return [{ caller: callers.get(callerId)!, requests, lastUsedAt: lastAt, operationName, coordinates }];
    }),
    saved: await db.findAll(StoredOperationRow, { all: [] }),
    unknownRequests: [...unlisted, ...unlistedWays].reduce((sum, { requests }) => sum + requests, 0),
  };
}

export interface RecordedUse {
  /** Since when all requests are counted, as the store says; null = they are not counted now. */
  readonly recordedSince: Instant | null;
  readonly workspaces: AsyncIterable<WorkspaceUse>;
}

/** Throws ApiError when the store is older than recording. It is not migrated here: it belongs to the version in use. */
async function readSince(database: Database): Promise<Instant | null> {
  try {
    return await readRecordedSince(database);
  } catch (error) {
    if (!/no such table|does not exist/.test((error as Error).message)) throw error;
    throw new ApiError(
      'BAD_USER_INPUT',
      'The store has no tables for recorded use: is DATABASE_URL the right one?',
    );
  }
}

/** Workspace by workspace. `days`: to look back over; null = all that is kept. */
export async function readRecordedUse(
  database: Database,
  { nowMs, days }: { readonly nowMs: number; readonly days: number | null },
): Promise<RecordedUse> {
  const clock = { nowMs: () => nowMs };
  const recordedSince = await readSince(database);
  const since = toInstant(days === null ? 0 : nowMs - days * dayMs);
  const workspaces = await database.query<WorkspaceUse['workspace']>(
    sql`SELECT "id", "name" FROM "workspaces" ORDER BY "id"`,
  );
  async function* each() {
    for (const workspace of workspaces) {
      const scope = { workspaceId: workspace.id, venueIds: null };
      yield await readWorkspace(createTenantDb({ database, scope, clock }), workspace, since);
    }
  }
  return { recordedSince, workspaces: each() };
}
