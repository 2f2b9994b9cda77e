// Idempotency-Key: a mutation that is sent twice happens once. The record is written in the transaction of the effect, so
// that neither exists without the other; a secret in the answer is never stored.
import { createHash, createHmac } from 'node:crypto';
import { isObjectType, type GraphQLSchema } from 'graphql';
import sql from 'sql-template-tag';
import type { Context } from '../access/context.ts';
import type { SystemServices } from '../access/system-context.ts';
import { StoredWorkspace } from '../access/authentication/tables.ts';
import { dayMs, hourMs, toInstant, type Instant } from '../core/clock.ts';
import { ApiError } from '../core/errors.ts';
import { IdColumn, JsonColumn, ReferenceColumn, TextColumn, TimestampColumn } from '../db/store/columns.ts';
import { StoredIn } from '../db/store/table.ts';
import type { TenantTransaction } from '../db/tenant/tenant-db.ts';
import type { Job } from '../jobs/job.ts';

type Answer = Readonly<Record<string, unknown>>;

/** RFC draft "The Idempotency-Key HTTP Header Field": how long a key is remembered is for the server to say. */
const rememberedMs = dayMs;
const keyPattern = /^[\x21-\x7e]{1,255}$/;
/** Shown once and kept nowhere: a repeated request gets everything else. */
const neverStored = ['secret', 'token', 'warning'];

@StoredIn({
  name: 'idempotency_records',
  workspace: 'workspaceId',
  venues: { by: 'none' },
  indexes: [{ name: 'idempotency_records_created', properties: ['createdAt'] }],
})
export class IdempotencyRecord {
  /** SHA-256 of workspace, caller, key and place in the operation. */
  @IdColumn() id!: string;
  @ReferenceColumn(() => StoredWorkspace) workspaceId!: string;
  /** HMAC-SHA256 of the mutation's name and arguments: a password may be among them, and is not to be guessed from it. */
  @TextColumn() request!: string;
  @JsonColumn() answer!: Answer;
  @TimestampColumn() createdAt!: Instant;
}

/** Throws BAD_USER_INPUT unless it is 1 to 255 visible ASCII characters. */
export function assertIdempotencyKey(key: string): string {
  if (keyPattern.test(key)) return key;
  throw new ApiError('BAD_USER_INPUT', 'Idempotency-Key must be 1 to 255 visible ASCII characters.');
}

/** Lets every mutation know its name and arguments. Changes the schema it is given. */
export function noteRunningMutations(schema: GraphQLSchema): void {
  const mutation = schema.getMutationType();
  if (!isObjectType(mutation)) return;
  for (const field of Object.values(mutation.getFields())) {
    const { resolve } = field;
    if (!resolve) continue;
    field.resolve = (source, args: object, context: Context, info) => {
      // By its number, not its alias: another mutation under another name is another use of the same key.
      context.running = { name: info.fieldName, place: (context.running?.place ?? 0) + 1, args };
      return resolve(source, args, context, info) as unknown;
    };
  }
}

function hash(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function callerOf({ principal }: Context): string {
  if (principal.kind === 'API_KEY') return principal.apiKeyId;
  return principal.kind === 'USER' ? principal.userId : '';
}

function recordFor(context: Context, tx: TenantTransaction): Omit<IdempotencyRecord, 'workspaceId'> | null {
  const { idempotencyKey, running } = context;
  if (!idempotencyKey || !running) return null;
  const id = hash(tx.scope.workspaceId, callerOf(context), idempotencyKey, running.place);
  const createdAt = toInstant(context.clock.nowMs());
  const request = createHmac('sha256', context.credentials.keyPepper)
    .update(JSON.stringify(['idempotency', running.name, running.args]))
    .digest('hex');
  return { id, request, answer: {}, createdAt };
}

/**
 * The answer of the first time, or null when this is it. While the first time still runs it is waited for, so that all of
 * ten simultaneous requests get the same answer. Waiting ends as any wait for the store does: SERVICE_UNAVAILABLE.
 */
async function claim(
  tx: TenantTransaction,
  record: Omit<IdempotencyRecord, 'workspaceId'>,
): Promise<Answer | null> {
  if ((await tx.insert(IdempotencyRecord, [record], { ignoreDuplicates: true })) === 1) return null;
  const known = await tx.findForUpdate(IdempotencyRecord, record.id);
  if (!known) throw new Error('An idempotency record is there and cannot be read.');
  if (Date.parse(known.createdAt) + rememberedMs <= Date.parse(record.createdAt)) {
    await tx.update(IdempotencyRecord, record.id, record);
    return null;
  }
  if (known.request !== record.request) {
    throw new ApiError(
      'IDEMPOTENCY_MISMATCH',
      'This Idempotency-Key was used for another mutation or other values.',
    );
  }
  return known.answer;
}

/** Runs `work` once for each Idempotency-Key; without one, always. */
export async function once<P extends object>(
  context: Context,
  tx: TenantTransaction,
  work: () => Promise<P>,
): Promise<P> {
  const record = recordFor(context, tx);
  if (!record) return work();
  const known = await claim(tx, record);
  if (known) return known as P;
  const result = await work();
  const stored = Object.entries(result).filter(([name]) => !neverStored.includes(name));
  await tx.update(IdempotencyRecord, record.id, { answer: Object.fromEntries(stored) });
  return result;
}

/** A few milliseconds' work: on SQLite nobody else writes meanwhile, and Postgres ends a statement that takes seconds. */
const forgottenAtOnce = 1_000;

/** Forgets what is older than a day, over all workspaces. Nothing depends on it: age is judged at each use. */
async function forgetIdempotencyRecords({ database, clock }: SystemServices): Promise<void> {
  const isOld = sql`"created_at" <= ${toInstant(clock.nowMs() - rememberedMs)}`;
  const some = sql`SELECT "id" FROM "idempotency_records" WHERE ${isOld} LIMIT ${forgottenAtOnce}`;
  // The age once more: a record may have been used anew since it was found.
  const forget = sql`DELETE FROM "idempotency_records" WHERE "id" IN (${some}) AND ${isOld}`;
  let forgotten = forgottenAtOnce;
  while (forgotten === forgottenAtOnce) {
    forgotten = await database.write((connection) => connection.execute(forget));
  }
}

export const idempotencyJob: Job = {
  name: 'idempotency.forget',
  ...{ everyMs: hourMs, scope: 'store', run: forgetIdempotencyRecords },
};
