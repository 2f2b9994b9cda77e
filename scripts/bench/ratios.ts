// What is compared with what, and how it should come out.
import type { Measured } from './measure.ts';
import type { VariantName } from './variants.ts';
import type { OperationName } from './work.ts';

export interface Ratio {
  readonly what: string;
  readonly value: number;
  /** The same of each round by itself: how far the value can be trusted. */
  readonly rounds?: readonly number[];
  readonly wanted: string;
  readonly isReached: boolean;
}

interface Comparison {
  readonly figure: 'requestsPerSecond' | 'cpuMsPerRequest';
  readonly with: VariantName;
  readonly what: string;
  /** At least for requests, at most for CPU. */
  readonly wanted: Partial<Record<OperationName, number>>;
}

const comparisons: readonly Comparison[] = [
  {
    figure: 'cpuMsPerRequest',
    with: 'open',
    what: 'CPU per request, authorization on : off',
    wanted: { Dashboard: 1.02, DashboardHalf: 1.02 },
  },
  {
    figure: 'cpuMsPerRequest',
    with: 'rechecked',
    what: 'CPU per request, field authorization alone on : off',
    wanted: { Dashboard: 1.02, DashboardHalf: 1.02 },
  },
  {
    figure: 'requestsPerSecond',
    with: 'textbook',
    what: 'requests per second : textbook stack',
    wanted: { Dashboard: 12, Customer: 3, CreateInquiry: 2.5 },
  },
  {
    figure: 'requestsPerSecond',
    with: 'rows',
    what: 'requests per second : hand-written rows',
    wanted: { Dashboard: 0.9 },
  },
  {
    figure: 'requestsPerSecond',
    with: 'json',
    what: 'requests per second : hand-written JSON text',
    wanted: { Dashboard: 0.45 },
  },
];

export function atLeast(what: string, value: number, bound: number): Ratio {
  return { what, value, wanted: `at least ${bound}`, isReached: value >= bound };
}

export function atMost(what: string, value: number, bound: number): Ratio {
  return { what, value, wanted: `at most ${bound}`, isReached: value <= bound };
}

/** Of Latchkey to each variant that was measured. What nobody asked a bound for has none to reach. */
export function ratiosOf(
  operation: OperationName,
  figures: Readonly<Partial<Record<VariantName, Measured>>>,
): Ratio[] {
  const own = figures.latchkey;
  return comparisons.flatMap(({ figure, with: name, what, wanted }) => {
    const other = figures[name];
    if (!own || !other) return [];
    const value = own[figure] / other[figure];
    const rounds = own.rounds.map((round, index) => round[figure] / other.rounds[index]![figure]);
    const bound = wanted[operation];
    if (bound === undefined) return [{ what, value, rounds, wanted: '', isReached: true }];
    const judged = figure === 'cpuMsPerRequest' ? atMost(what, value, bound) : atLeast(what, value, bound);
    return [{ ...judged, rounds }];
  });
}
