// Texts that were written for GraphQL, in the words of an endpoint: its own names in the place of arguments and input fields.
import { toSnakeCase } from '../request/coerce.ts';
import type { StoredOperation } from '../stored-operation.ts';

/** `venueIds` and the like: in no text of ours a word is written so that is no name of the schema. */
const camelCase = /\b[a-z][a-z0-9]*(?:[A-Z][a-z0-9]*)+\b/g;

/** By the last name in GraphQL, how the endpoint calls it: `first` is `limit`. */
function namesOf({ variables }: StoredOperation): Map<string, string> {
  return new Map(variables.map(({ path, restName }) => [path.at(-1) ?? '', restName]));
}

/** The text without a name of GraphQL. Names between quotes are those of this operation, where it has them. */
export function inRestWords(text: string, operation: StoredOperation | null): string {
  const names = operation ? namesOf(operation) : new Map<string, string>();
  const renamed = text.replaceAll(
    /"\$?([A-Za-z_]\w*)"/g,
    (_quoted, name: string) => `"${names.get(name) ?? toSnakeCase(name)}"`,
  );
  return renamed
    .replaceAll(camelCase, (name) => names.get(name) ?? toSnakeCase(name))
    .replaceAll(/\$(?=\w)/g, '');
}

const startsWith = (path: readonly string[], start: readonly string[]) =>
  start.length > 0 && start.every((part, index) => part === path[index]);

/** `["input", "venueIds", "0"]` -> `venue_ids.0`: the variable that is given there, and what lies below it. */
export function restField(path: readonly string[], { variables }: StoredOperation): string {
  const variable = variables.find((candidate) => startsWith(path, candidate.path));
  const rest = variable ? path.slice(variable.path.length) : path.filter((part) => part !== 'input');
  return [...(variable ? [variable.restName] : []), ...rest.map(toSnakeCase)].join('.');
}
