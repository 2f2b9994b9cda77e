// The state of a key as people see it: judged from its row and the time. Pure.
import { inactiveAtMs } from '../../access/authentication/key-state.ts';
import type {
  DisabledReason,
  SecretStatus,
  StoredApiKey,
  StoredApiKeySecret,
} from '../../access/authentication/tables.ts';
import type { ApiKeyStatusName } from './api-key.type.ts';

export function statusOf(
  key: StoredApiKey,
  moment: { nowMs: number; inactivityDays: number },
): ApiKeyStatusName {
  if (key.status !== 'ACTIVE') return key.status;
  if (key.expiresAt !== null && Date.parse(key.expiresAt) <= moment.nowMs) return 'EXPIRED';
  return inactiveAtMs(key, moment.inactivityDays) <= moment.nowMs ? 'DISABLED' : 'ACTIVE';
}

/** An ACTIVE row that is shown as DISABLED was unused for too long, which is not stored yet. */
export function disabledReasonOf(key: StoredApiKey, status: ApiKeyStatusName): DisabledReason | null {
  return status === 'DISABLED' && key.status === 'ACTIVE' ? 'INACTIVITY' : key.disabledReason;
}

/** A RETIRING secret whose overlap is over counts as RETIRED, also before that is stored. */
export function secretStatusOf(
  secret: Pick<StoredApiKeySecret, 'status' | 'expiresAt'>,
  nowMs: number,
): SecretStatus {
  const isOver = secret.expiresAt !== null && Date.parse(secret.expiresAt) <= nowMs;
  return secret.status === 'RETIRING' && isOver ? 'RETIRED' : secret.status;
}
