// Where buckets are kept. Two stores give the same answers: memory (one process) and Redis (all processes together).
//
// Not built on rate-limiter-flexible, the best kept package for this: it consumes from one limiter at a time, and its
// union of several keeps what it took from some when another refuses. Here a call takes from two or three buckets, and
// takes all of it or none.
import type { Charge, Verdict } from './decide.ts';

/** What to give back: up to `amount` of the latest charges of a bucket. */
export interface Refund {
  readonly key: string;
  readonly amount: number;
  readonly windowMs: number;
}

export interface LimitStore {
  /** Decides and charges in one step that nothing comes between. Rejects when the store cannot be reached. */
  charge(charges: readonly Charge[], nowMs: number): Promise<Verdict>;
  /** Rejects when the store cannot be reached. */
  refund(refunds: readonly Refund[]): Promise<void>;
  close(): void;
}
