// Finds the request that a statement belongs to. Callers of the store need not know the request (sign-in does not), so
// this follows promises, which makes each promise more expensive: only a server that sends traces runs its requests in
// here.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestTrace } from '../../core/tracer.ts';

const storage = new AsyncLocalStorage<RequestTrace>();

export function runIn<T>(trace: RequestTrace, work: () => T): T {
  return storage.run(trace, work);
}

/** The trace of the request that the current work is for. */
export function currentTrace(): RequestTrace | undefined {
  return storage.getStore();
}
