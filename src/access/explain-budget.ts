// How much one request may explain, over all of its fields and aliases: explaining takes CPU time and reads no row.
// Documents are explained one by one, in slices (core/slices.ts): each takes up to some 20 ms.
import { perRequest } from '../core/per-request.ts';
import { slices } from '../core/slices.ts';
import { tooExpensive } from '../core/too-expensive.ts';
import type { Context } from './context.ts';

export const maxDocuments = 20;
/** Small documents can use many fields, through fragments: the list of them is what an access check answers. */
export const maxUses = 5_000;

const explained = perRequest<Context, { documents: number; uses: number }>(() => ({ documents: 0, uses: 0 }));

/** Throws QUERY_TOO_EXPENSIVE past the limit. */
export function chargeExplanation(context: Context, documents: number): void {
  const spent = explained.get(context);
  spent.documents += documents;
  if (spent.documents <= maxDocuments) return;
  const message = `The request has ${spent.documents} documents explained; the limit is ${maxDocuments}.`;
  throw tooExpensive(message, { requested: spent.documents, limit: maxDocuments });
}

/** Throws QUERY_TOO_EXPENSIVE when the uses that are to be listed in the answer are too many. */
export function chargeUses(context: Context, uses: number): void {
  const spent = explained.get(context);
  spent.uses += uses;
  if (spent.uses <= maxUses) return;
  const message = `The access checks list ${spent.uses} fields and arguments; the limit is ${maxUses}.`;
  throw tooExpensive(message, { requested: spent.uses, limit: maxUses });
}

/** Explains one document when it is its turn. Rejects with what the work throws. */
export function explainInTurn<T>({ db }: Context, work: () => T): Promise<T> {
  return slices.run(db.scope.workspaceId, work);
}
