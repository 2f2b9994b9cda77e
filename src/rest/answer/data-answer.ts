// The data of an operation -> the answer of its endpoint: `{success, data}`, with where a list goes on, and the headers that tell
// the same.
import type { UserErrorItem } from '../../core/errors.ts';
import type { RequestScope } from '../../core/request-facts.ts';
import type { SurfaceAnswer, SurfaceHead } from '../../http/surface.ts';
import { etagOf, isKnown } from '../request/conditions.ts';
import type { StoredOperation } from '../stored-operation.ts';
import { refuse, type RestError } from './error-answer.ts';
import { toRefusal } from './user-errors.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A page of a list, as every list's document answers it. */
export interface RestPage {
  readonly rows: readonly Fields[];
  readonly nextCursor: string | null;
}

const json = { 'content-type': 'application/json; charset=utf-8' };

function versionOf(data: Fields): number | null {
  const { version } = data;
  return typeof version === 'number' ? version : null;
}

/** `ETag` of what has a version. */
const etagFor = (version: number | null): Record<string, string> =>
  version === null ? {} : { etag: etagOf(version) };

export function pageOf(data: Fields, { shape }: StoredOperation): RestPage | null {
  if (shape.kind !== 'page' || data['page'] === null) return null;
  const page = data['page'] as Fields & { page_info: { has_next_page: boolean; end_cursor: string | null } };
  const { has_next_page: hasMore, end_cursor: cursor } = page.page_info;
  return { rows: page[shape.member ?? 'data'] as Fields[], nextCursor: hasMore ? cursor : null };
}

/** Where the list goes on: the same request with another cursor (RFC 8288). Relative, so that it holds behind any proxy. */
export function nextLink({ url }: Pick<SurfaceHead, 'url'>, cursor: string | null): Record<string, string> {
  if (cursor === null) return {};
  const [path = '', ...query] = url.split('?');
  const parameters = new URLSearchParams(query.join('?'));
  parameters.set('cursor', cursor);
  return { link: `<${path}?${parameters.toString()}>; rel="next"` };
}

function listAnswer(
  head: SurfaceHead,
  { rows, nextCursor }: RestPage,
  { shape, status }: StoredOperation,
): SurfaceAnswer {
  const member = shape.kind === 'page' ? shape.member : null;
  const data = member === null ? rows : { [member]: rows };
  const body = { success: true, data, next_cursor: nextCursor, has_more: nextCursor !== null };
  return { status, headers: { ...json, ...nextLink(head, nextCursor) }, body: JSON.stringify(body) };
}

function oneAnswer(head: SurfaceHead, data: unknown, { status, method }: StoredOperation): SurfaceAnswer {
  const version = typeof data === 'object' && data !== null ? versionOf(data as Fields) : null;
  const headers = etagFor(version);
  if (version !== null && method === 'GET' && isKnown(head.headers['if-none-match'], version))
    return { status: 304, headers, body: null };
  return { status, headers: { ...json, ...headers }, body: JSON.stringify({ success: true, data }) };
}

const notFound: RestError = {
  status: 404,
  code: 'NOT_FOUND',
  detail: 'There is nothing with this id that you may see.',
};

/** What the data of an operation without errors refuses: values of a mutation, or a thing that is not there. Null = nothing. */
function refusalInData(data: Fields, operation: StoredOperation): RestError | null {
  if (operation.shape.kind !== 'written')
    return data[operation.shape.kind === 'page' ? 'page' : 'data'] === null ? notFound : null;
  const { userErrors } = data['result'] as { userErrors: readonly UserErrorItem[] };
  return userErrors.length > 0 ? toRefusal(userErrors, operation) : null;
}

/**
 * What was written, and what is told beside it (`key`, `warning`), as one thing. Of one name, what stands beside holds: `key_prefix`
 * is that of the key in this answer, also when another one is in use.
 */
function writtenOf(result: Fields): unknown {
  const { userErrors: _none, data, ...beside } = result;
  return Array.isArray(data) ? data : { ...beside, ...(data as Fields | null | undefined), ...beside };
}

interface Answered {
  readonly operation: StoredOperation;
  readonly scope: Pick<RequestScope, 'outcome'>;
}

/** The answer to an operation that was run and had no errors. */
export function toDataAnswer(head: SurfaceHead, data: Fields, { operation, scope }: Answered): SurfaceAnswer {
  const refusal = refusalInData(data, operation);
  if (refusal) return refuse(head, refusal, scope);
  switch (operation.shape.kind) {
    case 'written':
      return oneAnswer(head, writtenOf(data['result'] as Fields), operation);
    case 'page':
      return listAnswer(head, pageOf(data, operation)!, operation);
    case 'one':
      return oneAnswer(head, data['data'], operation);
  }
}
