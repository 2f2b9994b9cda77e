// The interface by which the rooms report their work to metrics. serve.ts decides whether anything counts it.

export interface AnsweredRequest {
  /** `none` = no operation was resolved: refused before, or not GraphQL. */
  readonly operation: 'query' | 'mutation' | 'subscription' | 'none';
  readonly status: number;
  /** As the log names it: `ok`, `partial`, `denied`, `aborted`, or an error's code. */
  readonly outcome: string;
  readonly seconds: number;
}

export interface Meter {
  request(answered: AnsweredRequest): void;
  /** The access of an operation was decided. */
  decision(seconds: number): void;
  /** `write` = inside a transaction. */
  statement(kind: 'read' | 'write', seconds: number): void;
  /** A transaction was asked for (+1), or has begun or failed to (-1). */
  waitingWrites(change: 1 | -1): void;
  /** The rate limiter has decided. `store` says where it counts: `memory`, `redis`. */
  limiter(decision: 'allowed' | 'denied', store: string): void;
  /** Rows of the request log were lost: it was away, slow or full. */
  requestLogDropped(rows: number): void;
  /** Requests are in no sum: there was no room to count them, or the store refused the sum. */
  usageDropped(requests: number): void;
  /** Records that stood in answers to keys are not noted: the store refused them. */
  readsDropped(records: number): void;
}

/** Seconds since `startMs` (performance.now). */
export function secondsSince(startMs: number): number {
  return (performance.now() - startMs) / 1_000;
}
