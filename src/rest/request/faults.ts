// What is wrong with the values of a request, by the names that its caller uses.
import { ApiError } from '../../core/errors.ts';

export interface FieldFault {
  /** `email`, `customers.0.email`, `If-Match`. */
  readonly field: string;
  readonly code: 'REQUIRED' | 'INVALID' | 'UNKNOWN';
  readonly message: string;
}

/** More would fill what a person or a model reads, and 256 KB of wrong names would become megabytes. */
export const maxTold = 20;
const maxNameLength = 60;

/** BAD_USER_INPUT with the first 20 faults. Thrown after the credential was checked. */
export function refusalOf(faults: readonly FieldFault[]): ApiError {
  const told = faults.slice(0, maxTold);
  const message = told.map((fault) => fault.message).join(' ');
  return new ApiError('BAD_USER_INPUT', message, { details: { fields: told } });
}

/** Adds a fault for each name that is not known, until as many are found as are told. */
export function refuseUnknown(
  faults: FieldFault[],
  names: Iterable<string>,
  { isKnown, place = '', says }: UnknownNames,
): void {
  for (const name of names) {
    if (faults.length >= maxTold) return;
    if (isKnown(name)) continue;
    const field = place + toldName(name);
    faults.push({ field, code: 'UNKNOWN', message: `"${field}" ${says}` });
  }
}

export interface UnknownNames {
  isKnown(name: string): boolean;
  /** Before the name: `customers.0.`. */
  readonly place?: string;
  /** What is told after the name. */
  readonly says: string;
}

/** Of a value that must be given, and was not. */
export const requiredFault = (field: string): FieldFault => ({
  ...{ field, code: 'REQUIRED', message: `"${field}" is required.` },
});

/** What is told after a name that is not known: "is no field of this endpoint. It takes limit, cursor." */
export function isNo(what: string, known: readonly string[]): string {
  const takes = known.length > 0 ? `It takes ${known.join(', ')}.` : 'It takes none.';
  return `is no ${what}. ${takes}`;
}

/** A name that is not known, as it is told again. */
export const toldName = (name: string) => name.slice(0, maxNameLength);
