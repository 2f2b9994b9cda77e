// The demo story of one business, told from a seed. Pure: no database, no clock, no chance from outside.
import { tellCustomer } from './customer.ts';
import type { CustomerStory, Story } from './texts/story.types.ts';
import { makeVenues } from './venues.ts';

export type { CustomerStory, InquiryStory, Story } from './texts/story.types.ts';

/**
 * Tells a business with `venueCount` venues (default 5, at least 1) in the 400 days before `nowMs`.
 * Same options, same story. Other seeds share e-mail addresses with it: keep to one seed per workspace.
 */
export function tellStory(options: { seed: number; nowMs: number; venueCount?: number }): Story {
  const { seed, nowMs, venueCount = 5 } = options;
  const venues = makeVenues(seed, Math.max(1, venueCount));
  function* customers(count: number): Generator<CustomerStory> {
    for (let index = 0; index < count; index += 1) yield tellCustomer({ seed, nowMs, venues }, index);
  }
  return { venues: venues.map((venue) => venue.story), customers };
}
