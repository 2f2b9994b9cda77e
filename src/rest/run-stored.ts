// A stored operation for one request: run by the door of GraphQL, once or page by page, and made an answer of REST.
import { Readable } from 'node:stream';
import type { GraphQLFormattedError } from 'graphql';
import { ApiError } from '../core/errors.ts';
import { maxPageSize } from '../core/page-size.ts';
import type { Principal } from '../core/principal.ts';
import type { SentOperation } from '../core/request-facts.ts';
import type { OperationAnswer, RunOperation } from '../graphql/run-operation.ts';
import type { SurfaceAnswer, SurfaceRequest } from '../http/surface.ts';
import { nextLink, pageOf, toDataAnswer, type RestPage } from './answer/data-answer.ts';
import { statusOfError, toErrorAnswer, toRestError } from './answer/error-answer.ts';
import { keptHeaders } from './answer/kept-headers.ts';
import { wasDone } from './answer/was-done.ts';
import { writerOf, type RowWriter } from './answer/rows.ts';
import { refusalOf } from './request/faults.ts';
import type { Format } from './request/format.ts';
import type { ReadRequest } from './request/read-request.ts';
import type { StoredDocument, StoredOperation } from './stored-operation.ts';

/** One request for a stored operation. */
export interface Call {
  readonly operation: StoredOperation;
  readonly request: SurfaceRequest;
  readonly read: ReadRequest;
  readonly run: RunOperation;
  /** Of an answer of several pages: what its caller may see, noted by the first of them. */
  readonly seen?: { view: string | null };
}

type Data = Readonly<Record<string, unknown>>;

function sentOf({ text, parsed }: StoredDocument, { name, least }: StoredOperation): SentOperation {
  return { query: text, document: parsed, operationName: name, isStrict: true, ...(least ? { least } : {}) };
}

/** Throws when the caller may see something else than at the first page: the rows would be of two kinds, with nothing to tell them apart. */
function assertSameView({ seen }: Call, principal: Principal, { text }: StoredDocument): void {
  if (!seen) return;
  const venues = principal.kind === 'ANONYMOUS' ? null : principal.venueIds;
  const view = JSON.stringify([text, venues && [...venues].sort()]);
  seen.view ??= view;
  if (seen.view !== view)
    throw new ApiError('FORBIDDEN', 'What the caller may see was changed in the middle of the list.');
}

/** Runs the operation. What is wrong with the request is told once the credential was checked. */
function runOnce(call: Call): Promise<OperationAnswer> {
  const { operation, request, read, run } = call;
  const { caller, facts, whenGone } = request;
  const { variables, faults } = read;
  const choose = (principal: Principal) => {
    if (faults.length > 0) throw refusalOf(faults);
    const document = operation.documentFor(principal.scopes);
    assertSameView(call, principal, document);
    return sentOf(document, operation);
  };
  const sent = sentOf(operation.document, operation);
  return run({ caller, variables, whenGone, facts: { ...facts, operation: sent, choose } });
}

const noReason: GraphQLFormattedError = { message: 'Internal server error.' };

/** Null when the operation was answered, and all of it. */
function refusalIn(answer: OperationAnswer, { request, operation }: Call): SurfaceAnswer | null {
  const { data, errors: [error] = [] } = answer.result;
  if (data && (!error || wasDone(operation.kind, data as Data))) return null;
  const status = answer.status >= 400 ? answer.status : statusOfError(error ?? noReason);
  return toErrorAnswer(request, toRestError(status, error ?? noReason, operation));
}

const withHeaders = (answer: SurfaceAnswer, headers: Readonly<Record<string, string>>): SurfaceAnswer => ({
  ...answer,
  headers: { ...headers, ...answer.headers },
});

export async function answerOnce(call: Call): Promise<SurfaceAnswer> {
  const { operation, request } = call;
  const answer = await runOnce(call);
  const told =
    refusalIn(answer, call) ??
    toDataAnswer(request, answer.result.data as Data, { operation, scope: request.facts.scope });
  return withHeaders(told, keptHeaders(answer.headers));
}

/** Calls the listener that was set last: one that waits for the caller to leave, however many pages there are. */
function oneListener(whenGone: SurfaceRequest['whenGone']): SurfaceRequest['whenGone'] {
  let last: (() => void) | undefined;
  let isGone = false;
  whenGone(() => {
    isGone = true;
    last?.();
  });
  return (listener) => {
    last = listener;
    if (isGone) listener();
  };
}

/** The same request for the page after a cursor, with notes of its own: each page is charged and checked as a request. */
function callAfter({ request, read, ...call }: Call, cursor: string): Call {
  const facts = { ...request.facts, answer: { headers: {} } };
  return {
    ...call,
    request: { ...request, facts },
    read: { ...read, variables: { ...read.variables, cursor } },
  };
}

/** Page after page; what refuses one of them cuts the answer, so that nobody takes it for the whole. */
async function* rowsOf(
  call: Call,
  writer: RowWriter,
  first: RestPage,
  isAll: boolean,
): AsyncGenerator<string> {
  const { scope } = call.request.facts;
  yield writer.head + first.rows.map((row) => writer.row(row)).join('');
  let cost = scope.cost ?? 0;
  for (let cursor = first.nextCursor; isAll && cursor !== null;) {
    const answer = await runOnce(callAfter(call, cursor));
    // The request's line in the log tells what all of it cost.
    cost += scope.cost ?? 0;
    scope.cost = cost;
    const page = answer.result.errors ? null : pageOf(answer.result.data as Data, call.operation);
    if (!page) throw new Error(answer.result.errors?.[0]?.message ?? 'A page of the list could not be read.');
    yield page.rows.map((row) => writer.row(row)).join('');
    cursor = page.nextCursor;
  }
}

function rowHeaders(format: Format, { operation }: Call): Record<string, string> {
  const name = operation.path.split('/').at(-1);
  const ending = format === 'text/csv' ? 'csv' : 'ndjson';
  const type = format === 'text/csv' ? 'text/csv; charset=utf-8; header=present' : format;
  return { 'content-type': type, 'content-disposition': `attachment; filename="${name}.${ending}"` };
}

/** A list as rows: one page, or with `isAll` every page. The first one is read before anything is sent. */
export async function answerRows(given: Call, format: Format, isAll: boolean): Promise<SurfaceAnswer> {
  const { operation, request, read } = given;
  const limit = isAll ? { limit: maxPageSize } : {};
  const call: Call = {
    ...given,
    seen: { view: null },
    request: { ...request, whenGone: oneListener(request.whenGone) },
    read: { ...read, variables: { ...limit, ...read.variables } },
  };
  const answer = await runOnce(call);
  const refusal = refusalIn(answer, call);
  if (refusal) return withHeaders(refusal, keptHeaders(answer.headers));
  const page = pageOf(answer.result.data as Data, operation)!;
  const columns = operation.shape.kind === 'page' ? operation.shape.columns : [];
  const headers = {
    ...keptHeaders(answer.headers),
    ...rowHeaders(format, call),
    ...(isAll ? {} : nextLink(request, page.nextCursor)),
  };
  // A stream, so that no length is said: that of the rows is not known.
  if (request.method === 'HEAD') return { status: 200, headers, body: Readable.from([]) };
  const body = Readable.from(rowsOf(call, writerOf(format, columns), page, isAll));
  return { status: 200, headers, body };
}
