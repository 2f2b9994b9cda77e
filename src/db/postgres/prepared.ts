// Which statements are prepared on Postgres: those whose text comes again, under a name derived from the text.
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** A text that came this often will come again. */
const usesBeforePreparing = 3;
const maxCounted = 1_000;

interface NamesOptions {
  /**
   * They stay for good: pg cannot discard a prepared statement, and each takes memory in every connection of the
   * server.
   */
  readonly max: number;
  /**
   * Maximum length of a prepared text. A filter can make one of 600,000 characters, for which each connection of the
   * server would keep 65 MB.
   */
  readonly maxLength: number;
}

/** The longest of the examples' statements has 2,421. */
export const ofReads: NamesOptions = { max: 200, maxLength: 4_000 };
/**
 * Writes have limits of their own, so that neither kind takes the other's room: texts of bulk mutations differ with the
 * number of rows. The read of a key inside its transaction has 1,700 characters.
 */
export const ofWrites: NamesOptions = { max: 100, maxLength: 2_000 };

/** The name under which a text is to be prepared; undefined: not, or not yet. */
export type NameOf = (text: string) => string | undefined;

/** Names for statements that are to be prepared. Callers make up texts (filters, sorts): their number is bounded. */
export function createNames({ max, maxLength }: NamesOptions): NameOf {
  const names = new Map<string, string>();
  const uses = new LRUCache<string, number>({ max: maxCounted });
  return (text) => {
    if (text.length > maxLength) return undefined;
    const known = names.get(text);
    if (known !== undefined || names.size === max) return known;
    const count = (uses.get(text) ?? 0) + 1;
    uses.set(text, count);
    if (count < usesBeforePreparing) return undefined;
    uses.delete(text);
    // By its text: a pooler between here and the store may hand one connection to several processes, and what one of them
    // prepared must not answer to another text of the next.
    const name = `latchkey_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
    names.set(text, name);
    return name;
  };
}

/**
 * Errors about a prepared statement that is missing, exists already or answers something else by now. They concern one
 * connection, not the text.
 */
export function isOfPreparing(error: unknown): boolean {
  const { code, routine } = (error ?? {}) as { code?: unknown; routine?: unknown };
  // 0A000 is any "not supported". A migration beneath a prepared statement is found here; the message may be translated.
  return code === '26000' || code === '42P05' || (code === '0A000' && routine === 'RevalidateCachedQuery');
}
