// What an answer tells the holder of a key that will soon expire. Pure.
import { dayMs, type Instant } from '../../core/clock.ts';
import type { KeyNotice } from '../../core/request-facts.ts';

/** How long before its expiry the answers to a key begin to say so. */
const noticeDays = 14;

/** null = the key never expires, or not so soon. Of a key that works: an expired one is refused. */
export function keyNotice(expiresAt: Instant | null | undefined, nowMs: number): KeyNotice | null {
  if (expiresAt == null || Date.parse(expiresAt) - nowMs > noticeDays * dayMs) return null;
  const message = `This API key stops working at ${expiresAt}. Ask an owner or admin of its workspace for a later date or another key.`;
  return { code: 'KEY_EXPIRES_SOON', message, expiresAt };
}
