// Distinguishes a store that is away (503, worth a retry) from a defect, which is ours to fix.
import { ApiError, unavailable } from '../../core/errors.ts';

/** SQLite: locked by another process for longer than the busy timeout, disk full, disk failing. */
const sqliteCodes = new Set(['SQLITE_BUSY', 'SQLITE_FULL', 'SQLITE_IOERR', 'SQLITE_CANTOPEN']);
/** Node's network errors, as pg passes them on. */
const networkCodes = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH'],
]);
/** Postgres (appendix A of its manual): connection exceptions, shutdown, too many clients, timeouts, disk full. */
const postgresCodes = /^(08...|57P0[1-4]|57014|53...|55P03|40001|40P01|25P03)$/;
/**
 * A row that the table does not take: a reference to nothing, a value that does not fit. Of Postgres the classes 22 and 23. Another
 * attempt ends like the first.
 */
const refusedRowCodes = /^(SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)|2[23]...)$/;
/** Failures that pg reports only in words. */
const messages =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Query read timeout/;

/** Errors of a wrong DATABASE_URL. Postgres: no such database, role or password. SQLite: a file of another kind. */
const wrongTargetCodes = new Set(['3D000', '28P01', '28000', 'SQLITE_NOTADB']);

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

export function isStoreFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  return (
    sqliteCodes.has(code) ||
    networkCodes.has(code) ||
    postgresCodes.test(code) ||
    messages.test(error.message)
  );
}

/** Whether the store refused a statement for what its rows hold. What it wrote in its transaction was rolled back. */
export function isRefusedRow(error: unknown): boolean {
  return error instanceof Error && refusedRowCodes.test(codeOf(error));
}

/** A 503 whose message does not reveal where the store is. */
export function storeIsAway(cause?: unknown): ApiError {
  return unavailable('The store cannot be reached at the moment. Try again shortly.', 1, cause);
}

/** Whether an error is the answer to a store that is away. */
export function isStoreAway(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'SERVICE_UNAVAILABLE';
}

/** Passes every error on; one that means "the store is away" becomes SERVICE_UNAVAILABLE with the original as cause. */
export function asStoreError(error: unknown): unknown {
  if (!isStoreFailure(error)) return error;
  return storeIsAway(error);
}

/** For the operator, who may see why: one line on a store that cannot be opened; null when something else is wrong. */
export function explainStoreFault(error: unknown): string | null {
  const cause = error instanceof ApiError ? error.originalError : error;
  if (!isStoreFailure(cause) && !wrongTargetCodes.has(codeOf(cause))) return null;
  // For a host with several addresses Node reports the code alone.
  const reason = (cause as Error).message || codeOf(cause);
  return `The database cannot be used: ${reason}. See that it runs, and what DATABASE_URL says.`;
}
