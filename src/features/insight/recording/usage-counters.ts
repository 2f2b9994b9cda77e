// Sums of what callers did, kept in memory until they are written. Does NOT write: see usage-writer.ts.
import { hourMs, toInstant } from '../../../core/clock.ts';
import type { RecordedRequest } from '../../../core/recorder.ts';
import type { KeyUsageHour } from '../recording.tables.ts';
import { FoundRows } from './found-rows.ts';
import { unlistedOperation } from './operation-book.ts';

export type UsageRow = { -readonly [Name in keyof KeyUsageHour]: KeyUsageHour[Name] };

/** Beyond it, what has no row yet is counted under one operation, and at last not at all. A row takes some 400 bytes. */
const maxRows = 20_000;
const maxAllRows = 25_000;

const keyOf = ({
  callerId,
  hour,
  operationId,
  outcome,
}: Pick<UsageRow, 'callerId' | 'hour' | 'operationId' | 'outcome'>) =>
  `${callerId} ${hour} ${operationId} ${outcome}`;

/** Adds what the second row counted to the first. */
function addUsage(
  sum: UsageRow,
  { requests, denied, failed, cost, rows, bytes, msSum, msMax, lastAt }: UsageRow,
): void {
  sum.requests += requests;
  sum.denied += denied;
  sum.failed += failed;
  sum.cost += cost;
  sum.rows += rows;
  sum.bytes += bytes;
  sum.msSum += msSum;
  if (msMax > sum.msMax) sum.msMax = msMax;
  if (lastAt > sum.lastAt) sum.lastAt = lastAt;
}

/** Rows of one key together, in the order of the table's primary key: the order in which every process locks them. */
export function mergedUsage(rows: readonly UsageRow[]): UsageRow[] {
  const sums = new Map<string, UsageRow>();
  for (const row of rows) {
    const known = sums.get(keyOf(row));
    if (known) addUsage(known, row);
    else sums.set(keyOf(row), row);
  }
  const order = (row: UsageRow) => `${row.workspaceId} ${keyOf(row)}`;
  return [...sums.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

function isDenied({ outcome, missing }: Pick<RecordedRequest, 'outcome' | 'missing'>): boolean {
  return outcome === 'denied' || missing.length > 0;
}

function isFailed(request: RecordedRequest): boolean {
  const { outcome } = request;
  return outcome !== 'ok' && outcome !== 'aborted' && !isDenied(request);
}

/** A row whose last moment is a number: writing it as text takes longer than all the rest. */
interface Counted {
  readonly row: UsageRow;
  lastMs: number;
}

export class UsageCounters {
  private counts = new Map<string, Counted>();
  /** Rows of this hour, by caller, operation and outcome. */
  private readonly found = new FoundRows<Counted>();
  private hourEndMs = 0;
  private hour = '';

  /** Returns false when there is no room for it. */
  note(request: RecordedRequest, operationId: string, nowMs: number): boolean {
    if (nowMs >= this.hourEndMs || nowMs < this.hourEndMs - hourMs) this.beginHour(nowMs);
    const { caller, outcome } = request;
    const known = this.found.get(caller.id, operationId, outcome);
    const counted = known ?? this.rowOf(request, operationId);
    if (!counted) return false;
    const { row } = counted;
    // Not those that are counted as other operations: of them there may be any number.
    if (!known && row.operationId === operationId) this.found.set(caller.id, operationId, outcome, counted);
    row.requests += 1;
    if (isDenied(request)) row.denied += 1;
    else if (isFailed(request)) row.failed += 1;
    row.cost += request.cost;
    row.rows += request.rows;
    row.bytes += request.bytes;
    const ms = Math.round(request.durationMs);
    row.msSum += ms;
    if (ms > row.msMax) row.msMax = ms;
    if (nowMs > counted.lastMs) counted.lastMs = nowMs;
    return true;
  }

  /** What was counted; counting begins anew. */
  take(): UsageRow[] {
    const taken = [...this.counts.values()].map(({ row, lastMs }) => ({ ...row, lastAt: toInstant(lastMs) }));
    this.counts = new Map();
    this.found.clear();
    return taken;
  }

  private beginHour(nowMs: number): void {
    const startMs = nowMs - (nowMs % hourMs);
    this.hour = toInstant(startMs);
    this.hourEndMs = startMs + hourMs;
    this.found.clear();
  }

  private rowOf(request: RecordedRequest, operationId: string): Counted | null {
    const { caller, outcome } = request;
    // A clock that was set back comes to an hour that has rows.
    const named = { callerId: caller.id, hour: this.hour, operationId, outcome };
    return this.counts.get(keyOf(named)) ?? this.newRow(request, operationId);
  }

  private newRow(request: RecordedRequest, operationId: string): Counted | null {
    const isFull = this.counts.size >= maxRows;
    const { caller, outcome } = request;
    const sums = { requests: 0, denied: 0, failed: 0, cost: 0, rows: 0, bytes: 0, msSum: 0, msMax: 0 };
    const row = {
      ...{ workspaceId: caller.workspaceId, callerId: caller.id, callerKind: caller.kind },
      ...{ hour: this.hour, day: this.hour.slice(0, 10), outcome, ...sums, lastAt: this.hour },
      operationId: isFull ? unlistedOperation : operationId,
    };
    const known = isFull ? this.counts.get(keyOf(row)) : undefined;
    if (known) return known;
    if (this.counts.size >= maxAllRows) return null;
    const counted = { row, lastMs: 0 };
    this.counts.set(keyOf(row), counted);
    return counted;
  }
}
