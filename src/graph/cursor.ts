// Opaque keyset cursors: the sort value and id of a row, bound to the sort and filter that made it.
import { createHash } from 'node:crypto';
import { ApiError } from '../core/errors.ts';
import type { Position } from '../db/select.ts';

/** A cursor from another list, sort or filter would silently skip rows; with the fingerprint it is refused. */
export function fingerprint(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 8);
}

export function encodeCursor(print: string, { value, id }: Position): string {
  return Buffer.from(JSON.stringify([print, value, id])).toString('base64url');
}

/** Throws BAD_USER_INPUT for anything that encodeCursor did not make for this very list. */
export function decodeCursor(print: string, cursor: string, argument: string): Position {
  const parsed = parse(cursor);
  if (!parsed) throw new ApiError('BAD_USER_INPUT', `"${argument}" is not a cursor of this API.`);
  const [madeFor, value, id] = parsed;
  if (madeFor !== print) {
    throw new ApiError('BAD_USER_INPUT', `"${argument}" belongs to a list with another sort or filter.`);
  }
  return { value, id };
}

function parse(cursor: string): [string, string | number, string] | null {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (!Array.isArray(parsed) || parsed.length !== 3) return null;
    const [print, value, id] = parsed as unknown[];
    const isValue = typeof value === 'string' || typeof value === 'number';
    return typeof print === 'string' && isValue && typeof id === 'string' ? [print, value, id] : null;
  } catch {
    // Not JSON: not ours.
    return null;
  }
}
