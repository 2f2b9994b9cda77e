// Whose statement it is. Who asks the store need not know a request (sign-in does not), so this follows promises, which makes
// each of them dearer: only a server that sends traces runs its requests in here.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestTrace } from '../../core/tracer.ts';

const storage = new AsyncLocalStorage<RequestTrace>();

export function runIn<T>(trace: RequestTrace, work: () => T): T {
  return storage.run(trace, work);
}

/** Of the request that this work is for. */
export function currentTrace(): RequestTrace | undefined {
  return storage.getStore();
}
