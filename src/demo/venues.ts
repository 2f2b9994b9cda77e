// Makes the venues of a demo story from the word lists: each with its address, hours and price list.
import { BRAND, PLACES, WEEKS } from './texts/places.ts';
import type { Place } from './texts/places.ts';
import { createRandom, itemAt, mix } from './random.ts';
import type { TreatmentStory, VenueStory } from './texts/story.types.ts';
import { CURRENCIES, TREATMENTS } from './texts/treatments.ts';
import type { TreatmentWords } from './texts/treatments.ts';

/** A venue with what the texts need to know beyond what is stored. */
export interface VenueBackground {
  readonly story: VenueStory;
  readonly place: Place;
  /** Same order as `story.treatments`. */
  readonly offers: readonly TreatmentWords[];
}

/** Venues 0..count-1. Venue k depends on seed and k only. Past the list of places, names carry a number. */
export function makeVenues(seed: number, count: number): VenueBackground[] {
  return Array.from({ length: count }, (_, key) => makeVenue(seed, key));
}

function makeVenue(seed: number, key: number): VenueBackground {
  const random = createRandom(mix(seed ^ 0x76656e, key));
  const place = itemAt(PLACES, (mix(seed, 0) + key) % PLACES.length);
  const round = Math.floor(key / PLACES.length);
  const extras = random.sample(
    TREATMENTS.filter((offer) => !offer.core),
    random.int(3, 6),
  );
  const offers = TREATMENTS.filter((offer) => offer.core || extras.includes(offer));
  const story: VenueStory = {
    key,
    name: `${BRAND} ${place.district}${round === 0 ? '' : ` ${round + 1}`}`,
    city: place.city,
    address: place.address.replace('#', String(random.int(3, 84))),
    timezone: place.timezone,
    openingHours: random.pick(WEEKS).map((hours) => ({ ...hours })),
    treatments: offers.map((offer) => priced(offer, place.currency)),
  };
  return { story, place, offers };
}

function priced(offer: TreatmentWords, currency: string): TreatmentStory {
  const { perEuro, step } = CURRENCIES.get(currency) ?? { perEuro: 1, step: 1 };
  const units = Math.round((offer.euros * perEuro) / step) * step;
  return { name: offer.name, durationMinutes: offer.durationMinutes, priceCents: units * 100, currency };
}
