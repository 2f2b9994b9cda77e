// Time limits of a request, in the order in which they end it. Clients that copy rows rely on their sum: a change is
// visible at most commitLagMs after its `updatedAt`.

/** Limit of one statement on Postgres, enforced by the database server. */
export const statementLimitMs = 2_250;
/** Limit of one statement on Postgres, enforced by the client: a server that has not answered by then is given up. */
export const statementPatienceMs = 2_500;
/**
 * Limit of an operation, counted from when the caller is known. After it no statement begins and no transaction is
 * committed.
 */
export const operationLimitMs = 10_000;
/** A transaction whose next statement does not arrive is rolled back by Postgres. */
export const idleTransactionMs = 15_000;

/** How far the clocks of servers on one store may be apart. Larger differences are the operator's to mend (NTP keeps 0.1 s). */
export const clockSkewMs = 60_000;

/**
 * From the stamping of a row to its visibility: the stamp is taken after the caller is known, the commit is sent within the
 * operation's limit, arrives before Postgres gives the transaction up, and is carried out as a statement is.
 */
const longestTransactionMs = operationLimitMs + idleTransactionMs + statementPatienceMs;

/**
 * Rows stamped longer ago than this are visible or never will be, whatever server stamped them. The sum is 87.5 s; the rest
 * is reserve.
 */
export const commitLagMs = 120_000;

if (commitLagMs < longestTransactionMs + clockSkewMs)
  throw new Error('commitLagMs is shorter than the longest transaction and the skew of the clocks.');
