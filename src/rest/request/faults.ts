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

/** A name that is not known, as it is told again. */
export const toldName = (name: string) => name.slice(0, maxNameLength);
