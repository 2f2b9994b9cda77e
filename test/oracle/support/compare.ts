// When do two outcomes of one operation agree? Data to the byte, denied paths as sets, other errors by path and text.
import type { Outcome } from './outcome.ts';

const listOf = (set: ReadonlySet<string>) => [...set].sort().join(' ') || 'none';

/** Whether some object of the data was asked for the last name of a path. A denial under no row is seen by nobody. */
export function isReached(data: unknown, path: readonly string[]): boolean {
  const [name, ...rest] = path;
  if (name === undefined || data === null || typeof data !== 'object') return false;
  if (name === '@') return Array.isArray(data) && data.some((item) => isReached(item, rest));
  if (Array.isArray(data)) return false;
  return rest.length === 0 || isReached((data as Record<string, unknown>)[name], rest);
}

/** Everything was denied: each name of the answer is a denied path. Then no data is sent. */
function isNothingLeft({ data, denied }: Outcome): boolean {
  const names = Object.keys((data ?? {}) as object);
  return names.length > 0 && names.every((name) => denied.has(name));
}

function compareDenied(oracle: Outcome, server: Outcome, isDense: boolean): string[] {
  const seen = isDense
    ? server.denied
    : new Set([...server.denied].filter((path) => isReached(oracle.data, path.split('.'))));
  const [expected, actual] = [listOf(oracle.denied), listOf(seen)];
  return expected === actual ? [] : [`denied paths: the oracle has ${expected}; the server has ${actual}`];
}

function compareText(what: string, oracle: unknown, server: unknown): string[] {
  const [expected, actual] = [JSON.stringify(oracle), JSON.stringify(server)];
  return expected === actual ? [] : [`${what}: the oracle has ${expected}; the server has ${actual}`];
}

/** How a query's outcomes differ. `isDense`: every field has rows, so that every denial must show on both sides. */
export function compareQuery(oracle: Outcome, server: Outcome, isDense: boolean): string[] {
  const isRefused = isNothingLeft(oracle);
  const data = isRefused ? null : oracle.data;
  return [
    ...compareText('refused as a whole', isRefused, server.isRefused),
    ...compareText('data', data, server.data),
    ...compareDenied(oracle, server, isDense),
    ...compareText('other errors', oracle.otherErrors, server.otherErrors),
  ];
}

/** How a mutation's outcomes differ. All or nothing: with anything denied nothing of it may run. */
export function compareMutation(oracle: Outcome, server: Outcome, mutationsRun: number): string[] {
  const isRefused = oracle.denied.size > 0;
  return [
    ...compareText('refused as a whole', isRefused, server.isRefused),
    ...compareText('data', isRefused ? null : oracle.data, server.data),
    ...compareDenied(oracle, server, true),
    ...(isRefused && mutationsRun > 0 ? [`${mutationsRun} mutations ran although something is denied`] : []),
  ];
}
