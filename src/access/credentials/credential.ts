// Request headers -> the one credential they carry. Pure; whether the credential is genuine is
// authenticate.ts's business.
import { isUtf8 } from 'node:buffer';
import { splitApiKey, type ApiKeyParts } from './api-key.ts';

export type Credential =
  | ({ readonly kind: 'API_KEY'; readonly key: string } & ApiKeyParts)
  /** Has the shape of a JWT. Does NOT mean that anything about it was verified. */
  | { readonly kind: 'TOKEN'; readonly token: string }
  | { readonly kind: 'NONE' }
  | { readonly kind: 'INVALID' };

/** A list holds the values of a repeated header, as in Node's `headersDistinct`. */
type HeaderValue = string | readonly string[] | undefined;

/**
 * Names in lower case, as Node gives them. Note that `request.headers` keeps only the FIRST of several
 * Authorization headers; `request.headersDistinct` keeps them all, and only then are they refused here.
 */
export interface CredentialHeaders {
  readonly authorization?: HeaderValue;
  readonly 'x-api-key'?: HeaderValue;
}

const none: Credential = { kind: 'NONE' };
const invalid: Credential = { kind: 'INVALID' };

/** `<scheme> <credentials>` (RFC 9110, section 11.4): the scheme in any case, then one or more spaces. */
const authorizationPattern = /^(bearer|basic) +(\S+)$/i;

/** undefined = the header is absent, null = it was sent more than once. */
function onlyValue(value: HeaderValue): string | null | undefined {
  if (value === undefined || typeof value === 'string') return value;
  const [first, ...others] = value;
  return others.length > 0 ? null : first;
}

/** Exactly three non-empty Base64url segments (RFC 7515, section 7.1). Does NOT decode them. */
export function isCompactJwt(text: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
}

function readApiKey(text: string): Credential {
  const parts = splitApiKey(text);
  return parts ? { kind: 'API_KEY', key: text, ...parts } : invalid;
}

function readBearer(text: string): Credential {
  // Decided by the first characters alone, so that a mistyped key is never tried as a token.
  if (text.startsWith('lk_')) return readApiKey(text);
  return isCompactJwt(text) ? { kind: 'TOKEN', token: text } : invalid;
}

/**
 * Any user name, the key as password (RFC 7617: Base64 of UTF-8, split at the first colon). Only a key: never
 * a JWT.
 */
function readBasic(text: string): Credential {
  const bytes = Buffer.from(text, 'base64');
  // Buffer skips what is not Base64; writing it back shows whether anything was skipped.
  if (bytes.toString('base64') !== text) return invalid;
  const pair = bytes.toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 || !isUtf8(bytes) ? invalid : readApiKey(pair.slice(colon + 1));
}

function readAuthorization(value: HeaderValue): { bearer: Credential; basic: Credential } {
  const text = onlyValue(value);
  if (text === undefined) return { bearer: none, basic: none };
  const [, scheme, credentials] = authorizationPattern.exec(text ?? '') ?? [];
  if (scheme === undefined || credentials === undefined) return { bearer: invalid, basic: invalid };
  return scheme.toLowerCase() === 'bearer'
    ? { bearer: readBearer(credentials), basic: none }
    : { bearer: none, basic: readBasic(credentials) };
}

function readKeyHeader(value: HeaderValue): Credential {
  const text = onlyValue(value);
  return text === undefined ? none : readApiKey(text ?? '');
}

/**
 * Reads `Authorization` and `X-API-Key`. Of several credentials the first of Bearer, X-API-Key, Basic is
 * used. INVALID when any of these headers is there and not understood, even beside a good one: a request that
 * half works hides a mistake, and a proxy in front may judge by the other header. Never throws.
 */
export function readCredential(headers: CredentialHeaders): Credential {
  const { bearer, basic } = readAuthorization(headers.authorization);
  const inOrder = [bearer, readKeyHeader(headers['x-api-key']), basic];
  if (inOrder.some((credential) => credential.kind === 'INVALID')) return invalid;
  return inOrder.find((credential) => credential.kind !== 'NONE') ?? none;
}
