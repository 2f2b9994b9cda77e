// In which form an answer is wanted (RFC 9110, section 12.5.1). Lists are also answered as rows.
import { qualityOf } from '../../http/accept.ts';
import type { StoredOperation } from '../stored-operation.ts';

export type Format = 'application/json' | 'text/csv' | 'application/x-ndjson';

const rowFormats = ['text/csv', 'application/x-ndjson'] as const;

/** Query parameter: every page of a list, for the formats that are written row by row. */
export const allPages = 'all';

export function formatsOf({ shape }: StoredOperation): readonly Format[] {
  return ['application/json', ...(shape.kind === 'page' ? rowFormats : [])];
}

/** The format that is wanted most, of equal ones the first; null when none is accepted. Who takes problems takes JSON. */
export function formatOf(accept: string | undefined, operation: StoredOperation): Format | null {
  let best: { format: Format; quality: number } | null = null;
  for (const format of formatsOf(operation)) {
    const quality = qualityOf(accept, format);
    if (quality > (best?.quality ?? 0)) best = { format, quality };
  }
  if (best) return best.format;
  return qualityOf(accept, 'application/problem+json') > 0 ? 'application/json' : null;
}
