// The promises of the demo story: repeatable, lazy, unique e-mails, threads and times that make sense.
import { describe, expect, it } from 'vitest';
import { tellStory } from '../../src/demo/story.ts';
import type { CustomerStory, InquiryStory } from '../../src/demo/story.ts';

const NOW_MS = Date.UTC(2026, 4, 20, 14, 30);
const dayMs = 86_400_000;
const story = tellStory({ seed: 7, nowMs: NOW_MS });
const customers = [...story.customers(5_000)];
const threads = customers.flatMap((customer) => customer.inquiries.map((inquiry) => ({ customer, inquiry })));
const followUps = customers.flatMap((customer) =>
  customer.followUps.map((followUp) => ({ customer, followUp })),
);

const staffReplies = (customer: CustomerStory, inquiry: InquiryStory) =>
  inquiry.replies.filter((reply) => reply.author !== customer.name);
const allTexts = () => [
  ...threads.flatMap(({ inquiry }) => [
    inquiry.subject,
    inquiry.body,
    ...inquiry.replies.map(({ body }) => body),
  ]),
  ...followUps.map(({ followUp }) => followUp.note),
];
const share = <T>(items: readonly T[], test: (item: T) => boolean) =>
  items.filter(test).length / items.length;

describe('tellStory', () => {
  it('tells the same story for the same seed, and another one for another seed', () => {
    const again = tellStory({ seed: 7, nowMs: NOW_MS });
    expect(again.venues).toEqual(story.venues);
    expect([...again.customers(200)]).toEqual(customers.slice(0, 200));
    expect([...tellStory({ seed: 8, nowMs: NOW_MS }).customers(20)]).not.toEqual(customers.slice(0, 20));
  });

  it('tells each customer the same whatever the count, one at a time', () => {
    expect([...story.customers(3)]).toEqual(customers.slice(0, 3));
    const endless = story.customers(Number.MAX_SAFE_INTEGER);
    expect(endless.next().value).toEqual(customers[0]);
    expect([...story.customers(0)]).toEqual([]);
  });

  it('makes as many venues as asked, each with its own name, a real time zone, hours and prices', () => {
    const { venues } = tellStory({ seed: 3, nowMs: NOW_MS, venueCount: 40 });
    expect(venues.map(({ key }) => key)).toEqual(Array.from({ length: 40 }, (_, key) => key));
    expect(new Set(venues.map(({ name }) => name)).size).toBe(40);
    for (const venue of venues) {
      expect(() => new Intl.DateTimeFormat('en', { timeZone: venue.timezone })).not.toThrow();
      expect(new Set(venue.openingHours.map(({ weekday }) => weekday)).size).toBe(venue.openingHours.length);
      expect(venue.openingHours.every(({ opens, closes }) => opens < closes)).toBe(true);
      expect(venue.treatments.length).toBeGreaterThan(5);
      expect(venue.treatments.every(({ priceCents }) => Number.isInteger(priceCents) && priceCents > 0)).toBe(
        true,
      );
    }
  });

  it('works with a single venue', () => {
    const small = tellStory({ seed: 1, nowMs: NOW_MS, venueCount: 1 });
    expect([...small.customers(50)].every(({ venueKeys }) => venueKeys.join() === '0')).toBe(true);
  });
});

describe('customers', () => {
  it('have unique e-mail addresses at example domains, also where names come round again', () => {
    const all = [...story.customers(25_000)].flatMap(({ email }) => (email === null ? [] : [email]));
    expect(new Set(all).size).toBe(all.length);
    expect(all.filter((email) => !/^[a-z]+[._-][a-z]+\d*@example\.(com|org|net)$/.test(email))).toEqual([]);
  });

  it('can always be reached, and some have names beyond ASCII', () => {
    expect(customers.filter(({ email, phone }) => email === null && phone === null)).toEqual([]);
    expect(customers.filter(({ phone }) => phone !== null && !/^\+\d[\d ]{8,16}$/.test(phone))).toEqual([]);
    expect(share(customers, ({ name }) => /[^ -~]/.test(name))).toBeGreaterThan(0.3);
  });

  it('belong to one or two venues of the story, and so do their inquiries and follow-ups', () => {
    const known = new Set(story.venues.map(({ key }) => key));
    for (const { venueKeys, inquiries, followUps: todo } of customers) {
      expect([1, 2]).toContain(new Set(venueKeys).size);
      expect(venueKeys.every((key) => known.has(key))).toBe(true);
      const used = [...inquiries, ...todo].map(({ venueKey }) => venueKey);
      expect(used.every((key) => key === null || venueKeys.includes(key))).toBe(true);
    }
  });

  it('have about 1.5 inquiries (0 to 4) and 0.8 follow-ups (0 to 3)', () => {
    expect(Math.abs(threads.length / customers.length - 1.5)).toBeLessThan(0.15);
    expect(Math.abs(followUps.length / customers.length - 0.8)).toBeLessThan(0.15);
    expect(Math.max(...customers.map(({ inquiries }) => inquiries.length))).toBe(4);
    expect(Math.max(...customers.map((customer) => customer.followUps.length))).toBe(3);
  });
});

describe('threads', () => {
  it('have a status that follows from their replies', () => {
    const wrong = threads.filter(({ customer, inquiry }) => {
      const answered = staffReplies(customer, inquiry).length > 0;
      const last = inquiry.replies.at(-1);
      if (inquiry.status === 'OPEN') return answered;
      if (inquiry.status === 'WAITING') return last?.author === customer.name || !last?.body.includes('?');
      return !answered;
    });
    expect(wrong).toEqual([]);
    expect(new Set(threads.map(({ inquiry }) => inquiry.status)).size).toBe(4);
    expect(new Set(threads.map(({ inquiry }) => inquiry.channel)).size).toBe(5);
  });

  it('run forward in time, between the customer’s first day and now', () => {
    const wrong = threads.filter(({ customer, inquiry }) => {
      const times = [
        customer.createdAtMs,
        inquiry.createdAtMs,
        ...inquiry.replies.map((r) => r.createdAtMs),
        NOW_MS,
      ];
      return times.some(
        (atMs, place) => !Number.isInteger(atMs) || atMs < (times[place - 1] ?? NOW_MS - 400 * dayMs),
      );
    });
    expect(wrong).toEqual([]);
    const unsorted = customers.filter(({ inquiries }) =>
      inquiries.some((inquiry, place) => inquiry.createdAtMs < (inquiries[place - 1]?.createdAtMs ?? 0)),
    );
    expect(unsorted).toEqual([]);
  });

  it('leave no blank unfilled, and use a channel the customer has', () => {
    expect(allTexts().filter((text) => /[{}|]|undefined|null/.test(text))).toEqual([]);
    const unreachable = threads.filter(({ customer, inquiry: { channel } }) =>
      channel === 'EMAIL' ? customer.email === null : channel !== 'WEB' && customer.phone === null,
    );
    expect(unreachable).toEqual([]);
  });
});

describe('follow-ups', () => {
  it('are done exactly when they have a time of completion, and come after what they are about', () => {
    const wrong = followUps.filter(({ customer, followUp }) => {
      const { inquiryIndex, createdAtMs, dueAtMs, completedAtMs, status } = followUp;
      const about = inquiryIndex === null ? customer : customer.inquiries[inquiryIndex];
      if (about === undefined || createdAtMs < about.createdAtMs || createdAtMs > NOW_MS) return true;
      if ((status === 'DONE') !== (completedAtMs !== null) || dueAtMs <= createdAtMs) return true;
      return completedAtMs !== null && (completedAtMs < createdAtMs || completedAtMs > NOW_MS);
    });
    expect(wrong).toEqual([]);
  });

  it('include overdue, coming and finished ones', () => {
    const open = followUps.filter(({ followUp }) => followUp.status === 'OPEN');
    expect(share(followUps, ({ followUp }) => followUp.status === 'DONE')).toBeGreaterThan(0.3);
    expect(share(open, ({ followUp }) => followUp.dueAtMs < NOW_MS)).toBeGreaterThan(0.1);
    expect(share(open, ({ followUp }) => followUp.dueAtMs > NOW_MS)).toBeGreaterThan(0.3);
  });
});
