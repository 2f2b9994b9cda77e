// Reads the operation, the credential and the other facts out of a request. What they mean is decided elsewhere.
import type { FastifyRequest } from 'fastify';
import { readCredential, type Credential, type CredentialHeaders } from '../access/credentials/credential.ts';
import type { RequestFacts } from '../core/request-facts.ts';
import { answerNotesOf, scopeOf } from '../graphql/request/request-scope.ts';
import { callerAddress } from './caller-address.ts';

/** The parameters of an operation, as they were sent. Nothing is known of their types. */
type Sent = Readonly<Record<string, unknown>>;

/**
 * The body of a POST or the URL of a GET; anything of another shape is Apollo's to refuse. The URL is decoded as Apollo
 * does: what is judged here must be what runs there, also where bytes are not UTF-8.
 */
function sentIn(request: FastifyRequest): Sent {
  const sent =
    request.method === 'POST'
      ? request.body
      : Object.fromEntries(new URL(request.url, 'http://localhost').searchParams);
  return (sent ?? {}) as Sent;
}

/** Some clients send an empty name where there is none. */
function nameOf(operationName: unknown): string | null {
  return typeof operationName === 'string' && operationName !== '' ? operationName : null;
}

function operationOf({ query, operationName }: Sent): RequestFacts['operation'] {
  return typeof query === 'string' ? { query, operationName: nameOf(operationName) } : null;
}

/** An object in a body, its JSON in a URL. What cannot be read is empty: Apollo parses it again and reports the fault. */
function extensionsIn({ extensions }: Sent): Sent {
  try {
    const parsed = (typeof extensions === 'string' ? JSON.parse(extensions) : extensions) as
      Sent | null | undefined;
    return parsed ?? {};
  } catch {
    return {};
  }
}

/** `{persistedQuery: {version: 1, sha256Hash}}`. */
function persistedIn(extensions: Sent, { operationName }: Sent): RequestFacts['persisted'] {
  const { version, sha256Hash } = (extensions['persistedQuery'] ?? {}) as Sent;
  if (version !== 1 || typeof sha256Hash !== 'string' || !/^[0-9a-f]{64}$/.test(sha256Hash)) return undefined;
  return { hash: sha256Hash, operationName: nameOf(operationName) };
}

/** `{operation: "name"}`. */
function storedIn({ operation }: Sent, { operationName }: Sent): RequestFacts['stored'] {
  return typeof operation === 'string'
    ? { name: operation, operationName: nameOf(operationName) }
    : undefined;
}

/** What the rooms below know of a request, whatever it asks for. */
export function plainFactsOf(request: FastifyRequest, trustProxyHops: number): RequestFacts {
  const idempotencyKey = request.headers['idempotency-key'];
  return {
    ip: callerAddress(request.raw, trustProxyHops),
    // `headers` keeps only the first of two Authorization headers; requests injected by tests have no other form.
    headers: (request.raw.headersDistinct as RequestFacts['headers'] | undefined) ?? request.headers,
    operation: null,
    answer: answerNotesOf(request),
    scope: scopeOf(request),
    ...(typeof idempotencyKey === 'string' ? { idempotencyKey } : {}),
  };
}

/** The same of a request of GraphQL over HTTP, with its operation. */
export function factsOf(request: FastifyRequest, trustProxyHops: number): RequestFacts {
  const sent = sentIn(request);
  const extensions = extensionsIn(sent);
  const persisted = persistedIn(extensions, sent);
  const stored = storedIn(extensions, sent);
  return {
    ...plainFactsOf(request, trustProxyHops),
    operation: operationOf(sent),
    ...(persisted ? { persisted } : {}),
    ...(stored ? { stored } : {}),
  };
}

/** The one place that reads a request's credential. */
export function credentialOf({ raw, headers }: FastifyRequest): Credential {
  // `headers` keeps only the first of two Authorization headers; requests injected by tests have no other form.
  return readCredential((raw.headersDistinct as CredentialHeaders | undefined) ?? headers);
}
