// Choices for the generators, drawn by fast-check: the same seed draws the same operations on every machine.
import fc from 'fast-check';

export interface Draw {
  /** 0 to limit - 1. */
  below(limit: number): number;
  /** True in so many cases of a hundred. */
  chance(percent: number): boolean;
  pick<T>(items: readonly T[]): T;
}

/** An arbitrary of whatever `build` makes of its choices. */
export function drawn<T>(build: (draw: Draw) => T): fc.Arbitrary<T> {
  const arbitrary = fc.gen().map((next) => {
    const below = (limit: number) => next(fc.integer, { min: 0, max: limit - 1 });
    return build({
      below,
      chance: (percent) => below(100) < percent,
      pick(items) {
        if (items.length === 0) throw new Error('There is nothing to pick from.');
        return items[below(items.length)]!;
      },
    });
  });
  // Here a number stands for a choice: the ends of its range are no likelier to find a fault than its middle.
  return fc.noBias(arbitrary);
}

/** `count` values, in portions so that a long run keeps none of them. */
export function* sampled<T>(arbitrary: fc.Arbitrary<T>, seed: number, count: number): Generator<T> {
  const portion = 200;
  for (let start = 0; start < count; start += portion) {
    yield* fc.sample(arbitrary, { seed: seed + start, numRuns: Math.min(portion, count - start) });
  }
}
