// Whether a key may be used at a moment: judged from its row alone. Pure; no database, no clock of its own.
import { dayMs } from '../../core/clock.ts';
import type { UnauthenticatedReason } from '../../core/errors.ts';
import type { StoredApiKey, StoredApiKeySecret } from './tables.ts';

/** When an unused key becomes inactive: this many days after the latest of created, last used and re-enabled. */
export function inactiveAtMs(key: StoredApiKey, inactivityDays: number): number {
  const moments = [key.createdAt, key.lastUsedAt, key.enabledAt].filter((moment) => moment !== null);
  return Math.max(...moments.map((moment) => Date.parse(moment))) + inactivityDays * dayMs;
}

/** null = usable; otherwise why not. Call it only after the secret was proven right. */
export function decideKeyState(
  { key, secret }: { readonly key: StoredApiKey; readonly secret: StoredApiKeySecret },
  { nowMs, inactivityDays }: { readonly nowMs: number; readonly inactivityDays: number },
): UnauthenticatedReason | null {
  if (key.status === 'REVOKED') return 'KEY_REVOKED';
  if (key.status === 'DISABLED') return 'KEY_DISABLED';
  if (key.expiresAt !== null && Date.parse(key.expiresAt) <= nowMs) return 'KEY_EXPIRED';
  if (secret.status === 'RETIRED') return 'INVALID_CREDENTIAL';
  if (secret.expiresAt !== null && Date.parse(secret.expiresAt) <= nowMs) return 'INVALID_CREDENTIAL';
  // Judged here and not only by a sweep, so that it holds without any scheduler.
  return inactiveAtMs(key, inactivityDays) <= nowMs ? 'KEY_DISABLED' : null;
}
