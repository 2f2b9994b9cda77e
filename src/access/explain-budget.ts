// How many documents one request may have explained, over all its fields and aliases: explaining is work without a row.
import { perRequest } from '../core/per-request.ts';
import { tooExpensive } from '../core/too-expensive.ts';
import type { Context } from './context.ts';

const maxDocuments = 20;

const explained = perRequest<Context, { documents: number }>(() => ({ documents: 0 }));

/** Throws QUERY_TOO_EXPENSIVE past the limit. */
export function chargeExplanation(context: Context, documents: number): void {
  const spent = explained.get(context);
  spent.documents += documents;
  if (spent.documents <= maxDocuments) return;
  const message = `The request has ${spent.documents} documents explained; the limit is ${maxDocuments}.`;
  throw tooExpensive(message, { requested: spent.documents, limit: maxDocuments });
}
