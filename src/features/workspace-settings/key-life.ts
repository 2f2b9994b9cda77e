// How long a key may live by the settings of its workspace. Asked inside the transaction that makes or changes the key.
import type { Context } from '../../access/context.ts';
import { dayMs, toInstant, type Instant } from '../../core/clock.ts';
import { userError } from '../../core/errors.ts';
import type { TenantReader } from '../../db/tenant/tenant-db.ts';
import { describeSettings } from './settings.service.ts';

/** The latest expiry that is allowed now; null = there is no maximum. */
async function latestExpiry({ clock }: Context, tx: TenantReader) {
  const { maximumKeyLifeDays: days } = await describeSettings(tx);
  return days === null ? null : { days, at: toInstant(clock.nowMs() + days * dayMs) };
}

/** The expiry of a new key of which none was asked for: by the default of the workspace, else its maximum; null = never. */
export async function defaultExpiry({ clock }: Context, tx: TenantReader): Promise<Instant | null> {
  const { defaultKeyLifeDays, maximumKeyLifeDays } = await describeSettings(tx);
  const days = defaultKeyLifeDays ?? maximumKeyLifeDays;
  return days === null ? null : toInstant(clock.nowMs() + days * dayMs);
}

/** Throws INVALID at `input.expiresAt` for an expiry, null = never, that is later than the workspace allows. */
export async function assertLifeAllowed(
  ctx: Context,
  tx: TenantReader,
  expiresAt: Instant | null,
): Promise<void> {
  const latest = await latestExpiry(ctx, tx);
  if (latest === null || (expiresAt !== null && expiresAt <= latest.at)) return;
  const message = `Must be at most ${latest.days} days from now: that is the longest life of a key in this workspace.`;
  throw userError('INVALID', ['input', 'expiresAt'], message);
}

/** Throws NOT_ALLOWED at `field` for a key that would take a new secret past what the workspace allows. */
export async function assertSecretLifeAllowed(
  ctx: Context,
  tx: TenantReader,
  { expiresAt, field }: { readonly expiresAt: Instant | null; readonly field: readonly string[] },
): Promise<void> {
  const latest = await latestExpiry(ctx, tx);
  if (latest === null || (expiresAt !== null && expiresAt <= latest.at)) return;
  const message = `This key works longer than the ${latest.days} days that its workspace allows now. Bring its expiry forward with updateApiKey first; then it gets a new secret.`;
  throw userError('NOT_ALLOWED', field, message);
}
