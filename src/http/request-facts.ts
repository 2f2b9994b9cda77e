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

/** `{persistedQuery: {version: 1, sha256Hash}}`: an object in a body, its JSON in a URL. */
function persistedIn({ extensions, operationName }: Sent): RequestFacts['persisted'] {
  try {
    const parsed = (typeof extensions === 'string' ? JSON.parse(extensions) : extensions) as
      { persistedQuery?: { version?: unknown; sha256Hash?: unknown } | null } | null | undefined;
    const { version, sha256Hash } = parsed?.persistedQuery ?? {};
    if (version !== 1 || typeof sha256Hash !== 'string' || !/^[0-9a-f]{64}$/.test(sha256Hash))
      return undefined;
    return { hash: sha256Hash, operationName: nameOf(operationName) };
  } catch {
    // Apollo parses it again and reports the fault.
    return undefined;
  }
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
  const persisted = persistedIn(sent);
  const facts = { ...plainFactsOf(request, trustProxyHops), operation: operationOf(sent) };
  return persisted ? { ...facts, persisted } : facts;
}

/** The one place that reads a request's credential. */
export function credentialOf({ raw, headers }: FastifyRequest): Credential {
  // `headers` keeps only the first of two Authorization headers; requests injected by tests have no other form.
  return readCredential((raw.headersDistinct as CredentialHeaders | undefined) ?? headers);
}
