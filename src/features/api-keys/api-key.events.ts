// Changes of keys that no admin makes: the first use of a rotated secret, and inactivity.
import { connectionFor } from '../../db/store/database.ts';
import type { KeyEvents } from '../../access/authentication/authenticate.ts';
import { findInactiveKeys } from '../../access/authentication/key-store.ts';
import { systemContext, type SystemServices } from '../../access/system-context.ts';
import { dayMs, toInstant } from '../../core/clock.ts';
import { activateSecret } from './api-key.secrets.ts';
import { disableApiKey } from './api-key.service.ts';

const batchSize = 500;

/** Handlers for authentication; each writes its change, with its audit row, before the request goes on. */
export function keyEvents(operator: SystemServices): KeyEvents {
  return {
    onFirstUse: ({ key, secret }) =>
      activateSecret(systemContext(operator, key.workspaceId), { apiKeyId: key.id, secretId: secret.id }),
    async onInactive({ key }) {
      await disableApiKey(systemContext(operator, key.workspaceId), key.id, 'INACTIVITY');
    },
  };
}

/**
 * Disables every key that was not used for too long; returns their number. Nothing depends on it running: the same is
 * judged at each use. It only makes the list and the audit log say so in time.
 */
export async function sweepInactiveKeys(operator: SystemServices): Promise<number> {
  const cutoff = toInstant(operator.clock.nowMs() - operator.credentials.inactivityDays * dayMs);
  // It reads all keys: not on the connection that is kept for looks at single ones.
  const shared = connectionFor(operator.database, { workspace: 'sweep' });
  let disabled = 0;
  for (;;) {
    const found = await findInactiveKeys(shared, cutoff, batchSize);
    for (const { workspaceId, apiKeyId } of found) {
      await disableApiKey(systemContext(operator, workspaceId), apiKeyId, 'INACTIVITY');
    }
    disabled += found.length;
    if (found.length < batchSize) return disabled;
  }
}
