// What one conversation topic is made of, and how its blanks are filled in.
import type { TreatmentKind } from './treatments.ts';

/**
 * One thing customers write about. Texts may use the blanks of `Blanks`. Any answer fits after any opening,
 * with or without `ask` and `detail` between them; `ask` is a question of the staff.
 */
export interface Topic {
  /** Which treatments make sense in it. */
  readonly about: TreatmentKind | 'any';
  readonly subjects: readonly string[];
  readonly openings: readonly string[];
  readonly ask: string;
  readonly detail: string;
  readonly answers: readonly string[];
  readonly followUps: readonly string[];
}

/** What stays the same through one thread. */
export interface Blanks {
  readonly first: string;
  readonly staff: string;
  readonly venue: string;
  readonly city: string;
  readonly treatment: string;
  readonly minutes: string;
  /** Amount and currency: `82 EUR`. */
  readonly price: string;
  readonly day: string;
  readonly otherDay: string;
  readonly time: string;
  readonly otherTime: string;
}

/** Replaces `{blank}` by its value. Throws RangeError for a blank that does not exist. */
export function fill(text: string, blanks: Blanks): string {
  const values = new Map<string, string>(Object.entries(blanks));
  return text.replace(/\{(\w+)\}/g, (_, blank: string) => {
    const value = values.get(blank);
    if (value === undefined) throw new RangeError(`No value for {${blank}} in a demo text.`);
    return value;
  });
}
