// Length limits of the headers that are read here or by a library below, so that each parser gets a text of known
// length.
import type { IncomingHttpHeaders } from 'node:http';
import type { GraphQLError } from 'graphql';
import { badRequest } from '../graphql/errors/format-error.ts';

/** Size of all headers of a request together with its path: Node's own default, written down. */
export const maxHeadBytes = 16_384;

/** In characters. What is not named here is not parsed, or its own form has an end (X-Request-Id, Idempotency-Key). */
const maxLengths: Readonly<Record<string, number>> = {
  ...{ accept: 1_024, 'accept-encoding': 256, 'access-control-request-headers': 1_024 },
  // An access token of an identity provider has 1 to 4 KB.
  ...{ authorization: 8_192, 'x-api-key': 8_192 },
  ...{ 'content-encoding': 64, 'content-length': 32, 'content-type': 256 },
  // A name in DNS has at most 253 characters.
  ...{ host: 512, origin: 512, 'x-forwarded-host': 512, 'x-forwarded-proto': 128 },
  // Thirty proxies, each with the longest IPv6 address.
  ...{ forwarded: 2_048, 'x-forwarded-for': 2_048 },
};

/** 431 (RFC 6585, section 5) for a header that is too long, or null. */
export function findLongHeader(headers: IncomingHttpHeaders): GraphQLError | null {
  for (const [name, max] of Object.entries(maxLengths)) {
    const value = headers[name];
    if (typeof value !== 'string' || value.length <= max) continue;
    return badRequest(431, `The header ${name} has ${value.length} characters; at most ${max} are read.`);
  }
  return null;
}
