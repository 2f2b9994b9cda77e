// The rules of stored operations: save, delete, and what a document needs by the schema of this server.
import type { Context, OperationFacts } from '../../access/context.ts';
import { StoredOperationRow } from '../../access/authentication/tables.ts';
import { chargeExplanation, explainInTurn } from '../../access/explain-budget.ts';
import { toInstant } from '../../core/clock.ts';
import { ApiError, notFound, userError } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { tableOf } from '../../db/store/table.ts';
import type { TenantTransaction } from '../../db/tenant/tenant-db.ts';
import { assertIdOf, assertUpdated, checkInput } from '../../resources/inputs/input.ts';
import { mutate } from '../../resources/payload.ts';
import { writeAudit } from '../audit/index.ts';
import { maxDocumentLength, saveOperationRules, type SaveOperationInput } from './operation.inputs.ts';

/** Of one workspace. */
export const maxOperationsKept = 100;
const oneAtATime = 'operations';

/** What the document needs, or why it cannot be run. Documents that are new to this process are looked at by turns. */
export async function inspectDocument(
  ctx: Context,
  document: string,
): Promise<{ readonly facts: OperationFacts } | { readonly fault: ApiError }> {
  const shown = await ctx.shownSchema();
  const look = () => ctx.inspector.inspect(document, shown);
  try {
    return { facts: ctx.inspector.isKnown(document, shown) ? look() : await explainInTurn(ctx, look) };
  } catch (error) {
    if (error instanceof ApiError) return { fault: error };
    throw error;
  }
}

/**
 * Keeps an operation. The document of a name that is there is replaced; keys that are pinned to it run the new one from then on,
 * with the scopes that they have. The same document again changes nothing.
 */
export async function saveOperation(ctx: Context, input: SaveOperationInput) {
  const factsOf = await inspectNew(ctx, input.document);
  // One after the other, so that no two of them are the hundredth, or make one name.
  return mutate(
    ctx,
    async (tx) => {
      const { name, document, expectedVersion } = checkInput(saveOperationRules, input);
      const { kind } = factsOf();
      const [known] = await tx.findAll(StoredOperationRow, { property: 'name', op: 'eq', value: name });
      if (!known) return addOperation(ctx, tx, { name, document, kind }, expectedVersion);
      const patch = { document, kind };
      const outcome = await tx.update(StoredOperationRow, known.id, patch, expectedVersion);
      assertUpdated(outcome, 'stored operation');
      if (outcome === 'UPDATED') await auditOperation(ctx, tx, 'operation.update', known, { name, document });
      return { operationId: known.id };
    },
    { oneAtATime },
  );
}

/** Before the transaction: meanwhile others could not write. Faults of the document are told after those of the other values. */
async function inspectNew(ctx: Context, document: string): Promise<() => OperationFacts> {
  chargeExplanation(ctx, 1);
  // Refused with the rest of the input.
  const inspected = document.length > maxDocumentLength ? null : await inspectDocument(ctx, document);
  return () => {
    if (inspected && 'facts' in inspected) return inspected.facts;
    const { code = 'INVALID', message = '' } = inspected?.fault ?? {};
    throw userError(code === 'FORBIDDEN' ? 'NOT_ALLOWED' : 'INVALID', ['input', 'document'], message);
  };
}

type Saved = Pick<StoredOperationRow, 'name' | 'document' | 'kind'>;

async function addOperation(
  ctx: Context,
  tx: TenantTransaction,
  saved: Saved,
  expectedVersion: number | null | undefined,
) {
  if (expectedVersion) throw notFound(['input', 'name'], 'stored operation');
  await assertRoom(tx);
  const now = toInstant(ctx.clock.nowMs());
  const id = newId('opr', ctx.clock);
  await tx.insert(StoredOperationRow, [{ id, ...saved, version: 1, createdAt: now, updatedAt: now }]);
  await auditOperation(ctx, tx, 'operation.create', { id }, saved);
  return { operationId: id };
}

async function assertRoom(tx: TenantTransaction): Promise<void> {
  const window = { orderBy: 'name', direction: 'ASC', limit: maxOperationsKept } as const;
  const query = { table: tableOf(StoredOperationRow), properties: ['id'], condition: { all: [] }, window };
  const { rows } = await tx.list({ ...query, count: false });
  if (rows.length < maxOperationsKept) return;
  const message = `A workspace keeps at most ${maxOperationsKept} operations. Delete one first.`;
  throw userError('NOT_ALLOWED', ['input', 'name'], message);
}

/** Keys that are pinned to it are refused from then on; a new operation of the same name is another one to them. */
export function deleteOperation(ctx: Context, id: string) {
  const work = async (tx: TenantTransaction) => {
    assertIdOf('opr', id, ['id'], 'stored operation');
    const known = await tx.findForUpdate(StoredOperationRow, id);
    if (!known) throw notFound(['id'], 'stored operation');
    await tx.removeWhere(StoredOperationRow, { property: 'id', op: 'eq', value: id });
    await auditOperation(ctx, tx, 'operation.delete', known, null);
    return { operationId: id };
  };
  return mutate(ctx, work, { oneAtATime });
}

type Audited = Partial<Pick<StoredOperationRow, 'name' | 'document'>>;

function auditOperation(
  ctx: Context,
  tx: TenantTransaction,
  action: `operation.${'create' | 'update' | 'delete'}`,
  known: Audited & Pick<StoredOperationRow, 'id'>,
  after: Audited | null,
): Promise<void> {
  const visible = (values: Audited | null) => values && { name: values.name, document: values.document };
  return writeAudit(ctx, tx, {
    ...{ action, targetId: known.id },
    before: visible(known),
    after: visible(after),
  });
}
