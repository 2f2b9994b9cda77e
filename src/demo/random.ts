// Seeded chance for the demo story: same seed, same numbers, on every machine. Not for secrets.

/** A stream of chosen values. Each call moves the stream on by one step, so the order of calls is part of the result. */
export interface Random {
  /** A number from 0 (included) to 1 (excluded). */
  next(): number;
  /** A whole number from min to max, both included. */
  int(min: number, max: number): number;
  /** True with the given probability, 0 to 1. */
  chance(probability: number): boolean;
  /** One item. Throws RangeError when the list is empty. */
  pick<T>(list: readonly T[]): T;
  /** One item; each counts as often as its weight says. Throws RangeError when the list is empty. */
  weighted<T>(choices: readonly (readonly [T, number])[]): T;
  /** Up to `count` different items in random order; all of them when the list is shorter. */
  sample<T>(list: readonly T[], count: number): T[];
}

/** Starts a stream (mulberry32). Only the low 32 bits of the seed count. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: (list) => itemAt(list, int(0, list.length - 1)),
    weighted: (choices) => pickWeighted(choices, next()),
    sample: (list, count) => takeSample(list, count, int),
  };
}

/** Mixes two whole numbers into 32 bits (murmur3's finaliser), so that neighbours get unrelated streams. */
export function mix(seed: number, index: number): number {
  let hash = (seed ^ Math.imul(index + 1, 0x9e3779b1)) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * Shuffles 0..size-1 without a table: a different place for each index, the same for the same seed.
 * Expects 0 <= index < size. A Feistel network over the next power of four, walked until it lands inside.
 */
export function shufflePlace(index: number, size: number, seed: number): number {
  const halfBits = Math.max(1, Math.ceil(Math.log2(size) / 2));
  let place = index;
  do place = feistel(place, halfBits, seed);
  while (place >= size);
  return place;
}

/** The item at a place known to exist. Throws RangeError when it does not. */
export function itemAt<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new RangeError(`No item ${index} in a list of ${list.length}.`);
  return item;
}

function feistel(value: number, halfBits: number, seed: number): number {
  const mask = 2 ** halfBits - 1;
  let left = value >>> halfBits;
  let right = value & mask;
  for (let round = 0; round < 4; round += 1) {
    [left, right] = [right, left ^ (mix(mix(seed, round), right) & mask)];
  }
  return left * 2 ** halfBits + right;
}

function pickWeighted<T>(choices: readonly (readonly [T, number])[], roll: number): T {
  const total = choices.reduce((sum, [, weight]) => sum + weight, 0);
  let left = roll * total;
  for (const [item, weight] of choices) {
    left -= weight;
    if (left < 0) return item;
  }
  return itemAt(choices, choices.length - 1)[0];
}

function takeSample<T>(list: readonly T[], count: number, int: Random['int']): T[] {
  const rest = [...list];
  const taken: T[] = [];
  while (taken.length < count && rest.length > 0) taken.push(...rest.splice(int(0, rest.length - 1), 1));
  return taken;
}
