// Plays out one inquiry: who wrote what and when, as far as it has come by now. The status follows from that.
import { dayMs, hourMs, minuteMs } from '../core/clock.ts';
import { openingLetter, replyLetter } from './texts/letters.ts';
import type { Writer } from './texts/letters.ts';
import { delayMs, whenStaffed } from './moments.ts';
import type { Random } from './random.ts';
import type { Channel, InquiryStatus, InquiryStory, ReplyStory } from './texts/story.types.ts';
import { fill } from './texts/topic.ts';
import type { Blanks, Topic } from './texts/topic.ts';
import { FAREWELLS, NUDGES, SIGN_OFFS, THANKS } from './texts/words.ts';

type Turn = 'nudge' | 'ask' | 'detail' | 'answer' | 'thanks' | 'farewell';
interface TimedTurn {
  readonly turn: Turn;
  readonly atMs: number;
}

export interface ThreadPlan {
  readonly topic: Topic;
  readonly blanks: Blanks;
  readonly customerName: string;
  readonly venueKey: number | null;
  readonly channel: Channel;
  readonly createdAtMs: number;
  readonly nowMs: number;
}

/** Writes the inquiry with the replies that happened up to `nowMs`. */
export function playThread(random: Random, plan: ThreadPlan): InquiryStory {
  const { topic, blanks, channel, createdAtMs, nowMs } = plan;
  const turns = playTurns(random, createdAtMs, nowMs);
  const opening = fill(random.pick(topic.openings), blanks);
  return {
    venueKey: plan.venueKey,
    subject: fill(random.pick(topic.subjects), blanks),
    body: openingLetter(channel, opening, blanks, random.pick(SIGN_OFFS)),
    channel,
    status: statusAfter(random, turns, nowMs),
    createdAtMs,
    replies: turns.map((timed) => writeReply(random, plan, timed)),
  };
}

/** The turns up to now. Never ends on `detail`: a customer's answer to a question shows only together with what staff said to it. */
function playTurns(random: Random, createdAtMs: number, nowMs: number): TimedTurn[] {
  const played: TimedTurn[] = [];
  let atMs = createdAtMs;
  for (const turn of planTurns(random, (nowMs - createdAtMs) / dayMs)) {
    atMs = turnTime(random, turn, atMs);
    if (atMs > nowMs) break;
    played.push({ turn, atMs });
  }
  return played.at(-1)?.turn === 'detail' ? played.slice(0, -1) : played;
}

function planTurns(random: Random, ageDays: number): Turn[] {
  if (random.chance(silentShare(ageDays))) return random.chance(0.4) ? ['nudge'] : [];
  const ending: Turn[] = random.chance(0.6) ? ['answer', 'thanks'] : ['answer'];
  if (!random.chance(0.4)) return ending;
  const leftHanging = random.chance(ageDays < 14 ? 0.4 : 0.1);
  return leftHanging ? ['ask', 'farewell'] : ['ask', 'detail', ...ending];
}

/** How many inquiries of an age nobody has answered: common this week, an oversight later. */
function silentShare(ageDays: number): number {
  if (ageDays < 3) return 0.2;
  return ageDays < 14 ? 0.12 : 0.015;
}

function turnTime(random: Random, turn: Turn, afterMs: number): number {
  switch (turn) {
    case 'nudge':
      return afterMs + dayMs + delayMs(random, hourMs, 5);
    case 'farewell':
      return whenStaffed(random, afterMs + random.int(10, 14) * dayMs);
    case 'ask':
    case 'answer':
      return whenStaffed(random, afterMs + delayMs(random, 6 * minuteMs, 7.5));
    case 'detail':
    case 'thanks':
      return afterMs + delayMs(random, 4 * minuteMs, 8);
  }
}

function statusAfter(random: Random, turns: readonly TimedTurn[], nowMs: number): InquiryStatus {
  const last = turns.at(-1);
  switch (last?.turn) {
    case undefined:
    case 'nudge':
    case 'detail':
      return 'OPEN';
    case 'ask':
      return 'WAITING';
    case 'farewell':
      return 'CLOSED';
    case 'thanks':
      return random.chance(nowMs - last.atMs > dayMs ? 0.9 : 0.5) ? 'CLOSED' : 'ANSWERED';
    case 'answer':
      return nowMs - last.atMs > 10 * dayMs && random.chance(0.8) ? 'CLOSED' : 'ANSWERED';
  }
}

function writeReply(random: Random, plan: ThreadPlan, { turn, atMs }: TimedTurn): ReplyStory {
  const writer: Writer = turn === 'ask' || turn === 'answer' || turn === 'farewell' ? 'staff' : 'customer';
  const text = fill(random.pick(linesFor(plan.topic, turn)), plan.blanks);
  const body = turn === 'nudge' ? text : replyLetter(plan.channel, writer, text, plan.blanks); // nobody to greet yet
  const author = writer === 'staff' ? plan.blanks.staff : plan.customerName;
  return { body, author, writer, createdAtMs: atMs };
}

function linesFor(topic: Topic, turn: Turn): readonly string[] {
  switch (turn) {
    case 'nudge':
      return NUDGES;
    case 'ask':
      return [topic.ask];
    case 'detail':
      return [topic.detail];
    case 'answer':
      return topic.answers;
    case 'thanks':
      return THANKS;
    case 'farewell':
      return FAREWELLS;
  }
}
