// The tables of errors. Codes, reasons and statuses come from src/core/errors.ts; in which case each is answered, from here. A code
// or reason without a case does not compile.
import { httpStatusOf, type ErrorCode, type ErrorReason, type UserErrorCode } from '../../src/core/errors.ts';
import { code, codes, table } from './markdown.ts';

interface Case {
  readonly when: string;
  readonly code: ErrorCode;
  readonly reasons?: readonly ErrorReason[];
  /** In place of the status of the code. */
  readonly status?: string;
  /** Behind the status: headers, and what happened to the operation. */
  readonly note?: string;
  /** What `extensions` hold besides. */
  readonly tells?: string;
}

/** Every case, by the code that it is answered with. In the order of the table. */
const cases: { readonly [C in ErrorCode]: readonly (Omit<Case, 'code'> & { readonly code: C })[] } = {
  UNAUTHENTICATED: [
    { when: 'The request has no credential.', code: 'UNAUTHENTICATED', reasons: ['MISSING_CREDENTIAL'] },
    {
      when: 'The credential is malformed, unknown or wrong, was replaced by a rotation, or belongs to a deleted key.',
      ...{ code: 'UNAUTHENTICATED', reasons: ['INVALID_CREDENTIAL'] },
    },
    {
      when: 'The key is right, but it is revoked, disabled or expired, or the address of the caller is not on its list.',
      code: 'UNAUTHENTICATED',
      reasons: ['KEY_REVOKED', 'KEY_DISABLED', 'KEY_EXPIRED', 'IP_NOT_ALLOWED'],
    },
  ],
  FORBIDDEN: [
    {
      when: 'A query lacks the scopes of some fields.',
      ...{
        code: 'FORBIDDEN',
        reasons: ['INSUFFICIENT_SCOPE'],
        status: '200',
        note: '`null` in the place of each',
      },
      tells: '`missing`, `requiredScopes`, `coordinate`',
    },
    {
      when: 'A query lacks the scopes of all its root fields.',
      ...{ code: 'FORBIDDEN', reasons: ['INSUFFICIENT_SCOPE'], tells: '`missing`' },
    },
    {
      when: 'A mutation lacks any scope.',
      ...{ code: 'FORBIDDEN', reasons: ['INSUFFICIENT_SCOPE'], note: 'nothing was run', tells: '`missing`' },
    },
    {
      when: 'The operation manages keys or users, and the caller is neither owner nor admin.',
      ...{ code: 'FORBIDDEN', reasons: ['ADMIN_ONLY'] },
    },
    {
      when: 'A pinned key asks for anything but its stored operations, or one of them was replaced or deleted while it ran.',
      ...{ code: 'FORBIDDEN', reasons: ['KEY_PINNED'] },
    },
  ],
  BAD_REQUEST: [
    {
      when: 'The body is not JSON.',
      ...{ code: 'BAD_REQUEST', reasons: ['INVALID_JSON'] },
    },
    {
      when: 'The body is larger than 256 KB, or is not sent as JSON (`text/plain`, a form).',
      ...{ code: 'BAD_REQUEST', status: '413, 415' },
    },
    {
      when: 'The path does not exist, or the answer is of no type that the request accepts.',
      ...{ code: 'BAD_REQUEST', status: '404, 406' },
    },
    {
      when: 'A GET brings an operation that any web page could have sent: it has neither Bearer nor `X-API-Key` nor `Apollo-Require-Preflight`.',
      code: 'BAD_REQUEST',
    },
    {
      when: 'A mutation comes by GET, or the path takes another method.',
      code: 'BAD_REQUEST',
      status: '405',
      note: '`Allow`',
    },
    { when: 'A header that the server parses is too long.', code: 'BAD_REQUEST', status: '431' },
  ],
  GRAPHQL_PARSE_FAILED: [{ when: 'The document has a syntax error.', code: 'GRAPHQL_PARSE_FAILED' }],
  GRAPHQL_VALIDATION_FAILED: [
    {
      when: 'The document does not fit the schema, e.g. it names an unknown field.',
      code: 'GRAPHQL_VALIDATION_FAILED',
    },
    {
      when: 'A stored operation does not fit the schema or the limits of this version of the server any more.',
      code: 'GRAPHQL_VALIDATION_FAILED',
    },
  ],
  OPERATION_RESOLUTION_FAILURE: [
    {
      when: 'The document has no operation of the name `operationName`.',
      code: 'OPERATION_RESOLUTION_FAILURE',
    },
  ],
  BAD_USER_INPUT: [
    {
      when: 'A variable has the wrong type.',
      code: 'BAD_USER_INPUT',
    },
    {
      when: 'A cursor is unfit or of another list.',
      ...{ code: 'BAD_USER_INPUT', tells: '`argument`' },
    },
    {
      when: 'A text is longer than its argument or input field takes.',
      ...{ code: 'BAD_USER_INPUT', tells: '`argument`, `requested` and `limit`' },
    },
  ],
  PERSISTED_QUERY_NOT_FOUND: [
    {
      when: 'The hash of a persisted query is unknown: send the query with it.',
      code: 'PERSISTED_QUERY_NOT_FOUND',
    },
  ],
  OPERATION_NOT_FOUND: [
    { when: 'The workspace stores no operation of that name.', code: 'OPERATION_NOT_FOUND' },
  ],
  QUERY_TOO_EXPENSIVE: [
    {
      when: 'A document is over a limit of its size, or a page is over 100.',
      ...{
        code: 'QUERY_TOO_EXPENSIVE',
        tells: '`limit`, and `requested` where it was counted; `argument` of a page',
      },
    },
    {
      when: 'One operation costs more than a minute has.',
      ...{ code: 'QUERY_TOO_EXPENSIVE', tells: '`requested` and `limit`' },
    },
    {
      when: 'A list with a filter or a search has to examine too many rows.',
      ...{ code: 'QUERY_TOO_EXPENSIVE', status: '200', note: '`null` in its place', tells: '`limit`' },
    },
  ],
  RATE_LIMITED: [
    {
      when: 'The minute has no requests or points left. See [Limits](limits.md).',
      ...{ code: 'RATE_LIMITED', note: '`Retry-After`', tells: '`limit` and `retryAfterSeconds`' },
    },
    {
      when: 'The key was answered all the rows of its day (`maxRowsPerDay`). See [Limits](limits.md).',
      ...{ code: 'RATE_LIMITED', reasons: ['EGRESS_BUDGET'], note: '`Retry-After`' },
      tells: '`limit`, `opensAt` and `retryAfterSeconds`',
    },
    {
      when: 'Too many credentials from one address were refused. A good credential still works.',
      ...{ code: 'RATE_LIMITED', note: '`Retry-After`, in place of 401' },
    },
    {
      when: 'Too many sign-ins were tried, for one account or from one address.',
      ...{ code: 'RATE_LIMITED', note: '`Retry-After`, for the right password as well' },
    },
  ],
  IDEMPOTENCY_MISMATCH: [
    { when: 'The same `Idempotency-Key` came with other values.', code: 'IDEMPOTENCY_MISMATCH' },
  ],
  SERVICE_UNAVAILABLE: [
    { when: 'The database is away or busy.', code: 'SERVICE_UNAVAILABLE', note: '`Retry-After`' },
  ],
  INTERNAL_SERVER_ERROR: [
    {
      when: 'The server has a defect. The log has the details under the request id.',
      ...{ code: 'INTERNAL_SERVER_ERROR', status: '500, or 200 with `null` in the place' },
    },
  ],
};

function row({ when, code: name, reasons, status, note, tells }: Case): string[] {
  const http = `${status ?? httpStatusOf[name]}${note === undefined ? '' : `, ${note}`}`;
  return [when, http, `${code(name)}${reasons ? ` / ${codes(reasons)}` : ''}`, tells ?? ''];
}

export function errorTable(): string {
  const order = Object.keys(httpStatusOf) as ErrorCode[];
  const rows = order.flatMap((name) => cases[name].map((one) => row(one)));
  return table(['case', 'HTTP', '`code` / `reason`', 'more in `extensions`'], rows);
}

const reasons: Readonly<Record<ErrorReason, string>> = {
  MISSING_CREDENTIAL: 'Send a key or a token.',
  INVALID_CREDENTIAL: 'Look for a mistyped key (`npm run -s key:check`), a rotated one, or another server.',
  KEY_REVOKED: 'The key has ended for good: ask for another one.',
  KEY_DISABLED: 'An owner or admin can enable it. Keys that are unused for 90 days are disabled.',
  KEY_EXPIRED: 'Its date has passed: ask for another one.',
  IP_NOT_ALLOWED: 'Call from a listed address, or have the list changed.',
  INSUFFICIENT_SCOPE: 'Do without the field, or ask for the scopes in `missing`.',
  ADMIN_ONLY: 'Sign in as an owner or admin. No key can do it.',
  INVALID_JSON: 'Send a body that is JSON. `curl` shows what was sent with `--trace-ascii -`.',
  KEY_PINNED: 'Send the name of one of the operations that the key is pinned to, and no document.',
  EGRESS_BUDGET: 'Wait until `opensAt`, ask for fewer rows, or have `maxRowsPerDay` raised.',
};

export function reasonTable(): string {
  return table(
    ['`reason`', 'what to do'],
    Object.entries(reasons).map(([name, advice]) => [code(name), advice]),
  );
}

const userErrors: Readonly<Record<UserErrorCode, string>> = {
  NOT_FOUND: 'No such row, or one of another workspace or venue.',
  REQUIRED: 'A value is missing or empty.',
  INVALID: 'A value has the wrong form.',
  TOO_LONG: 'A text has too many characters.',
  TAKEN: 'Somebody else has it: a time, an e-mail address.',
  CONFLICT: 'The row was changed meanwhile: `expectedVersion` is not its version.',
  NOT_ALLOWED: 'The state of the row, or the key, does not permit it.',
};

export function userErrorTable(): string {
  return table(
    ['`code`', 'meaning'],
    Object.entries(userErrors).map(([name, meaning]) => [code(name), meaning]),
  );
}
