// Values of a mutation's input: their limits as zod schemas, their faults as user errors.
import { z } from 'zod';
import { notFound, userError, UserErrors, type UserErrorCode, type UserErrorItem } from '../core/errors.ts';
import { prefixOf } from '../core/ids.ts';
import type { UpdateOutcome } from '../db/tenant-db.ts';

/** One zod type for each property of an input class: a property that is forgotten does not compile. */
type InputRules<T> = { readonly [K in keyof Required<T>]: z.ZodType };

export function inputRules<T extends object>(rules: InputRules<T>): z.ZodType<T> {
  return z.object(rules) as unknown as z.ZodType<T>;
}

// C0 controls but tab and line breaks: Postgres cannot store NUL, and no name needs the others.
const controlCharacters = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/;
const loneSurrogate = /\p{Surrogate}/u;

/** Text of 1 to `max` characters after trimming. The first fault ends the look at it: one entry for one value. */
export function text(max: number) {
  return z
    .string()
    .trim()
    .min(1, { error: 'Must not be empty.', abort: true })
    .max(max, { error: `Must be at most ${max} characters long.`, abort: true })
    .refine((value) => !controlCharacters.test(value) && !loneSurrogate.test(value), {
      error: 'Must not contain control characters.',
      abort: true,
    });
}

/** Left out, null (cleared) or text; an empty text counts as null. */
export function optionalText(max: number) {
  const emptyIsNull = (value: unknown) => (typeof value === 'string' && value.trim() === '' ? null : value);
  return z.preprocess(emptyIsNull, text(max).nullish());
}

const trimmed = (value: unknown) => (typeof value === 'string' ? value.trim() : value);
/** At most 254 characters (RFC 5321), before anything looks at their form. */
const address = z
  .string()
  .max(254, { error: 'Must be at most 254 characters long.', abort: true })
  .pipe(z.email('Is not an e-mail address.'));

/** Left out, null (cleared) or an address; an empty text counts as null. */
export function optionalEmail() {
  return z.preprocess((value) => (trimmed(value) === '' ? null : trimmed(value)), address.nullish());
}

export function requiredEmail() {
  return z.preprocess(trimmed, address);
}

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

/** The input with its texts trimmed. Throws UserErrors with every fault at once. */
export function checkInput<T>(rules: z.ZodType<T>, input: T, path: readonly string[] = ['input']): T {
  const result = rules.safeParse(input, { reportInput: true });
  if (result.success) return result.data;
  throw new UserErrors(result.error.issues.map((issue) => toUserError(issue, path)));
}

/** Makes each look-up in turn, and throws the faults of all of them at once. */
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

/** An id of another type can never be found; the answer is the same as for an unknown one. */
export function assertIdOf(prefix: string, value: string, field: readonly string[], thing: string): void {
  if (prefixOf(value) !== prefix) throw notFound(field, thing);
}

/** What an update does to lists: left out stays, null clears as an empty list does. */
export function listPatch<T extends Readonly<Record<string, readonly unknown[] | null | undefined>>>(
  lists: T,
): { [K in keyof T]?: NonNullable<T[K]> } {
  const given = Object.entries(lists).filter(([, list]) => list !== undefined);
  return Object.fromEntries(given.map(([name, list]) => [name, list ?? []])) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}

/** Turns the outcome of an update into the user error that it means. */
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

/** The most that one bulk mutation takes. */
const maxBulk = 100;

/** The fault of one of several inputs: `["input", "email"]` becomes `["input", "7", "email"]`. */
function atIndex({ field, ...fault }: UserErrorItem, index: number): UserErrorItem {
  return { ...fault, field: [...field.slice(0, 1), String(index), ...field.slice(1)] };
}

/**
 * Runs `work` for each of 1 to 100 inputs, one after the other in their order, and throws the user errors of all together:
 * within a transaction, all or none.
 */
export async function forEachInput<I, R>(inputs: readonly I[], work: (input: I) => Promise<R>): Promise<R[]> {
  if (inputs.length === 0) throw userError('REQUIRED', ['input'], 'Give at least one.');
  if (inputs.length > maxBulk) {
    throw userError('INVALID', ['input'], `These are ${inputs.length}; at most ${maxBulk} go together.`);
  }
  const results: R[] = [];
  const faults: UserErrorItem[] = [];
  for (const [index, input] of inputs.entries()) {
    try {
      results.push(await work(input));
    } catch (error) {
      if (!(error instanceof UserErrors)) throw error;
      faults.push(...error.items.map((fault) => atIndex(fault, index)));
    }
  }
  if (faults.length > 0) throw new UserErrors(faults);
  return results;
}
