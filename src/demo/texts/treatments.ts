// What the demo studios offer, with a base price in euro. Prices in a venue's own currency are made in venues.ts.

/** `special` ones have a narrow purpose: only texts about any treatment mention them. */
export type TreatmentKind = 'massage' | 'physio' | 'care' | 'special';

export interface TreatmentWords {
  readonly name: string;
  /** The name inside a sentence, after "the" or "my". */
  readonly spoken: string;
  readonly kind: TreatmentKind;
  readonly durationMinutes: number;
  readonly euros: number;
  /** Offered at every venue. */
  readonly core: boolean;
}

function offer(
  kind: TreatmentKind,
  name: string,
  durationMinutes: number,
  euros: number,
  more: { spoken?: string; core?: boolean } = {},
): TreatmentWords {
  const spoken = more.spoken ?? name.charAt(0).toLowerCase() + name.slice(1);
  return { name, spoken, kind, durationMinutes, euros, core: more.core ?? false };
}

export const TREATMENTS: readonly TreatmentWords[] = [
  offer('massage', 'Deep tissue massage', 60, 82, { core: true }),
  offer('massage', 'Swedish massage', 50, 68, { spoken: 'Swedish massage', core: true }),
  offer('massage', 'Hot stone massage', 75, 95),
  offer('special', 'Prenatal massage', 60, 78),
  offer('massage', 'Back and shoulder massage', 30, 45),
  offer('massage', 'Sports massage', 45, 65),
  offer('special', 'Lymphatic drainage', 60, 74),
  offer('massage', 'Thai massage', 90, 98, { spoken: 'Thai massage' }),
  offer('special', 'Physiotherapy assessment', 60, 85, { core: true }),
  offer('physio', 'Physiotherapy session', 40, 62, { core: true }),
  offer('special', 'Pelvic floor physiotherapy', 50, 79),
  offer('special', 'Post-surgery rehabilitation', 50, 76),
  offer('special', 'Running gait analysis', 45, 89),
  offer('care', 'Classic facial', 60, 72),
  offer('care', 'Hydrating facial', 75, 92),
  offer('care', 'Salt scrub and wrap', 60, 80),
  offer('care', 'Float session', 60, 64),
  offer('care', 'Sauna and plunge pass', 120, 38),
  offer('care', 'Reflexology', 45, 55),
  offer('care', 'Private Pilates lesson', 55, 70, { spoken: 'private Pilates lesson' }),
];

/** How much one euro is in each currency, roughly, and the step (in whole units) that prices are rounded to. */
export const CURRENCIES: ReadonlyMap<string, { readonly perEuro: number; readonly step: number }> = new Map([
  ['EUR', { perEuro: 1, step: 1 }],
  ['GBP', { perEuro: 0.9, step: 1 }],
  ['PLN', { perEuro: 3.2, step: 10 }],
  ['DKK', { perEuro: 8.5, step: 25 }],
  ['SEK', { perEuro: 12, step: 25 }],
  ['CZK', { perEuro: 20, step: 50 }],
  ['TRY', { perEuro: 34, step: 50 }],
]);
