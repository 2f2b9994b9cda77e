// What is wrong with the values of a request, by the names that its caller uses.
import { ApiError } from '../../core/errors.ts';

export interface FieldFault {
  /** `email`, `customers.0.email`, `If-Match`. */
  readonly field: string;
  readonly code: 'REQUIRED' | 'INVALID' | 'UNKNOWN';
  readonly message: string;
}

/** BAD_USER_INPUT with every fault. Thrown after the credential was checked. */
export function refusalOf(faults: readonly FieldFault[]): ApiError {
  const message = faults.map((fault) => fault.message).join(' ');
  return new ApiError('BAD_USER_INPUT', message, { details: { fields: faults } });
}
