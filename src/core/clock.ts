// Time as a parameter: everything that asks for the time gets a Clock, so tests can set it.

/** Milliseconds since the Unix epoch. */
export interface Clock {
  nowMs(): number;
}

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

export const systemClock: Clock = { nowMs: () => Date.now() };

/** An instant in UTC, always with milliseconds: `2026-01-31T09:00:00.000Z`. Sorts as text. */
export type Instant = string;

export function toInstant(epochMs: number): Instant {
  return new Date(epochMs).toISOString();
}

/** The instants that both engines store, sort as text and write with four digits for the year. */
export const firstInstantMs = Date.parse('0001-01-01T00:00:00.000Z');
export const lastInstantMs = Date.parse('9999-12-31T23:59:59.999Z');

export const firstInstant = toInstant(firstInstantMs);
export const lastInstant = toInstant(lastInstantMs);

/** An instant to compare stored ones with: what lies beyond the first or the last of them is that one. */
export function toStorableInstant(epochMs: number): Instant {
  return toInstant(Math.min(lastInstantMs, Math.max(firstInstantMs, epochMs)));
}
