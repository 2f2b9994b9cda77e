// Opaque keyset cursors: the sort value and id of a row, bound to the sort and filter that made it.
import { createHash } from 'node:crypto';
import { ApiError } from '../core/errors.ts';
import { prefixOf } from '../core/ids.ts';
import { canHold, type ColumnKind } from '../db/columns.ts';
import type { Position } from '../db/select.ts';

/** A cursor from another list, sort or filter would silently skip rows; with the fingerprint it is refused. */
export function fingerprint(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 8);
}

export function encodeCursor(print: string, { value, id }: Position): string {
  return Buffer.from(JSON.stringify([print, value, id])).toString('base64url');
}

export interface CursorOf {
  readonly print: () => string;
  /** What the list is sorted by. */
  readonly kind: ColumnKind;
}

/** Throws BAD_USER_INPUT for anything that encodeCursor did not make for this very list. */
export function decodeCursor({ print, kind }: CursorOf, cursor: string, argument: string): Position {
  const parsed = parse(cursor, kind);
  if (!parsed) throw new ApiError('BAD_USER_INPUT', `"${argument}" is not a cursor of this API.`);
  const [madeFor, value, id] = parsed;
  if (madeFor !== print()) {
    throw new ApiError('BAD_USER_INPUT', `"${argument}" belongs to a list with another sort or filter.`);
  }
  return { value, id };
}

/** Anyone can write a cursor by hand: a value that the sort column cannot hold would be a defect inside the store. */
function isValueOf(kind: ColumnKind, value: unknown): value is string | number {
  return (typeof value === 'string' || typeof value === 'number') && canHold(kind, value);
}

function parse(cursor: string, kind: ColumnKind): [string, string | number, string] | null {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (!Array.isArray(parsed) || parsed.length !== 3) return null;
    const [print, value, id] = parsed as unknown[];
    if (typeof print !== 'string' || !isValueOf(kind, value)) return null;
    return typeof id === 'string' && prefixOf(id) !== null ? [print, value, id] : null;
  } catch {
    // Not JSON: not ours.
    return null;
  }
}
