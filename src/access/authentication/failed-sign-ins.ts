// Sign-ins with a wrong password, collected in memory until a job writes them into the audit log. A write before the answer would
// take time for addresses that are somebody's and none for the others, and so tell which are.
import type { Instant } from '../../core/clock.ts';

export interface FailedSignIn {
  readonly workspaceId: string;
  /** Whose address was given. */
  readonly userId: string;
  readonly at: Instant;
  readonly requestId: string;
  readonly ip: string;
}

export interface FailedSignIns {
  note(failed: FailedSignIn): void;
  /** What was noted since the last time, in its order. */
  take(): readonly FailedSignIn[];
}

/** More are not kept: the limits of sign-ins let through far fewer in the seconds between two writes. */
const maxKept = 10_000;

export function createFailedSignIns(): FailedSignIns {
  let kept: FailedSignIn[] = [];
  return {
    note(failed) {
      if (kept.length < maxKept) kept.push(failed);
    },
    take() {
      const taken = kept;
      kept = [];
      return taken;
    },
  };
}
