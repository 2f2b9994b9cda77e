// Counts requests and writes the sums: memory -> batches -> store. What could not be written is tried again, each batch with its id.
import { randomUUID } from 'node:crypto';
import type { AccessExplainer } from '../../../access/policy/index.ts';
import { toInstant, type Clock } from '../../../core/clock.ts';
import type { RecordedRequest } from '../../../core/recorder.ts';
import { slices } from '../../../core/slices.ts';
import type { Database } from '../../../db/store/database.ts';
import type { KeyLastSeen, StoredRecordedOperation } from '../recording.tables.ts';
import { describeOperation } from './describe-operation.ts';
import { OperationBook, unlistedOperation, type NewOperation } from './operation-book.ts';
import { findKnownOperations, findRoom } from './operation-store.ts';
import { mergedUsage, UsageCounters } from './usage-counters.ts';
import { UseCounters } from './use-counters.ts';
import { writeBatch, type UsageBatch } from './usage-writer.ts';

export interface UsageLogOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly explainer: AccessExplainer;
}

/** Rows of one transaction: more would keep others from writing for more than a tenth of a second. */
const maxBatchRows = 500;
/** Operations of one flush; each takes some milliseconds. The others wait for the next. */
const maxNewOperations = 100;
/** Keys whose last address is kept in memory. */
const maxSeen = 20_000;

function parts<T>(rows: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, index) =>
    rows.slice(index * size, (index + 1) * size),
  );
}

const byId = (a: { readonly id: string }, b: { readonly id: string }) => (a.id < b.id ? -1 : 1);

interface Seen extends Omit<KeyLastSeen, 'at'> {
  readonly atMs: number;
}

interface Admitted {
  readonly rows: readonly StoredRecordedOperation[];
  /** Operations for which the workspace has no room, or that do not fit the schema. */
  readonly refused: ReadonlySet<string>;
  /** All that were looked at. */
  readonly operations: readonly NewOperation[];
}

export class UsageLog {
  private readonly counters = new UsageCounters();
  private readonly uses = new UseCounters();
  private readonly book = new OperationBook();
  private seen = new Map<string, Seen>();
  /** Batches that were made and not written yet. None is made while there are some. */
  private readonly batches: UsageBatch[] = [];
  private running: Promise<void> | undefined;

  constructor(private readonly options: UsageLogOptions) {}

  /** Counts a request and returns the id of its operation. Throws when there is no room to count it. */
  note(request: RecordedRequest, nowMs: number): string {
    const operationId = this.book.idOf(request, nowMs);
    const { caller, outcome } = request;
    // A refused credential is no use of the key, as with `lastUsedAt`.
    if (caller.kind === 'API_KEY' && outcome !== 'UNAUTHENTICATED') this.see(request, nowMs);
    this.uses.note(request, operationId, nowMs);
    if (!this.counters.note(request, operationId, nowMs)) throw new Error('There is no room to count it.');
    return operationId;
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
    await this.writeBatches();
    const admitted = await this.admit(this.book.newOnes(maxNewOperations));
    this.makeBatches(admitted);
    await this.writeBatches();
  }

  private async writeBatches(): Promise<void> {
    for (let batch = this.batches[0]; batch; batch = this.batches[0]) {
      await writeBatch(this.options.database, batch, this.options.clock.nowMs());
      this.batches.shift();
    }
  }

  /** Nothing is awaited here: a request that is counted meanwhile would be lost or counted twice. */
  private makeBatches({ rows, refused, operations }: Admitted): void {
    this.book.settle(operations, this.options.clock.nowMs());
    const counted = this.counters.take().map((row) => {
      if (refused.has(row.operationId)) row.operationId = unlistedOperation;
      return row;
    });
    const seen = [...this.seen.values()]
      .map(({ atMs, ...row }): KeyLastSeen => ({ ...row, at: toInstant(atMs) }))
      .sort((a, b) => (a.callerId < b.callerId ? -1 : 1));
    this.seen = new Map();
    const { recordedUses, uses, trials } = this.uses.take(refused, this.options.clock.nowMs());
    const empty = { usage: [], operations: [], seen: [], recordedUses: [], uses: [], trials: [] };
    const batches = [
      ...parts([...rows].sort(byId), maxBatchRows).map((part) => ({ ...empty, operations: part })),
      ...parts(mergedUsage(counted), maxBatchRows).map((part) => ({ ...empty, usage: part })),
      ...parts(recordedUses, maxBatchRows).map((part) => ({ ...empty, recordedUses: part })),
      ...parts(uses, maxBatchRows).map((part) => ({ ...empty, uses: part })),
      ...parts(trials, maxBatchRows).map((part) => ({ ...empty, trials: part })),
      ...parts(seen, maxBatchRows).map((part) => ({ ...empty, seen: part })),
    ];
    this.batches.push(...batches.map((batch) => ({ ...batch, id: randomUUID() })));
  }

  /** Describes operations that the store does not have, as far as their workspaces have room. */
  private async admit(operations: readonly NewOperation[]): Promise<Admitted> {
    const { database } = this.options;
    const known = await findKnownOperations(database, operations);
    const missing = operations.filter(({ id }) => !known.has(id));
    const room = await findRoom(database, missing);
    const rows: StoredRecordedOperation[] = [];
    const refused = new Set<string>();
    for (const operation of missing) {
      const left = room.get(operation.workspaceId) ?? 0;
      const row = left > 0 ? await this.describe(operation) : null;
      if (row) rows.push(row);
      else refused.add(operation.id);
      if (row) room.set(operation.workspaceId, left - 1);
    }
    return { rows, refused, operations };
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
