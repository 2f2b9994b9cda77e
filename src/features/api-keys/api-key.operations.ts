// Which stored operations a key is pinned to, and what they need.
import type { Context } from '../../access/context.ts';
import { roleScopes } from '../../access/policy/index.ts';
import { notFound, userError } from '../../core/errors.ts';
import { prefixOf } from '../../core/ids.ts';
import { tableOf } from '../../db/store/table.ts';
import type { TenantTransaction } from '../../db/tenant/tenant-db.ts';
import { inspectDocument, StoredOperation } from '../operations/index.ts';
import { maxPins } from './api-key.inputs.ts';

const ofRoles = new Set<string>(roleScopes.OWNER);
const fieldOf = (index: number) => ['input', 'operationIds', String(index)];

type Found = Pick<StoredOperation, 'id' | 'document'>;

/** What the operation needs. Throws INVALID or NOT_ALLOWED when no key can run it. */
async function scopesNeeded(ctx: Context, { document }: Found, index: number): Promise<readonly string[]> {
  const inspected = await inspectDocument(ctx, document);
  if ('fault' in inspected) throw userError('INVALID', fieldOf(index), inspected.fault.message);
  const { requiredScopes } = inspected.facts;
  if (requiredScopes.some((scope) => ofRoles.has(scope)))
    throw userError('NOT_ALLOWED', fieldOf(index), 'This operation needs a role; no key can run it.');
  return requiredScopes;
}

async function needsOf(ctx: Context, operationIds: readonly string[]): Promise<readonly string[]> {
  const ids = operationIds.filter((id) => prefixOf(id) === 'opr');
  const found = await ctx.db.byIds<Found>(tableOf(StoredOperation), ['id', 'document'], ids);
  const needed: string[] = [];
  for (const [index, id] of operationIds.entries()) {
    const operation = found.get(id);
    if (!operation) throw notFound(fieldOf(index), 'stored operation');
    needed.push(...(await scopesNeeded(ctx, operation, index)));
  }
  return needed;
}

/**
 * What the operations of a key need, worked out before its transaction: meanwhile others could not write. What is wrong with
 * them is told when the scopes are asked for, after the faults of the other values.
 */
export async function explainPins(
  ctx: Context,
  operationIds: readonly string[] | null | undefined,
): Promise<() => readonly string[]> {
  // More are refused with the rest of the input.
  if (!operationIds || operationIds.length > maxPins) return () => [];
  try {
    const needed = await needsOf(ctx, operationIds);
    return () => needed;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** Sorted, each once. Throws NOT_FOUND when one of them was deleted meanwhile. */
export async function pinsOf(tx: TenantTransaction, operationIds: readonly string[]): Promise<string[]> {
  const known = await tx.byIds(tableOf(StoredOperation), ['id'], operationIds);
  const position = operationIds.findIndex((id) => !known.has(id));
  if (position >= 0) throw notFound(fieldOf(position), 'stored operation');
  return [...new Set(operationIds)].sort();
}
