// What an API key looks like as text, said once: for whoever makes and splits keys (access/api-key.ts), and for the log, which
// must know one wherever it stands. Pure text; nothing here knows a secret.

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
 * Whatever begins like a key, cut off or mistyped as well, but for the public beginning alone. Group: environment.
 */
export const secretKeyPattern = `lk_${environment}_(?!${publicId}(?![A-Za-z0-9_]))[A-Za-z0-9_]+`;
