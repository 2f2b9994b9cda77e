// The header by which a caller says what its request is a part of (W3C Trace Context, Level 1). The one beside it,
// `tracestate`, is not read: it can hold anything, and nothing here needs it.
import { isSpanContextValid, TraceFlags, type SpanContext } from '@opentelemetry/api';

/** Version, trace, parent, flags. A later version may append fields; version ff is invalid. */
const form = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Null when it is absent or malformed: then the request begins a trace of its own. */
export function parseTraceparent(header: string | undefined): SpanContext | null {
  const [, version, traceId = '', spanId = '', flags = '', more] = form.exec(header ?? '') ?? [];
  if (version === '00' && more !== undefined) return null;
  const isSampled = (Number.parseInt(flags, 16) & TraceFlags.SAMPLED) !== 0;
  const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  const parent = { traceId, spanId, traceFlags, isRemote: true };
  return isSpanContextValid(parent) ? parent : null;
}
