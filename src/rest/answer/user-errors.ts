// What a mutation says of its values (`userErrors`) -> the status and the error of REST.
import type { UserErrorCode, UserErrorItem } from '../../core/errors.ts';
import type { StoredOperation } from '../stored-operation.ts';
import type { RestError } from './error-answer.ts';
import { inRestWords, restField } from './words.ts';

const statusOf: Readonly<Record<UserErrorCode, number>> = {
  REQUIRED: 400,
  INVALID: 400,
  TOO_LONG: 400,
  NOT_FOUND: 404,
  // A state that does not allow it: what is closed, done or revoked.
  NOT_ALLOWED: 409,
  TAKEN: 409,
  CONFLICT: 409,
};

/** The version that If-Match named is not the one that is there. */
const isOtherVersion = ({ code, field }: UserErrorItem) =>
  code === 'CONFLICT' && field.at(-1) === 'expectedVersion';

/** `Must not be empty.` -> `"name" must not be empty.`; what is a sentence of its own stays as it is. */
function detailOf({ field, message }: { readonly field: string; readonly message: string }): string {
  const [, predicate] = /^((?:Must|Is) .*)$/s.exec(message) ?? [];
  if (predicate === undefined || field === '') return message;
  return `"${field}" ${predicate.charAt(0).toLowerCase()}${predicate.slice(1)}`;
}

/** What can be mended by other values goes first: 400 tells more than the 404 beside it. */
export function toRefusal(items: readonly UserErrorItem[], operation: StoredOperation): RestError {
  return refusalFor(items, {
    fieldOf: (path) => restField(path, operation),
    textOf: (text) => inRestWords(text, operation),
    isStale: isOtherVersion,
  });
}

interface Words {
  fieldOf(path: readonly string[]): string;
  textOf(text: string): string;
  isStale(item: UserErrorItem): boolean;
}

const isCode = (value: unknown): value is UserErrorCode =>
  typeof value === 'string' && Object.hasOwn(statusOf, value);

/** What a document of a workspace selects of them, and under which names, is its own matter. */
function itemsOf(payload: unknown): readonly UserErrorItem[] {
  const { userErrors = [] } = (payload ?? {}) as { userErrors?: unknown };
  if (!Array.isArray(userErrors)) return [];
  return (userErrors as readonly Readonly<Record<string, unknown>>[]).map(({ code, field, message }) => ({
    code: isCode(code) ? code : 'INVALID',
    // Null when no value in particular is at fault.
    field: Array.isArray(field) ? (field as readonly string[]) : [],
    message: typeof message === 'string' ? message : 'A value was refused.',
  }));
}

/**
 * The refusal of a mutation that a workspace stores, with its data beside: another part of it may have been done. Null when none of
 * its payloads has `userErrors`. Names are those of its document.
 */
export function refusalIn(data: Readonly<Record<string, unknown>>): RestError | null {
  const items = Object.values(data).flatMap(itemsOf);
  if (items.length === 0) return null;
  // No header of such a request names a version.
  const words = { fieldOf: (path: readonly string[]) => path.join('.'), textOf: (text: string) => text };
  return { ...refusalFor(items, { ...words, isStale: () => false }), data };
}

function refusalFor(items: readonly UserErrorItem[], { fieldOf, textOf, isStale }: Words): RestError {
  const [worst] = [...items].sort((a, b) => statusOf[a.code] - statusOf[b.code]);
  const { code } = worst!;
  const fields = items.map((item) => ({
    field: fieldOf(item.field),
    code: item.code,
    message: textOf(item.message),
  }));
  return {
    status: isStale(worst!) ? 412 : statusOf[code],
    ...(code === 'NOT_ALLOWED' ? { error: 'Not allowed' } : {}),
    detail: fields.map(detailOf).join(' '),
    code: statusOf[code] === 400 ? 'BAD_USER_INPUT' : code,
    fields,
  };
}
