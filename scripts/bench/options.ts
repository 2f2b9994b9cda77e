// What a run is asked to do: the command line as values.
import { optionalList, optionalName, required, UsageError, wholeNumber } from '../command-line/command.ts';
import type { Pace } from './measure.ts';
import type { SeedSizes } from './seed.ts';
import { engines, type Engine } from './store.ts';
import { operationNames, type OperationName } from './work.ts';

const partNames = [
  ...operationNames,
  ...(['cold-start', 'decision', 'doors', 'recording', 'insight', 'growth'] as const),
] as const;
/** They take by far the longest and are asked for by name. */
const longParts: readonly PartName[] = ['growth', 'insight'];
type PartName = (typeof partNames)[number];

export interface BenchOptions {
  readonly engines: readonly Engine[];
  readonly parts: ReadonlySet<PartName>;
  readonly operations: readonly OperationName[];
  readonly sizes: SeedSizes;
  readonly pace: Pace;
  readonly isQuick: boolean;
  readonly flagsForAll: boolean;
  readonly postgresServer: string;
  /** Where the picture goes; null = none is made. */
  readonly plotFile: string | null;
}

type Values = Readonly<Record<string, string | boolean | undefined>>;

const quick = { customers: 1_000, rounds: 3, seconds: 1 };
const usual = { customers: 10_000, rounds: 5, seconds: 6 };
const maximumSeconds = 600;
const connections = 32;

function partsIn(values: Values): Set<PartName> {
  const given = optionalList(values, 'only');
  const unknown = given?.find((name) => !partNames.some((known) => known === name));
  if (unknown !== undefined) throw new UsageError(`--only knows ${partNames.join(', ')}, not "${unknown}".`);
  const parts = partNames.filter((name) => (given ? given.includes(name) : !longParts.includes(name)));
  return new Set(values['growth'] ? [...parts, 'growth'] : parts);
}

function optionalText(values: Values, name: string): string | null {
  return values[name] === undefined ? null : required(values, name);
}

function secondsIn(values: Values): number | null {
  const text = optionalText(values, 'seconds');
  if (text === null) return null;
  const seconds = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && seconds >= 0.1 && seconds <= maximumSeconds) return seconds;
  throw new UsageError(`--seconds is a number from 0.1 to ${maximumSeconds}.`);
}

/** Throws UsageError. */
export function readOptions(values: Values): BenchOptions {
  const isQuick = values['quick'] === true;
  const defaults = isQuick ? quick : usual;
  const count = (name: 'customers' | 'rounds', min: number, max: number) =>
    values[name] === undefined ? defaults[name] : wholeNumber(values, name, { min, max });
  const engine = optionalName(values, 'database', engines);
  const customers = count('customers', 100, 1_000_000);
  const roundMs = (secondsIn(values) ?? defaults.seconds) * 1_000;
  const parts = partsIn(values);
  return {
    engines: engine ? [engine] : engines,
    parts,
    operations: operationNames.filter((name) => parts.has(name)),
    sizes: { customers, neighbours: Math.ceil(customers / 10) },
    pace: { rounds: count('rounds', 1, 100), roundMs, warmUpMs: roundMs, connections },
    isQuick,
    flagsForAll: values['same-flags'] === true,
    postgresServer: optionalText(values, 'postgres-server') ?? 'postgres://postgres@127.0.0.1:5432/postgres',
    plotFile: optionalText(values, 'plot'),
  };
}
