// Ids: a type prefix and a time-ordered random part, e.g. `cus_06fk3q…`.
import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import type { Clock } from './clock.ts';

/** Crockford's Base32, lower case: keeps the byte order when compared as text. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

function encodeBase32(bytes: Uint8Array): string {
  let text = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet.charAt((buffer >> bits) & 31);
      buffer &= (1 << bits) - 1;
    }
  }
  return bits > 0 ? text + alphabet.charAt((buffer << (5 - bits)) & 31) : text;
}

/**
 * Random bytes where UUIDv7 reads them, 6 to 15. Taken from a UUIDv4, whose first and last bytes are all random: Node has those of
 * many UUIDs in store, while random bytes that are asked for one by one are most of what an id costs.
 */
function randomBytes(): Uint8Array {
  const uuid = randomUUID();
  return Buffer.from(`000000000000${uuid.slice(24)}${uuid.slice(0, 8)}`, 'hex');
}

/**
 * A new id: prefix, `_`, 26 characters of UUIDv7 (RFC 9562) at the clock's time.
 *
 * @example
 * newId('ven', ctx.clock); // 'ven_06gzr9m4sssrzer5sxbt3mnrd0'
 */
export function newId(prefix: string, clock: Clock): string {
  return `${prefix}_${encodeBase32(v7({ msecs: clock.nowMs(), random: randomBytes() }, new Uint8Array(16)))}`;
}

/** Whether a text has the form of a whole id: of a slip of the pen it has not. Does NOT look the id up. */
export function isWholeId(id: string): boolean {
  return /^[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}$/.test(id);
}

/** The prefix of an id (`cus` of `cus_06fk…`), or null when the text has no such shape. Does NOT look the id up. */
export function prefixOf(id: string): string | null {
  const match = /^([a-z]{3})_[0-9a-z]{1,40}$/.exec(id);
  return match?.[1] ?? null;
}
