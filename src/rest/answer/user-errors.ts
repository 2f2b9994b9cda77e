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
const isStale = ({ code, field }: UserErrorItem) => code === 'CONFLICT' && field.at(-1) === 'expectedVersion';

/** `Must not be empty.` -> `"name" must not be empty.`; what is a sentence of its own stays as it is. */
function detailOf({ field, message }: { readonly field: string; readonly message: string }): string {
  const [, predicate] = /^((?:Must|Is) .*)$/s.exec(message) ?? [];
  if (predicate === undefined || field === '') return message;
  return `"${field}" ${predicate.charAt(0).toLowerCase()}${predicate.slice(1)}`;
}

/** What can be mended by other values goes first: 400 tells more than the 404 beside it. */
export function toRefusal(items: readonly UserErrorItem[], operation: StoredOperation): RestError {
  const [worst] = [...items].sort((a, b) => statusOf[a.code] - statusOf[b.code]);
  const { code } = worst!;
  const fields = items.map((item) => ({
    field: restField(item.field, operation),
    code: item.code,
    message: inRestWords(item.message, operation),
  }));
  return {
    status: isStale(worst!) ? 412 : statusOf[code],
    ...(code === 'NOT_ALLOWED' ? { error: 'Not allowed' } : {}),
    detail: fields.map(detailOf).join(' '),
    code: statusOf[code] === 400 ? 'BAD_USER_INPUT' : code,
    fields,
  };
}
