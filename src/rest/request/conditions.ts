// If-Match and If-None-Match (RFC 9110, section 13): the ETag of a thing is its version.
import type { Place } from './coerce.ts';

/** Versions begin at 1: no thing has this one, so that the write is refused as one of another version. */
const noVersion = 0;

export const etagOf = (version: number) => `"${version}"`;

const listOf = (header: string) =>
  header
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');

/**
 * The version that a write expects; undefined = any. A weak ETag never matches (section 8.8.3.2), nor one that is not ours. Of
 * several one would have to hold, and a write compares with one only.
 */
export function expectedVersion(header: string, { faults }: Pick<Place, 'faults'>): number | undefined {
  const tags = listOf(header);
  if (tags.length === 1 && tags[0] === '*') return undefined;
  if (tags.length !== 1)
    faults.push({ field: 'If-Match', code: 'INVALID', message: '"If-Match" takes one ETag, or *.' });
  // A bare number is no ETag at all: as another version it would send its caller to look for a change that there was not.
  else if (/^\d{1,9}$/.test(tags[0]!)) {
    const message = `"If-Match" takes an ETag between double quotes: write it as "${tags[0]!}".`;
    faults.push({ field: 'If-Match', code: 'INVALID', message });
  }
  const [, digits] = /^"(\d{1,9})"$/.exec(tags[0] ?? '') ?? [];
  return digits === undefined ? noVersion : Number(digits);
}

/** Whether the caller has this version already. Compared weakly: a proxy may have made the ETag weak. */
export function isKnown(header: string | undefined, version: number): boolean {
  const tags = listOf(header ?? '');
  return tags.includes('*') || tags.some((tag) => tag.replace(/^W\//, '') === etagOf(version));
}
