// The rows that a key may be answered on a day: asked before an operation runs, counted before its answer leaves.
import { dayMs, toInstant, type Clock } from '../../core/clock.ts';
import { ApiError } from '../../core/errors.ts';
import type { Principal } from '../../core/principal.ts';
import type { AnswerNotes, BudgetNotice } from '../../core/request-facts.ts';
import type { CountedKey, RowCounts } from './row-counts.ts';

/** From this share on every answer says how much is left. */
const warnAt = 0.8;

/** The budget of one request. */
export interface RowBudget {
  note(rows: number): void;
  /** Throws RATE_LIMITED, EGRESS_BUDGET, when the rows of the day are used up. */
  assertOpen(): Promise<void>;
  /** Counts the rows that were noted. Called before the answer leaves. Never rejects. */
  settle(): Promise<void>;
}

interface Standing {
  readonly rows: number;
  readonly maxRowsPerDay: number;
  readonly opensAtMs: number;
}

function refusal({ rows, maxRowsPerDay, opensAtMs }: Standing, nowMs: number): ApiError {
  const retryAfterSeconds = Math.max(1, Math.ceil((opensAtMs - nowMs) / 1000));
  const opensAt = toInstant(opensAtMs);
  const message = `This key was answered ${rows} rows today; it may be answered ${maxRowsPerDay} a day. It works again at ${opensAt}.`;
  return new ApiError('RATE_LIMITED', message, {
    reason: 'EGRESS_BUDGET',
    details: { limit: maxRowsPerDay, opensAt, retryAfterSeconds },
    headers: { 'Retry-After': String(retryAfterSeconds) },
  });
}

function noticeOf({ rows, maxRowsPerDay, opensAtMs }: Standing): BudgetNotice | null {
  if (rows < warnAt * maxRowsPerDay) return null;
  const rowsLeft = Math.max(0, maxRowsPerDay - rows);
  const opensAt = toInstant(opensAtMs);
  const message = `This API key was answered ${rows} of the ${maxRowsPerDay} rows that it may be answered a day. A new day begins at ${opensAt}.`;
  return { code: 'EGRESS_BUDGET_NEAR', message, rowsLeft, opensAt };
}

class OpenBudget implements RowBudget {
  private noted = 0;

  constructor(
    private readonly counts: RowCounts,
    private readonly key: CountedKey,
    private readonly maxRowsPerDay: number,
    private readonly answer: AnswerNotes,
    private readonly nowMs: number,
  ) {}

  note(rows: number): void {
    this.noted += rows;
  }

  async assertOpen(): Promise<void> {
    const standing = this.standing(await this.counts.read(this.key));
    if (standing.rows >= this.maxRowsPerDay) throw refusal(standing, this.nowMs);
    this.tell(standing);
  }

  async settle(): Promise<void> {
    const rows = this.noted;
    if (rows === 0) return;
    this.noted = 0;
    try {
      this.tell(this.standing(await this.counts.add(this.key, rows)));
    } catch {
      // They are kept, and the next request of the key is not answered before they are written: what was read is answered.
    }
  }

  private standing(rows: number): Standing {
    const opensAtMs = Date.parse(this.key.day) + dayMs;
    return { rows, maxRowsPerDay: this.maxRowsPerDay, opensAtMs };
  }

  private tell(standing: Standing): void {
    const notice = noticeOf(standing);
    if (!notice) return;
    this.answer.budget = notice;
  }
}

/** Null for callers without such a limit. A request belongs to the day on which it came. */
export function openRowBudget(
  { counts, clock }: { readonly counts: RowCounts; readonly clock: Clock },
  principal: Principal,
  answer: AnswerNotes,
): RowBudget | null {
  if (principal.kind !== 'API_KEY' || principal.maxRowsPerDay == null) return null;
  const { workspaceId, apiKeyId: callerId, maxRowsPerDay } = principal;
  const nowMs = clock.nowMs();
  const key = { workspaceId, callerId, day: toInstant(nowMs).slice(0, 10) };
  return new OpenBudget(counts, key, maxRowsPerDay, answer, nowMs);
}
