// The rules of narrowing: a key loses rights that it does not need, first on trial if wanted, and gets them back for a week.
import { isDeepStrictEqual } from 'node:util';
import type { Context } from '../../access/context.ts';
import type { StoredApiKey, StoredRights } from '../../access/authentication/tables.ts';
import { dayMs, toInstant } from '../../core/clock.ts';
import { notFound, userError } from '../../core/errors.ts';
import { tableOf } from '../../db/store/table.ts';
import type { TenantTransaction } from '../../db/tenant/tenant-db.ts';
import { assertUpdated, checkInput } from '../../resources/inputs/input.ts';
import { mutate } from '../../resources/payload.ts';
import { assertNotRevoked, changeKey, chooseScopes, getKey } from '../api-keys/index.ts';
import { Venue } from '../venues/index.ts';
import { narrowApiKeyRules, type NarrowApiKeyInput } from './narrowing.inputs.ts';
import { beginTrial } from './narrowing.trial.ts';

const undoDays = 7;

/** Throws NOT_ALLOWED for a scope that the key has not: narrowing never gives. */
function assertPart(key: StoredApiKey, scopes: readonly string[]): void {
  const other = scopes.find((scope) => !key.scopes.includes(scope));
  if (other === undefined) return;
  throw userError(
    'NOT_ALLOWED',
    ['input', 'scopes'],
    `The key does not have the scope "${other}", and narrowing adds none.`,
  );
}

/** Throws NOT_FOUND for one that is not there. */
async function assertVenues(tx: TenantTransaction, venueIds: readonly string[]): Promise<void> {
  const known = await tx.byIds(tableOf(Venue), ['id'], venueIds);
  const position = venueIds.findIndex((id) => !known.has(id));
  if (position >= 0) throw notFound(['input', 'venueIds', String(position)], 'venue');
}

/** The venues that remain, sorted. Throws NOT_ALLOWED for one that is closed to the key. */
function remainingVenues(key: StoredApiKey, venueIds: readonly string[]): string[] {
  const closed = venueIds.findIndex((id) => key.venueIds && !key.venueIds.includes(id));
  const field = ['input', 'venueIds', String(closed)];
  if (closed >= 0)
    throw userError('NOT_ALLOWED', field, 'This venue is closed to the key; narrowing opens none.');
  return [...new Set(venueIds)].sort();
}

export async function narrowApiKey(ctx: Context, input: NarrowApiKeyInput) {
  return mutate(ctx, async (tx) => {
    const { id, mode, venueIds, ...rest } = checkInput(narrowApiKeyRules, input);
    const scopes = chooseScopes(ctx, rest);
    const key = await getKey(tx, id, ['input', 'id']);
    assertNotRevoked(key, ['input', 'id']);
    await assertVenues(tx, venueIds ?? []);
    assertPart(key, scopes);
    if (mode === 'TRIAL') {
      // What a restriction to venues would refuse is no matter of scopes, and is not counted.
      if (venueIds) throw userError('INVALID', ['input', 'venueIds'], 'A trial is of scopes alone.');
      // The same again is the same trial: what it has counted stays.
      const isSame = key.trial !== null && isDeepStrictEqual(key.trial.scopes, scopes);
      const trial = isSame ? key.trial : { scopes, since: await beginTrial(ctx, tx, id) };
      await changeKey(ctx, tx, 'apiKey.narrow', key, { trial });
      return { apiKeyId: id };
    }
    const remaining = venueIds ? remainingVenues(key, venueIds) : key.venueIds;
    const at = toInstant(ctx.clock.nowMs());
    const had = { scopes: key.scopes, venueIds: key.venueIds };
    const rights = { scopes, venueIds: remaining };
    const narrowedFrom = isDeepStrictEqual(had, rights) ? key.narrowedFrom : { ...had, at };
    await changeKey(ctx, tx, 'apiKey.narrow', key, { ...rights, trial: null, narrowedFrom });
    return { apiKeyId: id };
  });
}

export interface UndoArguments {
  readonly id: string;
  /** null = whatever the key is now. */
  readonly expectedVersion: number | null;
}

/**
 * Ends a trial; else gives back what the last narrowing took. Throws NOT_ALLOWED when there is nothing to take back, CONFLICT for
 * another version.
 */
export function undoNarrowing(ctx: Context, { id, expectedVersion }: UndoArguments) {
  return mutate(ctx, async (tx) => {
    const key = await getKey(tx, id, ['id']);
    assertNotRevoked(key, ['id']);
    // The row is held: nobody changes it between this look and the change.
    if (expectedVersion !== null && expectedVersion !== key.version) assertUpdated('CONFLICT', 'API key', []);
    await changeKey(ctx, tx, 'apiKey.undoNarrowing', key, takenBack(ctx, key));
    return { apiKeyId: id };
  });
}

const isOver = ({ clock }: Context, { at }: StoredRights) =>
  Date.parse(at) + undoDays * dayMs <= clock.nowMs();

/** What an undo would give back when no trial is on; null = nothing. */
export const undoable = (ctx: Context, rights: StoredRights | null) =>
  rights && !isOver(ctx, rights) ? rights : null;

function takenBack(ctx: Context, { trial, narrowedFrom }: StoredApiKey): Partial<StoredApiKey> {
  // The narrowing before the trial goes with it: the same call sent twice would give back rights that nobody asked back.
  if (trial) return { trial: null, narrowedFrom: null };
  if (!narrowedFrom)
    throw userError('NOT_ALLOWED', ['id'], 'This key was not narrowed, or was changed since.');
  if (isOver(ctx, narrowedFrom))
    throw userError('NOT_ALLOWED', ['id'], `It was narrowed more than ${undoDays} days ago.`);
  const { scopes, venueIds } = narrowedFrom;
  return { scopes: [...scopes], venueIds: venueIds && [...venueIds], narrowedFrom: null };
}
