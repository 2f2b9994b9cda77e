// How often each key ran each operation in each way, and what trials come to; in memory until it is written.
import { dayMs, toInstant } from '../../../core/clock.ts';
import type { RecordedRequest, TriedRequest } from '../../../core/recorder.ts';
import type { KeyTrialCount, KeyUsesDay } from '../recording.tables.ts';
import { FoundRows } from './found-rows.ts';
import { unlistedOperation } from './operation-book.ts';
import { UseBook, unlistedUse, type NewUse } from './use-book.ts';

/** Beyond it, what has no row yet is counted as one operation in one way. A row takes some 300 bytes. */
const maxRows = 20_000;

/** What was counted since the last time, each list in the order of its table's primary key. */
interface CountedUses {
  readonly uses: readonly KeyUsesDay[];
  readonly trials: readonly KeyTrialCount[];
}

type Counted<T> = { -readonly [Name in keyof Omit<T, 'lastAt'>]: T[Name] } & { lastMs: number };

const inOrder = <T>(rows: ReadonlyMap<string, Counted<T>>) =>
  [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { lastMs, ...row }]) => ({ ...row, lastAt: toInstant(lastMs) }));

export class UseCounters {
  private readonly book = new UseBook();
  private uses = new Map<string, Counted<KeyUsesDay>>();
  private trials = new Map<string, Counted<KeyTrialCount>>();
  /** Rows of today, by caller, operation and use. */
  private readonly found = new FoundRows<Counted<KeyUsesDay>>();
  private dayNumber = -1;
  private day = '';

  note({ caller, ran, tried }: RecordedRequest, operationId: string, nowMs: number): void {
    if (caller.kind !== 'API_KEY' || !ran?.used) return;
    const { workspaceId, id: callerId } = caller;
    const useId = this.book.idOf(caller, ran.used, nowMs);
    this.beginDay(nowMs);
    const known = this.found.get(callerId, operationId, useId);
    if (known) {
      known.requests += 1;
      known.lastMs = Math.max(known.lastMs, nowMs);
    } else {
      const { day } = this;
      const isFull = this.uses.size >= maxRows;
      const row = this.count({ workspaceId, callerId, day, operationId, useId }, isFull, nowMs);
      if (!isFull) this.found.set(callerId, operationId, useId, row);
    }
    if (tried) this.countTrial({ workspaceId, callerId, ...tried }, nowMs);
  }

  private beginDay(nowMs: number): void {
    const number = Math.floor(nowMs / dayMs);
    if (number === this.dayNumber) return;
    this.dayNumber = number;
    this.day = toInstant(nowMs).slice(0, 10);
    this.found.clear();
  }

  private countTrial(
    { workspaceId, callerId, ...tried }: TriedRequest & Pick<KeyTrialCount, 'workspaceId' | 'callerId'>,
    nowMs: number,
  ): void {
    const key = `${workspaceId} ${callerId} ${tried.since}`;
    const trial = this.trials.get(key) ?? {
      ...{ workspaceId, callerId, since: tried.since, requests: 0, wouldRefuse: 0, lastMs: 0 },
    };
    this.trials.set(key, trial);
    trial.requests += 1;
    if (tried.isRefused) trial.wouldRefuse += 1;
    trial.lastMs = Math.max(trial.lastMs, nowMs);
  }

  /** Ways that are not in the store yet. */
  newOnes(): readonly NewUse[] {
    return this.book.newOnes();
  }

  /** They wait no more; the refused ones are not kept. */
  settle(uses: readonly NewUse[], refused: ReadonlySet<string>, nowMs: number): void {
    this.book.settle(uses, refused, nowMs);
  }

  /** `refused`: operations and ways that are not kept. */
  take(refused: ReadonlySet<string>): CountedUses {
    const { uses, trials } = this;
    this.found.clear();
    this.uses = new Map();
    for (const row of uses.values())
      this.count(
        {
          ...row,
          operationId: refused.has(row.operationId) ? unlistedOperation : row.operationId,
          useId: refused.has(row.useId) ? unlistedUse : row.useId,
        },
        false,
        row.lastMs,
        row.requests,
      );
    const merged = this.uses;
    this.uses = new Map();
    this.trials = new Map();
    return { uses: inOrder(merged), trials: inOrder(trials) };
  }

  private count(
    given: Omit<KeyUsesDay, 'requests' | 'lastAt'>,
    isFull: boolean,
    nowMs: number,
    requests = 1,
  ): Counted<KeyUsesDay> {
    const keyOf = ({ workspaceId, callerId, day, operationId, useId }: typeof given) =>
      `${workspaceId} ${callerId} ${day} ${operationId} ${useId}`;
    const isNew = !this.uses.has(keyOf(given));
    const { workspaceId, callerId, day, operationId, useId } = given;
    const unlisted = { operationId: unlistedOperation, useId: unlistedUse };
    const named = { workspaceId, callerId, day, ...(isNew && isFull ? unlisted : { operationId, useId }) };
    const row = this.uses.get(keyOf(named)) ?? { ...named, requests: 0, lastMs: 0 };
    this.uses.set(keyOf(named), row);
    row.requests += requests;
    row.lastMs = Math.max(row.lastMs, nowMs);
    return row;
  }
}
