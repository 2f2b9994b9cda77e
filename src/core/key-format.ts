// The format of an API key as text, declared once. access/credentials/api-key.ts makes and splits keys by it, and the
// log recognises keys by it. Nothing here knows a secret.

const environment = '(live|test)';
const publicId = '[0-9a-f]{12}';
export const secretLength = 32;
export const checkLength = 6;

/**
 * Regular expression source that finds a key inside other text, for secret scanners (source hosts, log filters). Groups:
 * environment, id. Plain syntax that RE2 and Hyperscan understand, and no word boundaries: in `"a\nlk_live_…"` the key is glued
 * to a letter. A match is a candidate; splitApiKey() drops those whose check is wrong.
 */
export const apiKeyPattern = `lk_${environment}_(${publicId})_[0-9A-Za-z]{${secretLength + checkLength}}`;

/**
 * Matches any text that begins like a key, even when it is cut off or mistyped. Does not match the public beginning
 * alone. Group: environment.
 */
export const secretKeyPattern = `lk_${environment}_(?!${publicId}(?![A-Za-z0-9_]))[A-Za-z0-9_]+`;
