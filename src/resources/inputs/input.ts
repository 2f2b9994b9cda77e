// Values of a mutation's input: their limits as zod schemas, their faults as user errors.
import { z } from 'zod';
import { isEmailAddress, maxAddressBytes } from '../../core/text/email-address.ts';
import {
  notFound,
  userError,
  UserErrors,
  type UserErrorCode,
  type UserErrorItem,
} from '../../core/errors.ts';
import { prefixOf } from '../../core/ids.ts';
import { cleanMessage, cleanName } from '../../core/text/written-text.ts';
import { noteRules } from './input-limits.ts';
import type { UpdateOutcome } from '../../db/tenant/tenant-db.ts';

/** One zod type for each property of an input class: a property that is forgotten does not compile. */
type InputRules<T> = { readonly [K in keyof Required<T>]: z.ZodType };

/**
 * The rules of an input class; `null` for what is no input of the schema. A property without a rule does not compile. The limits
 * appear in the descriptions of the schema (input-limits.ts).
 *
 * @example
 * export const createVenueRules = inputRules(CreateVenueInput, {
 *   name: text(200),
 *   city: optionalText(200),
 *   address: optionalMessage(500),
 *   timezone: exactText(64),
 *   openingHours: openingHours.nullish(),
 * });
 */
export function inputRules<T extends object>(type: (new () => T) | null, rules: InputRules<T>): z.ZodType<T> {
  const checked = z.object(rules) as unknown as z.ZodType<T>;
  if (type) noteRules(type.name, checked);
  return checked;
}

/** Text of 1 to `max` characters after `clean`. The first fault ends the look at it: one entry for one value. */
function cleanText(clean: (text: string) => string, max: number) {
  return z
    .string()
    .overwrite(clean)
    .min(1, { error: 'Must not be empty.', abort: true })
    .max(max, { error: `Must be at most ${max} characters long.`, abort: true });
}

function optional(clean: (text: string) => string, rules: z.ZodType) {
  const emptyIsNull = (value: unknown) => (typeof value === 'string' && clean(value) === '' ? null : value);
  return z.preprocess(emptyIsNull, rules.nullish());
}

/** A name, or another text of one line; invisible and control characters are taken out (see cleanName). */
export const text = (max: number) => cleanText(cleanName, max);

/** A name of something that a list of others decides, such as a time zone: nothing is taken out of it but the spaces around it. */
export const exactText = (max: number) => cleanText((value) => value.trim(), max);

/** Left out, null (cleared) or text of one line; an empty text counts as null. */
export const optionalText = (max: number) => optional(cleanName, text(max));

/** Text of several lines; control characters are taken out (see cleanMessage). */
export const messageText = (max: number) => cleanText(cleanMessage, max);

/** Left out, null (cleared) or text of several lines; an empty text counts as null. */
export const optionalMessage = (max: number) => optional(cleanMessage, messageText(max));

/** What programs put around an address that is copied goes; a control character within it is a fault, as in no other text. */
const cleanAddress = (text: string) => (/\p{Cc}/u.test(text.trim()) ? text.trim() : cleanName(text));
const address = z
  .string()
  .overwrite(cleanAddress)
  .max(maxAddressBytes, { error: `Must be at most ${maxAddressBytes} characters long.`, abort: true })
  .refine(isEmailAddress, 'Is not an e-mail address.');

/** Left out, null (cleared) or an address; an empty text counts as null. */
export const optionalEmail = () => optional(cleanAddress, address);

export const requiredEmail = () => address;

/** Any text: whether it is an id of the right type, and exists, is found out when it is looked up (assertIdOf). */
export function id() {
  return z.string();
}

export const expectedVersion = z.number().int().nullish();

function codeOf(issue: z.core.$ZodIssue): UserErrorCode {
  if (issue.code === 'too_big' && issue.origin === 'string') return 'TOO_LONG';
  if (issue.code === 'too_small' && issue.origin === 'string') return 'REQUIRED';
  if (issue.code === 'invalid_type' && (issue.input === undefined || issue.input === null)) return 'REQUIRED';
  return 'INVALID';
}

function toUserError(issue: z.core.$ZodIssue, path: readonly string[]): UserErrorItem {
  const code = codeOf(issue);
  const message = code === 'REQUIRED' && issue.code === 'invalid_type' ? 'Must be given.' : issue.message;
  return { code, field: [...path, ...issue.path.map(String)], message };
}

/**
 * The input with its texts cleaned. Throws UserErrors with every fault at once.
 *
 * @example
 * const { name, city } = checkInput(createVenueRules, input);
 * // A fault of `name` is { code: 'TOO_LONG', field: ['input', 'name'], message: 'Must be at most 200 characters long.' }.
 */
export function checkInput<T>(rules: z.ZodType<T>, input: T, path: readonly string[] = ['input']): T {
  const result = rules.safeParse(input, { reportInput: true });
  if (result.success) return result.data;
  throw new UserErrors(result.error.issues.map((issue) => toUserError(issue, path)));
}

/**
 * Makes each look-up in turn, and throws the faults of all of them at once.
 *
 * @example
 * const [customer, venue] = await checkAll(
 *   () => assertCustomer(tx, customerId),
 *   () => venueForNewRow(tx, venueId),
 * );
 */
export async function checkAll<T extends readonly unknown[]>(
  ...lookUps: { readonly [K in keyof T]: () => Promise<T[K]> }
): Promise<T> {
  const found: unknown[] = [];
  const faults: UserErrorItem[] = [];
  for (const lookUp of lookUps) {
    try {
      found.push(await lookUp());
    } catch (error) {
      if (!(error instanceof UserErrors)) throw error;
      faults.push(...error.items);
    }
  }
  if (faults.length > 0) throw new UserErrors(faults);
  return found as unknown as T;
}

/**
 * Throws NOT_FOUND for an id of another type: it can never be found, and the answer is the same as for an unknown one.
 *
 * @example
 * assertIdOf('ven', id, ['input', 'id'], 'venue');
 */
export function assertIdOf(prefix: string, value: string, field: readonly string[], thing: string): void {
  if (prefixOf(value) !== prefix) throw notFound(field, thing);
}

/**
 * What an update does to lists: left out stays, null clears as an empty list does.
 *
 * @example
 * listPatch({ tags: null, venueIds: undefined }); // { tags: [] }
 */
export function listPatch<T extends Readonly<Record<string, readonly unknown[] | null | undefined>>>(
  lists: T,
): { [K in keyof T]?: NonNullable<T[K]> } {
  const given = Object.entries(lists).filter(([, list]) => list !== undefined);
  return Object.fromEntries(given.map(([name, list]) => [name, list ?? []])) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}

/**
 * Turns the outcome of an update into the user error that it means: NOT_FOUND, CONFLICT, or none.
 *
 * @example
 * assertUpdated(await tx.update(Venue, id, patch, expectedVersion), 'venue');
 */
export function assertUpdated(
  outcome: UpdateOutcome,
  thing: string,
  path: readonly string[] = ['input'],
): void {
  if (outcome === 'NOT_FOUND') throw notFound([...path, 'id'], thing);
  if (outcome === 'CONFLICT') {
    const message = `This ${thing} was changed meanwhile. Read it again and repeat with its new version.`;
    throw userError('CONFLICT', [...path, 'expectedVersion'], message);
  }
}
