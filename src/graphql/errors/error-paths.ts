// Where a denial is reported. By default once for each denied path, with "@" for every list: an answer of a thousand rows has
// one error. Clients that look up errors by the exact path of a value (Relay, graphql-toe, urql's graphcache) ask for one
// error for each place instead: `X-Error-Paths: indexed`, or `extensions: {errorPaths: "indexed"}` in the request.
import type { GraphQLRequest } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import { ApiError } from '../../core/errors.ts';

type ErrorPaths = 'byPath' | 'indexed';

/** An answer of more places than this is 300 KB of errors. */
export const maxPlaces = 1_000;

/** Throws BAD_REQUEST for a form that is not known: errors that a client does not find are as good as none. */
export function errorPathsOf({ http, extensions }: Pick<GraphQLRequest, 'http' | 'extensions'>): ErrorPaths {
  const asked = [http?.headers.get('x-error-paths'), extensions?.['errorPaths'] as unknown];
  const given = asked.filter((value) => value !== undefined);
  if (given.length === 0) return 'byPath';
  if (given.every((value) => value === 'indexed')) return 'indexed';
  throw new ApiError('BAD_REQUEST', 'X-Error-Paths and the extension "errorPaths" take the value "indexed".');
}

type Path = (string | number)[];

/** Every place of `names` in `value` that is null there, as a path with the index of each list in the place of "@". */
function* placesIn(value: unknown, names: readonly string[], path: Path = []): Generator<Path> {
  const [name, ...rest] = names;
  if (name === undefined) {
    if (value === null) yield path;
  } else if (name === '@') {
    if (!Array.isArray(value)) return;
    for (const [index, item] of value.entries()) yield* placesIn(item, rest, [...path, index]);
  } else if (typeof value === 'object' && value !== null) {
    yield* placesIn((value as Record<string, unknown>)[name], rest, [...path, name]);
  }
}

/** What stands for the places past the limit. Without a path: it is about many. */
function unlisted(first: GraphQLFormattedError, places: number): GraphQLFormattedError {
  return {
    message: `${places} places are denied; only the first ${maxPlaces} have an error of their own.`,
    extensions: { ...first.extensions, places, listed: maxPlaces },
  };
}

/**
 * The errors of denied paths, one for each place of the answer that they made null, in its order. At most 1,000, and then
 * one that says how many there are. A path that the answer does not reach, such as one below an empty list, has none.
 */
export function indexedErrors(
  errors: readonly GraphQLFormattedError[],
  data: unknown,
): readonly GraphQLFormattedError[] {
  const placed: GraphQLFormattedError[] = [];
  let places = 0;
  for (const error of errors) {
    for (const path of placesIn(data, (error.path ?? []) as string[])) {
      places += 1;
      if (places <= maxPlaces) placed.push({ ...error, path });
    }
  }
  const [first] = errors;
  return first && places > maxPlaces ? [...placed, unlisted(first, places)] : placed;
}
