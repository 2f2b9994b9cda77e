// Opaque keyset cursors: the sort value and id of a row, bound to the sort, the filter and the parent of its list.
import { createHash } from 'node:crypto';
import { ApiError } from '../core/errors.ts';
import { prefixOf } from '../core/ids.ts';
import { canHold, type ColumnKind } from '../db/store/columns.ts';
import type { Position } from '../db/statements/select.ts';

/** A cursor from another list, sort or filter would silently skip rows; with the fingerprint it is refused. */
export function fingerprint(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 8);
}

/** `parent`: what the list hangs below (see parentPrint), null at the root. */
export function encodeCursor(print: string, { value, id }: Position, parent: string | null): string {
  const parts = parent === null ? [print, value, id] : [print, value, id, parent];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** Names the list of one row: `Customer.inquiries` of this customer. */
export function parentPrint(coordinate: string, parentId: string): string {
  return fingerprint(coordinate, parentId);
}

export interface CursorOf {
  readonly print: () => string;
  /** What the list is sorted by. */
  readonly kind: ColumnKind;
}

/** Throws BAD_USER_INPUT for anything that encodeCursor did not make for this very list. */
export function decodeCursor({ print, kind }: CursorOf, cursor: string, argument: string): Position {
  const parsed = parse(cursor, kind);
  if (!parsed)
    throw new ApiError('BAD_USER_INPUT', `"${argument}" is not a cursor of this API.`, { argument });
  const [madeFor, value, id] = parsed;
  if (madeFor !== print()) {
    throw new ApiError('BAD_USER_INPUT', `"${argument}" belongs to a list with another sort or filter.`, {
      argument,
    });
  }
  return { value, id };
}

/** Throws BAD_USER_INPUT for a cursor that was made in the list of another parent. Of one that decodeCursor takes. */
export function assertCursorOf(parent: string | null, cursor: string, argument: string): void {
  const [, , , madeIn = null] = partsOf(cursor) ?? [];
  if (madeIn === parent) return;
  throw new ApiError('BAD_USER_INPUT', `"${argument}" belongs to the list of another parent.`, { argument });
}

/** Anyone can write a cursor by hand: a value that the sort column cannot hold would be a defect inside the store. */
function isValueOf(kind: ColumnKind, value: unknown): value is string | number {
  return (typeof value === 'string' || typeof value === 'number') && canHold(kind, value);
}

function partsOf(cursor: string): readonly unknown[] | null {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parsed) ? (parsed as unknown[]) : null;
  } catch {
    // Not JSON: not ours.
    return null;
  }
}

function parse(cursor: string, kind: ColumnKind): [string, string | number, string] | null {
  const parts = partsOf(cursor);
  if (!parts || parts.length < 3 || parts.length > 4) return null;
  const [print, value, id, parent = ''] = parts;
  if (typeof print !== 'string' || !isValueOf(kind, value) || typeof parent !== 'string') return null;
  return typeof id === 'string' && prefixOf(id) !== null ? [print, value, id] : null;
}
