// Tells one customer of the demo story: who it is, which venues it visits, what it asked and what is to be done.
import { dayMs, minuteMs } from '../core/clock.ts';
import { APPOINTMENT_TOPICS } from './texts/appointment-topics.ts';
import { CARE_TOPICS } from './texts/care-topics.ts';
import { makeFollowUps } from './follow-ups.ts';
import { GENERAL_TOPICS } from './texts/general-topics.ts';
import { whileAwake } from './moments.ts';
import { STAFF } from './texts/names.ts';
import { makePerson } from './person.ts';
import type { Person } from './person.ts';
import { BRAND } from './texts/places.ts';
import { createRandom, itemAt, mix } from './random.ts';
import type { Random } from './random.ts';
import type {
  Channel,
  CustomerStory,
  FollowUpStory,
  InquiryStatus,
  InquiryStory,
} from './texts/story.types.ts';
import { playThread } from './thread.ts';
import { fill } from './texts/topic.ts';
import type { Blanks, Topic } from './texts/topic.ts';
import type { VenueBackground } from './venues.ts';
import {
  NEWCOMER_FOLLOW_UPS,
  NOTES,
  ROUTINE_FOLLOW_UPS,
  TAGS,
  UNANSWERED_FOLLOW_UPS,
  WAITING_FOLLOW_UPS,
} from './texts/words.ts';

export interface World {
  readonly seed: number;
  readonly nowMs: number;
  /** At least one. */
  readonly venues: readonly VenueBackground[];
}

/** What is settled about a customer before anything happens. */
interface Cast {
  readonly random: Random;
  readonly person: Person;
  readonly homes: readonly VenueBackground[];
  readonly createdAtMs: number;
  readonly contact: Pick<CustomerStory, 'email' | 'phone'>;
}

interface Told {
  readonly inquiry: InquiryStory;
  readonly topic: Topic;
  readonly blanks: Blanks;
}

const VENUE_TOPICS: readonly Topic[] = [...APPOINTMENT_TOPICS, ...CARE_TOPICS];
const WEEKDAYS = ['Tuesday', 'Wednesday', 'Thursday', 'Friday'];
const TIMES = ['10:00', '10:30', '11:15', '12:00', '13:30', '14:15', '15:00', '16:30'];

/** Customer `index` of the world. Depends on seed, now, venues and index, on no other customer. */
export function tellCustomer(world: World, index: number): CustomerStory {
  const cast = castCustomer(world, index);
  const { random, person, homes, createdAtMs } = cast;
  const told = tellInquiries(world, cast);
  const ageDays = (world.nowMs - createdAtMs) / dayMs;
  return {
    name: person.name,
    ...cast.contact,
    city: chooseCity(random, itemAt(homes, 0)),
    notes: random.chance(ageDays < 1 ? 0.2 : 0.5) ? random.pick(NOTES) : null,
    tags: chooseTags(random, ageDays, told.length),
    venueKeys: homes.map((home) => home.story.key),
    createdAtMs,
    inquiries: told.map(({ inquiry }) => inquiry),
    followUps: tellFollowUps(world, cast, told),
  };
}

function castCustomer(world: World, index: number): Cast {
  const random = createRandom(mix(world.seed, index));
  const person = makePerson(random, world.seed, index);
  const homes = chooseHomes(random, world.venues, person.country);
  const contact = chooseContact(random, person);
  return { random, person, homes, contact, createdAtMs: arrival(random, world.nowMs) };
}

/** Within the last 400 days, a little denser towards now: the business grows. */
function arrival(random: Random, nowMs: number): number {
  const roll = random.next();
  const ageMs = 399 * dayMs * (0.75 * roll + 0.25 * roll * roll);
  return whileAwake(Math.floor(nowMs - minuteMs - ageMs));
}

/** One venue, or now and then two; at home rather than abroad. */
function chooseHomes(random: Random, venues: readonly VenueBackground[], country: string): VenueBackground[] {
  const near = venues.filter(({ place }) => place.country === country);
  const first = random.pick(near.length > 0 && random.chance(0.75) ? near : venues);
  const others = venues.filter((venue) => venue !== first);
  return others.length > 0 && random.chance(0.2) ? [first, random.pick(others)] : [first];
}

function chooseContact(random: Random, { email, phone }: Person): Cast['contact'] {
  const missing = random.weighted<'email' | 'phone' | 'none'>([
    ['none', 75],
    ['phone', 18],
    ['email', 7],
  ]);
  return { email: missing === 'email' ? null : email, phone: missing === 'phone' ? null : phone };
}

function chooseCity(random: Random, { place }: VenueBackground): string | null {
  if (random.chance(0.08)) return null;
  return random.chance(0.8) ? place.city : random.pick(place.nearby);
}

function chooseTags(random: Random, ageDays: number, inquiryCount: number): string[] {
  const standing = ageDays < 30 ? ['new'] : inquiryCount > 2 ? ['regular'] : [];
  const drawn = [random.weighted(TAGS), random.weighted(TAGS)].slice(0, random.int(0, 2));
  return [...new Set([...standing, ...drawn])];
}

function tellInquiries(world: World, cast: Cast): Told[] {
  const times = inquiryTimes(cast.random, cast.createdAtMs, world.nowMs);
  const topics = cast.random.sample(VENUE_TOPICS, times.length);
  return times.map((createdAtMs, place) =>
    tellInquiry(world.nowMs, cast, itemAt(topics, place), createdAtMs),
  );
}

function tellInquiry(nowMs: number, cast: Cast, venueTopic: Topic, createdAtMs: number): Told {
  const { random, person } = cast;
  const home = random.pick(cast.homes);
  const general = random.chance(0.1);
  const topic = general ? random.pick(GENERAL_TOPICS) : venueTopic;
  const blanks = drawBlanks(random, person, home, topic);
  const inquiry = playThread(random, {
    topic,
    blanks: general ? { ...blanks, venue: BRAND } : blanks,
    customerName: person.name,
    venueKey: general ? null : home.story.key,
    channel: chooseChannel(random, cast.contact),
    createdAtMs,
    nowMs,
  });
  return { inquiry, topic, blanks };
}

/** Oldest first. The first one is what brought the customer in; a newcomer has had no time for many. */
function inquiryTimes(random: Random, createdAtMs: number, nowMs: number): number[] {
  const drawn = random.weighted([0, 1, 2, 3, 4].map((n) => [n, itemAt([18, 37, 26, 12, 7], n)] as const));
  const ageDays = (nowMs - createdAtMs) / dayMs;
  const count = Math.min(drawn, ageDays < 3 ? 1 : ageDays < 14 ? 2 : 4);
  const laterMs = () => whileAwake(Math.floor(createdAtMs + dayMs * (1 + random.next() * (ageDays - 1))));
  const times = Array.from({ length: count }, (_, n) =>
    n === 0 ? createdAtMs + random.int(0, 50_000) : laterMs(),
  );
  return times.sort((a, b) => a - b);
}

function chooseChannel(random: Random, { email, phone }: Cast['contact']): Channel {
  const byMail: [Channel, number][] = email === null ? [] : [['EMAIL', 40]];
  const byPhone: [Channel, number][] = [
    ['WHATSAPP', 16],
    ['PHONE', 11],
    ['SMS', 8],
  ];
  return random.weighted<Channel>([['WEB', 25], ...byMail, ...(phone === null ? [] : byPhone)]);
}

function drawBlanks(random: Random, person: Person, home: VenueBackground, topic: Topic): Blanks {
  const fitting = home.offers.filter(({ kind }) => topic.about === 'any' || kind === topic.about);
  const offer = random.pick(fitting);
  const price = itemAt(home.story.treatments, home.offers.indexOf(offer));
  const [day = '', otherDay = ''] = random.sample(WEEKDAYS, 2);
  const [time = '', otherTime = ''] = random.sample(TIMES, 2);
  return {
    first: person.first,
    staff: itemAt(STAFF, (home.story.key * 4 + random.int(0, 3)) % STAFF.length),
    venue: home.story.name,
    city: home.story.city,
    treatment: offer.spoken,
    minutes: String(offer.durationMinutes),
    price: `${price.priceCents / 100} ${price.currency}`,
    ...{ day, otherDay, time, otherTime },
  };
}

function tellFollowUps(world: World, cast: Cast, told: readonly Told[]): FollowUpStory[] {
  const { random, person, homes, createdAtMs } = cast;
  const home = itemAt(homes, 0);
  const occasions = told.map(({ inquiry, topic }, inquiryIndex) => ({
    inquiryIndex,
    venueKey: inquiry.venueKey,
    sinceMs: inquiry.createdAtMs,
    notes: notesFor(inquiry.status, topic),
  }));
  const notes = world.nowMs - createdAtMs < 30 * dayMs ? NEWCOMER_FOLLOW_UPS : ROUTINE_FOLLOW_UPS;
  const routine = { inquiryIndex: null, venueKey: home.story.key, sinceMs: createdAtMs, notes };
  const ownBlanks = drawBlanks(random, person, home, itemAt(VENUE_TOPICS, 0));
  return makeFollowUps(random, world.nowMs, routine, occasions).map((followUp) => {
    const blanks = followUp.inquiryIndex === null ? ownBlanks : itemAt(told, followUp.inquiryIndex).blanks;
    return { ...followUp, note: fill(followUp.note, blanks) };
  });
}

function notesFor(status: InquiryStatus, topic: Topic): readonly string[] {
  if (status === 'OPEN') return UNANSWERED_FOLLOW_UPS;
  return status === 'WAITING' ? WAITING_FOLLOW_UPS : topic.followUps;
}
