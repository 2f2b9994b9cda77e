// Reads the headers Accept (RFC 9110, section 12.5.1), as far as "JSON or a page?" needs it, and Accept-Encoding. Apollo picks
// the media type.

function qualityIn(parameters: readonly string[]): number {
  const quality = parameters.map((text) => /^\s*q\s*=\s*([\d.]+)\s*$/i.exec(text)?.[1]).find(Boolean);
  // What is no number wants nothing.
  return quality === undefined ? 1 : Number(quality) || 0;
}

/** What is accepted, with how much it is wanted. */
function rangesOf(accept: string): Map<string, number> {
  const ranges = new Map<string, number>();
  for (const part of accept.split(',')) {
    const [range = '', ...parameters] = part.split(';');
    const name = range.trim().toLowerCase();
    // `application/json; v=1` and `application/json` are one range here; the better one counts.
    if (name !== '') ranges.set(name, Math.max(ranges.get(name) ?? 0, qualityIn(parameters)));
  }
  return ranges;
}

/**
 * The header without parameters. Apollo compares them, finds that its own types have no `v=1`, and answers 406 after
 * the operation has run.
 */
export function withoutParameters(accept: string): string {
  return [...rangesOf(accept)].map(([range, quality]) => `${range};q=${quality}`).join(', ');
}

/** 0..1: how much the caller wants `mediaType`. The most specific range decides; no header means everything is welcome. */
export function qualityOf(accept: string | undefined, mediaType: string): number {
  if (accept === undefined || accept.trim() === '') return 1;
  const ranges = rangesOf(accept);
  const family = `${mediaType.split('/')[0] ?? ''}/*`;
  return ranges.get(mediaType) ?? ranges.get(family) ?? ranges.get('*/*') ?? 0;
}

/** Whether the header names this very media type, and not only a range that it is in. */
export function namesType(accept: string | undefined, mediaType: string): boolean {
  return (rangesOf(accept ?? '').get(mediaType) ?? 0) > 0;
}

export function acceptsJson(accept: string | undefined): boolean {
  return (
    qualityOf(accept, 'application/json') > 0 || qualityOf(accept, 'application/graphql-response+json') > 0
  );
}

/** Whether Accept-Encoding takes gzip: when it is named, but not as `gzip;q=0`. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  return (rangesOf(acceptEncoding ?? '').get('gzip') ?? 0) > 0;
}

/** A browser's address bar, as opposed to a program that takes anything. */
export function prefersHtml(accept: string | undefined): boolean {
  return qualityOf(accept, 'text/html') > qualityOf(accept, 'application/json');
}
