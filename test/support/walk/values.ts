// Values that the arguments of a field need beside the id that is tried. A new argument that refuses its text gets a line
// here.
import * as gql from 'graphql';
import type { Argument } from '../id-places.ts';
import { isRequired, type Literal } from './paths.ts';
import { firstOf, resources, type Ids } from './rows.ts';

const valueOf: Record<string, unknown> = {
  ...{ timezone: 'Europe/Berlin', dueAt: '2026-07-01T09:00:00Z', scopes: ['read:customers'] },
  ...{ startsAt: '2026-07-01T09:00:00Z', durationMinutes: 60, priceCents: 5_000, currency: 'EUR' },
  ...{ from: '2026-06-02T00:00:00Z', to: '2026-06-20T00:00:00Z' },
  ...{ document: '{ __typename }', documents: ['{ __typename }'] },
  ...{ email: 'new@test.example', password: 'a long password' },
  days: 1,
};

/** What `id` means where the name of the operation does not say it. */
const meantBy: Record<string, string> = { undoNarrowing: 'ApiKey', previewKeyChange: 'ApiKey' };

/** The own row that a field such as `customerId`, `venueIds`, or `id` of `updateCustomer` speaks of. */
function ownId(field: string, operation: string, own: Ids): string {
  const thing = (
    field === 'id' ? (meantBy[operation] ?? operation) : field.replace(/Ids?$/, '')
  ).toLowerCase();
  // Any record will do.
  if (field === 'recordId') return own['customers']!;
  // `deleteOperation` means a StoredOperation.
  const lastWord = (name: string) => /[A-Z][a-z]*$/.exec(name)![0].toLowerCase();
  const isMeant = (name: string) =>
    field === 'id'
      ? thing.includes(name.toLowerCase()) || thing.endsWith(lastWord(name))
      : thing === name.toLowerCase();
  const found = [...resources]
    .sort((x, y) => y.name.length - x.name.length)
    .find((resource) => isMeant(resource.name));
  if (!found) throw new Error(`${operation}: which row does "${field}" name? Name it after its type.`);
  return own[found.table.name]!;
}

/** A value for an argument or input field, with an id at `place` and own ids at every other. */
export function fill(
  operation: string,
  { name, type }: Argument,
  place: readonly string[],
  id: string,
  own: Ids,
): unknown {
  const named = gql.getNamedType(type);
  const [next, ...rest] = place;
  const asList = (value: unknown) => (gql.isListType(gql.getNullableType(type)) ? [value] : value);
  if (named === gql.GraphQLID) return asList(next === name ? id : ownId(name, operation, own));
  if (gql.isEnumType(named)) return asList(firstOf(named));
  if (!gql.isInputObjectType(named)) return valueOf[name] ?? asList('text');
  const below = next === name ? rest : [];
  const isWanted = (field: gql.GraphQLInputField) =>
    isRequired(field) || field.name === below[0] || field.name in valueOf;
  const fields = Object.values(named.getFields()).filter(isWanted);
  return asList(
    Object.fromEntries(fields.map((field) => [field.name, fill(operation, field, below, id, own)])),
  );
}

/** A value as it is written in a document. */
function written(value: unknown, type: gql.GraphQLInputType): string {
  const present = gql.getNullableType(type);
  if (gql.isListType(present)) {
    const items = value as readonly unknown[];
    return `[${items.map((item) => written(item, present.ofType as gql.GraphQLInputType)).join(', ')}]`;
  }
  if (gql.isEnumType(present)) return String(value);
  if (!gql.isInputObjectType(present)) return JSON.stringify(value);
  const fields = present.getFields();
  const given = Object.entries(value as object) as [string, unknown][];
  return `{ ${given.map(([name, inner]) => `${name}: ${written(inner, fields[name]!.type)}`).join(', ')} }`;
}

/** How a path goes through a field with required arguments: ids are those of own rows. */
/** Types that say something about a row, by the id that leads to them. */
const aboutA: Record<string, string> = { KeyChangePreview: 'ApiKey' };

export const literalWith =
  (own: Ids): Literal =>
  (argument, target) => {
    const { name, type } = argument;
    const named = gql.getNamedType(type);
    const resource = resources.find((one) => one.name === (aboutA[target.name] ?? target.name));
    if (named === gql.GraphQLID) {
      if (resource) return JSON.stringify(own[resource.table.name]);
      return name === 'id' ? null : JSON.stringify(ownId(name, target.name, own));
    }
    if (!(name in valueOf) && !gql.isInputObjectType(named) && !gql.isEnumType(named)) return null;
    return written(fill(target.name, argument, [], '', own), type);
  };
