// Decides what staff still has to do, or did, for one customer, and when.
import { dayMs, hourMs, minuteMs } from '../core/clock.ts';
import { whenStaffed, workingQuarter } from './moments.ts';
import { itemAt } from './random.ts';
import type { Random } from './random.ts';
import type { FollowUpStory } from './texts/story.types.ts';

/** A reason for a follow-up: one of the customer's inquiries, or the customer as such (`inquiryIndex` null). */
export interface Occasion {
  readonly inquiryIndex: number | null;
  readonly venueKey: number | null;
  readonly sinceMs: number;
  readonly notes: readonly string[];
}

type Timing = Pick<FollowUpStory, 'createdAtMs' | 'dueAtMs' | 'status' | 'completedAtMs'>;

/** Nought to three follow-ups, 0.8 on average. Notes still hold their blanks; none comes twice. */
export function makeFollowUps(
  random: Random,
  nowMs: number,
  routine: Occasion,
  inquiries: readonly Occasion[],
): FollowUpStory[] {
  const count = random.weighted([0, 1, 2, 3].map((n) => [n, itemAt([45, 35, 15, 5], n)] as const));
  const occasions = random.sample(inquiries, random.chance(0.7) ? count : 0);
  const notes = random.sample(routine.notes, count - occasions.length);
  const all = [...occasions, ...notes.map((note) => ({ ...routine, notes: [note] }))];
  return all.map(({ inquiryIndex, venueKey, sinceMs, notes: choices }) => {
    const note = random.pick(choices);
    const timing = random.chance(inquiryIndex === null ? 0.7 : 0)
      ? timeAroundNow(random, sinceMs, nowMs)
      : timeAfter(random, sinceMs, nowMs);
    return { inquiryIndex, venueKey, note, ...timing };
  });
}

/** Made soon after its occasion; long done when the occasion is long ago. */
function timeAfter(random: Random, sinceMs: number, nowMs: number): Timing {
  const createdAtMs = staffedBetween(random, sinceMs, Math.min(nowMs, sinceMs + 10 * hourMs), nowMs);
  return settle(random, createdAtMs, dueAfter(random, createdAtMs, random.int(1, 18)), nowMs);
}

/** Due in the weeks around now, and made at most three weeks before that. */
function timeAroundNow(random: Random, sinceMs: number, nowMs: number): Timing {
  const dueDayMs = nowMs + random.int(-9, 25) * dayMs;
  const latestMs = Math.min(nowMs, dueDayMs - dayMs);
  const earliestMs = Math.max(sinceMs, latestMs - 20 * dayMs);
  const createdAtMs = staffedBetween(random, earliestMs, Math.max(earliestMs, latestMs), nowMs);
  const days = Math.max(1, Math.round((dueDayMs - createdAtMs) / dayMs));
  return settle(random, createdAtMs, dueAfter(random, createdAtMs, days), nowMs);
}

function dueAfter(random: Random, createdAtMs: number, days: number): number {
  return workingQuarter(random, createdAtMs + days * dayMs);
}

/** Done or open: mostly done once due, always done two weeks later, now and then done early. */
function settle(random: Random, createdAtMs: number, dueAtMs: number, nowMs: number): Timing {
  const overdueMs = nowMs - dueAtMs;
  const done = overdueMs > 14 * dayMs || random.chance(overdueMs > 0 ? 0.55 : 0.08);
  if (!done) return { createdAtMs, dueAtMs, status: 'OPEN', completedAtMs: null };
  const completedAtMs =
    overdueMs > 0
      ? Math.min(nowMs, Math.max(createdAtMs, dueAtMs + random.int(-180, 300) * minuteMs))
      : staffedBetween(random, createdAtMs, nowMs, nowMs);
  return { createdAtMs, dueAtMs, status: 'DONE', completedAtMs };
}

/** An instant from `fromMs` on, about by `toMs`, when somebody is at work. Exact about this alone: never later than now. */
function staffedBetween(random: Random, fromMs: number, toMs: number, nowMs: number): number {
  const drawnMs = Math.floor(fromMs + random.next() * (toMs - fromMs));
  const staffedMs = whenStaffed(random, drawnMs);
  return staffedMs > nowMs ? drawnMs : staffedMs;
}
