// Counts requests and writes the sums: memory -> batches -> store. What could not be written is tried again, each batch with its id.
import { randomUUID } from 'node:crypto';
import type { AccessExplainer } from '../../../access/policy/index.ts';
import { toInstant, type Clock } from '../../../core/clock.ts';
import type { Meter } from '../../../core/meter.ts';
import type { RecordedRequest } from '../../../core/recorder.ts';
import { slices } from '../../../core/slices.ts';
import type { Database } from '../../../db/store/database.ts';
import { isRefusedRow } from '../../../db/store/store-failure.ts';
import type { KeyLastSeen, StoredRecordedOperation, StoredRecordedUse } from '../recording.tables.ts';
import { describeOperation } from './describe-operation.ts';
import { OperationBook, unlistedOperation, type NewOperation } from './operation-book.ts';
import { findKnown, findRoom, keptOperations, keptUses } from './recorded-store.ts';
import { noteGap } from './recording-state.ts';
import { divideRefused } from './refused-rows.ts';
import { mergedUsage, UsageCounters } from './usage-counters.ts';
import type { NewUse } from './use-book.ts';
import { UseCounters } from './use-counters.ts';
import { writeBatch, type UsageBatch } from './usage-writer.ts';

export interface UsageLogOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly explainer: AccessExplainer;
  readonly meter?: Meter;
}

/** Rows of one transaction: more would keep others from writing for more than a tenth of a second. */
const maxBatchRows = 500;
/** Operations of one flush; each takes some milliseconds. The others wait for the next. */
const maxNewOperations = 100;
/** Keys whose last address is kept in memory. */
const maxSeen = 20_000;

function cut<T>(rows: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, index) =>
    rows.slice(index * size, (index + 1) * size),
  );
}

const byId = (a: { readonly id: string }, b: { readonly id: string }) => (a.id < b.id ? -1 : 1);

interface Seen extends Omit<KeyLastSeen, 'at'> {
  readonly atMs: number;
}

interface Admitted<New, Row> {
  readonly rows: readonly Row[];
  /** Ids of those for which the workspace or the caller has no room, and of operations that do not fit the schema. */
  readonly refused: ReadonlySet<string>;
  /** All that were looked at. */
  readonly all: readonly New[];
}

/** Kinds of which a figure lacks a row that is lost. Without the others an operation has no name and a use is not known. */
const counted: ReadonlySet<UsageBatch['kind']> = new Set(['usage', 'uses', 'trials']);

function requestsIn({ kind, rows }: Pick<UsageBatch, 'kind' | 'rows'>): number {
  if (kind !== 'usage') return 0;
  return rows.reduce((sum, row) => sum + ('requests' in row ? row.requests : 0), 0);
}

export class UsageLog {
  private readonly counters = new UsageCounters();
  private readonly uses = new UseCounters();
  private readonly book = new OperationBook();
  private seen = new Map<string, Seen>();
  /** Batches that were made and not written yet. None is made while there are some. */
  private readonly batches: UsageBatch[] = [];
  /** Whether requests were lost since the store was told of it. */
  private hasGap = false;
  private running: Promise<void> | undefined;

  constructor(private readonly options: UsageLogOptions) {}

  /** Counts a request and returns the id of its operation. Where there is no room to count it, it is lost. */
  note(request: RecordedRequest, nowMs: number): string {
    const operationId = this.book.idOf(request, nowMs);
    const { caller, outcome } = request;
    // A refused credential is no use of the key, as with `lastUsedAt`.
    if (caller.kind === 'API_KEY' && outcome !== 'UNAUTHENTICATED') this.see(request, nowMs);
    this.uses.note(request, operationId, nowMs);
    if (!this.counters.note(request, operationId, nowMs)) this.lose(1);
    return operationId;
  }

  /** Notes that requests are in no sum. */
  lose(requests: number): void {
    this.hasGap = true;
    if (requests > 0) this.options.meter?.usageDropped(requests);
  }

  /** Writes all that was counted until now. Rejects when the store does not take it: then it is written by a later flush. */
  async flush(): Promise<void> {
    while (this.running) await this.running.catch(() => undefined);
    this.running = this.write().finally(() => (this.running = undefined));
    return this.running;
  }

  private see({ caller, ip, userAgent }: RecordedRequest, nowMs: number): void {
    const { id: callerId, workspaceId } = caller;
    if (!this.seen.has(callerId) && this.seen.size >= maxSeen) return;
    this.seen.set(callerId, { workspaceId, callerId, atMs: nowMs, ip, agent: userAgent });
  }

  private async write(): Promise<void> {
    await this.noteGap();
    await this.writeBatches();
    const operations = await this.admit(this.book.newOnes(maxNewOperations));
    const uses = await this.admitUses(this.uses.newOnes());
    this.makeBatches(operations, uses);
    await this.writeBatches();
    await this.noteGap();
  }

  private async noteGap(): Promise<void> {
    if (!this.hasGap) return;
    const { database, clock } = this.options;
    // Before it is awaited: what is lost meanwhile is told by the next.
    this.hasGap = false;
    try {
      await noteGap(database, toInstant(clock.nowMs()), 'recording');
    } catch (error) {
      this.hasGap = true;
      throw error;
    }
  }

  private async writeBatches(): Promise<void> {
    for (let batch = this.batches[0]; batch; batch = this.batches[0]) {
      try {
        await writeBatch(this.options.database, batch, this.options.clock.nowMs());
        this.batches.shift();
      } catch (error) {
        if (!isRefusedRow(error)) throw error;
        // Each part has an id of its own: none of what was rolled back was written under the old one.
        const { kind } = batch;
        const parts = await this.partsOf(batch);
        this.batches.splice(0, 1, ...parts.map((rows) => ({ id: randomUUID(), kind, rows })));
      }
    }
  }

  private async partsOf({ kind, rows }: UsageBatch): Promise<readonly UsageBatch['rows'][]> {
    const { parts, lost, isMissed } = await divideRefused(this.options.database, rows);
    const requests = requestsIn({ kind, rows: lost });
    if (isMissed && counted.has(kind)) this.lose(requests);
    else if (requests > 0) this.options.meter?.usageDropped(requests);
    return parts;
  }

  /** Nothing is awaited here: a request that is counted meanwhile would be lost or counted twice. */
  private makeBatches(
    operations: Admitted<NewOperation, StoredRecordedOperation>,
    ways: Admitted<NewUse, StoredRecordedUse>,
  ): void {
    const nowMs = this.options.clock.nowMs();
    this.book.settle(operations.all, operations.refused, nowMs);
    this.uses.settle(ways.all, ways.refused, nowMs);
    const usage = this.counters.take().map((row) => {
      if (operations.refused.has(row.operationId)) row.operationId = unlistedOperation;
      return row;
    });
    const seen = [...this.seen.values()]
      .map(({ atMs, ...row }): KeyLastSeen => ({ ...row, at: toInstant(atMs) }))
      .sort((a, b) => (a.callerId < b.callerId ? -1 : 1));
    this.seen = new Map();
    const { uses, trials } = this.uses.take(new Set([...operations.refused, ...ways.refused]));
    this.addBatches('operations', [...operations.rows].sort(byId));
    this.addBatches('usage', mergedUsage(usage));
    this.addBatches('recordedUses', ways.rows);
    this.addBatches('uses', uses);
    this.addBatches('trials', trials);
    this.addBatches('seen', seen);
  }

  private addBatches(kind: UsageBatch['kind'], rows: UsageBatch['rows']): void {
    for (const part of cut(rows, maxBatchRows)) this.batches.push({ id: randomUUID(), kind, rows: part });
  }

  /**
   * Describes operations as far as their workspaces have room. Those that the store has are described anew: the scopes that they
   * need may be others since this server started.
   */
  private async admit(
    all: readonly NewOperation[],
  ): Promise<Admitted<NewOperation, StoredRecordedOperation>> {
    const { database } = this.options;
    const known = await findKnown(database, keptOperations, all);
    const room = await findRoom(
      database,
      keptOperations,
      all.filter(({ id }) => !known.has(id)),
    );
    const rows: StoredRecordedOperation[] = [];
    const refused = new Set<string>();
    for (const operation of all) {
      const row = known.has(operation.id) || room.take(operation) ? await this.describe(operation) : null;
      if (row) rows.push(row);
      else if (!known.has(operation.id)) refused.add(operation.id);
    }
    return { rows, refused, all };
  }

  private async admitUses(all: readonly NewUse[]): Promise<Admitted<NewUse, StoredRecordedUse>> {
    const { database } = this.options;
    const known = await findKnown(database, keptUses, all);
    const missing = all.filter(({ id }) => !known.has(id));
    const room = await findRoom(database, keptUses, missing);
    const rows = missing.filter((use) => room.take(use));
    const kept = new Set([...known, ...rows.map(({ id }) => id)]);
    return { rows, refused: new Set(all.map(({ id }) => id).filter((id) => !kept.has(id))), all };
  }

  private async describe(operation: NewOperation): Promise<StoredRecordedOperation | null> {
    const { explainer, clock } = this.options;
    try {
      const described = await slices.run(operation.workspaceId, () =>
        describeOperation(explainer, operation.document),
      );
      return { ...operation, ...described, createdAt: toInstant(clock.nowMs()) };
    } catch {
      // It was run, so it fits; without its literals it may not. Then it is counted without a name.
      return null;
    }
  }
}
