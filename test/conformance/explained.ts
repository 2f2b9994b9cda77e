// Tests of Apollo's suite that Latchkey does not pass, each with why it is meant so. The run fails when one of them passes
// or another one fails.
const noStore = 'Every answer is no-store: it belongs to the key that asked.';
const mediaType = '415, as HTTP has it, where Apollo says 400: the type is refused before a body is read.';

/** By the titles of the groups from the file down, and of the test. */
export const explained: Readonly<Record<string, string>> = {
  'CSRF prevention > default': `${mediaType} A form from a foreign page never gets as far as Apollo's own check.`,
  'graphqlHTTP > throws an error if POST body is empty': mediaType,
  'graphqlHTTP > throws an error if invalid content-type': mediaType,
  'graphqlHTTP > throws an error if POST JSON is malformed':
    'The status is the same 400; the message is ours and tells nothing of the parser.',
  'graphqlHTTP > cache-control > applies cacheControl Headers': noStore,
  'graphqlHTTP > cache-control > applies cacheControl Headers for batched operation': noStore,
  'graphqlHTTP > cache-control > applies cacheControl Headers with if-cacheable': noStore,
  'graphqlHTTP > cache-control > contains private cacheControl Headers when scoped': noStore,
  'graphqlHTTP > cache-control > runs when cache-control is disabled': noStore,
  'graphqlHTTP > cache-control not set without any hints with if-cacheable': noStore,
  'graphqlHTTP > cache-control set with dynamic hint': noStore,
  'graphqlHTTP > cache-control set with defaultMaxAge': noStore,
  'graphqlHTTP > returns PersistedQueryNotSupported to a GET request if PQs disabled': noStore,
  'graphqlHTTP > returns PersistedQueryNotSupported to a POST request if PQs disabled': noStore,
  'graphqlHTTP > returns PersistedQueryNotFound to a GET request': noStore,
  'graphqlHTTP > returns PersistedQueryNotFound to a POST request': noStore,
};
