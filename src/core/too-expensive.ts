// Refusals of what is too large or costs too much: 400 QUERY_TOO_EXPENSIVE, with the limit and, where it was counted to
// the end, the number.
import { ApiError } from './errors.ts';

interface Measure {
  readonly requested?: number;
  readonly limit: number;
}

export function tooExpensive(message: string, details: Measure): ApiError {
  return new ApiError('QUERY_TOO_EXPENSIVE', message, { details: { ...details } });
}

/** Throws `The operation has a depth of 11; the limit is 10.` */
export function refuse(what: string, requested: number, limit: number): never {
  throw tooExpensive(`The operation has ${what} ${requested}; the limit is ${limit}.`, { requested, limit });
}

/** Throws `The document has more than 2000 tokens.`: it was not counted any further. */
export function refuseMoreThan(limit: number, what: string, subject = 'The document has'): never {
  throw tooExpensive(`${subject} more than ${limit} ${what}.`, { limit });
}
