// How long a request waits for the store: 2.5 s in all, connecting and every statement included, unless the store shows
// that it is there. An operation that takes long on a store that answers has the 10 s of context.ts.
//
// One deadline for each request and not one for each statement: five statements that each come back within their limit
// keep a caller waiting five times as long. A slow statement does not show whether the store is away or at work; a
// trivial question does, because there is nothing to work on.
import { storeIsAway } from '../../db/store/store-failure.ts';

/** Most requests are over by then, and no question is asked. */
const quietMs = 1_500;
/** How long the store has for its answer; then it is asked again. */
const answerMs = 1_000;

/** A timer that fires this late says nothing about the store. */
const lateMs = 250;

export interface StoreWatch {
  /** Whether the store answers something trivial at once. May take its time, and may reject. */
  isResponsive(): Promise<boolean>;
  /** The caller is told 503. What was begun for it goes on by itself, and should end soon. */
  onGivenUp(): void;
}

/** Resolves or rejects as `work` does, or with SERVICE_UNAVAILABLE when the store does not answer meanwhile. */
export function withStoreDeadline<T>(work: Promise<T>, { isResponsive, onGivenUp }: StoreWatch): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer = setTimeout(ask, quietMs);
    function ask() {
      let near = false;
      isResponsive().then(
        (answer) => (near = answer),
        // A store that fails to answer counts as not responsive.
        () => undefined,
      );
      const dueMs = performance.now() + answerMs;
      const judge = () => {
        // This process was busy itself, and may not have come to ask the store.
        const isLate = performance.now() - dueMs > lateMs;
        if (near || isLate) return ask();
        onGivenUp();
        reject(storeIsAway());
      };
      // After what has arrived was read: this process may be what was slow.
      timer = setTimeout(() => setImmediate(judge), answerMs);
    }
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
