// The texts that the DateTime scalar takes. ISO 8601 allows more spellings of one instant than RFC 3339, which is all that
// graphql-scalars reads: each allowed spelling is written as RFC 3339, and the library checks the calendar.

/** Seconds may be left out, fractions may follow a comma, and an offset may have no colon or no minutes. */
const isoInstant =
  /^(?<minute>\d{4}-\d\d-\d\dT\d\d:\d\d)(?<second>:\d\d)?(?:[.,](?<fraction>\d+))?(?<offset>Z|[+-]\d\d(?::?\d\d)?)$/;

/** `+01` and `+0100` as `+01:00`. */
function fullOffset(offset: string): string {
  if (offset === 'Z') return offset;
  const digits = offset.slice(1).replace(':', '').padEnd(4, '0');
  return `${offset[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

/**
 * The RFC 3339 spelling of an ISO 8601 instant. Returns other texts unchanged, never throws. Does NOT check the calendar:
 * `2026-02-30T24:61Z` becomes `2026-02-30T24:61:00Z`.
 */
export function toRfc3339(text: string): string {
  const { minute, second, fraction, offset } = isoInstant.exec(text.toUpperCase())?.groups ?? {};
  if (minute === undefined || offset === undefined) return text;
  // A fraction of a minute is ISO 8601 too, but no client writes it: it is left to be refused.
  if (second === undefined && fraction !== undefined) return text;
  return `${minute}${second ?? ':00'}${fraction === undefined ? '' : `.${fraction}`}${fullOffset(offset)}`;
}
