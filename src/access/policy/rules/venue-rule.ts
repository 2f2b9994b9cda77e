// What a mutation asks of a key that is restricted to venues, whatever rows there are. Its service refuses; here it is said, so that
// a restriction can be judged by what was recorded.
import {
  valueFromASTUntyped,
  Kind,
  type GraphQLField,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { OperationPlan, PlannedField } from '../operation-plan.ts';
import { variableValue, withDefaults, type Variables } from '../variables.ts';

/**
 * `closed` = such a key may not call it. `names` = members of its `input`: where none of them is given, a key of several venues is
 * refused, and a key of one venue gives that one. `keeps` = members that may be left out. A list without a venue is refused to every
 * such key; null as well where it clears, which is so with `keeps`.
 */
export type VenueRule =
  { readonly kind: 'closed' } | { readonly kind: 'names' | 'keeps'; readonly members: readonly string[] };

/**
 * The extension of a mutation that a key of some venues may not call.
 *
 * @example
 * @Extensions(closedToVenueKeys)
 */
export const closedToVenueKeys = { venueRule: { kind: 'closed' } satisfies VenueRule };

/** The extension of a mutation in whose `input` a key of several venues has to give one of these members. */
export const namesVenue = (...members: [string, ...string[]]) => ({
  venueRule: { kind: 'names', members } satisfies VenueRule,
});

/** The extension of a mutation in whose `input` a key of some venues may not empty these members. */
export const keepsVenue = (...members: [string, ...string[]]) => ({
  venueRule: { kind: 'keeps', members } satisfies VenueRule,
});

const ruleOf = ({ extensions }: Pick<GraphQLField<unknown, unknown>, 'extensions'>): VenueRule | null =>
  (extensions['venueRule'] as VenueRule | undefined) ?? null;

/** Stands among coordinates for a run that named no venue. */
const unnamed = (coordinate: string) => `${coordinate}-venue`;
/** Stands among them for a run that gave a list without a venue. */
const emptied = (coordinate: string) => `${coordinate}-no-venue`;

export const isVenueMark = (coordinate: string): boolean => coordinate.endsWith('-venue');

/** Whether the values of variables say more of a plan than its coordinates do. */
export function hasVenueRules({ type, fields }: OperationPlan): boolean {
  return type === 'mutation' && fields.some(({ definition }) => 'members' in (ruleOf(definition) ?? {}));
}

function inputOf({ node }: PlannedField, operation: OperationDefinitionNode, variables: Variables): unknown {
  const given = node.arguments?.find(({ name }) => name.value === 'input')?.value;
  if (given?.kind === Kind.VARIABLE) return variableValue(operation, variables, given.name.value);
  return given && valueFromASTUntyped(given, withDefaults(operation, variables));
}

type Values = Readonly<Record<string, unknown>>;

const isEmptyList = (value: unknown) => Array.isArray(value) && value.length === 0;
/** An empty list names none. */
const isNamed = (value: unknown) => value != null && !isEmptyList(value);

/** The marks of a root field that names no venue where it could, or gives none; empty = it is not so. Of a bulk, of any row. */
export function venueMarks(
  field: PlannedField,
  { operation }: OperationPlan,
  variables: Variables,
): readonly string[] {
  const rule = ruleOf(field.definition);
  if (!rule || rule.kind === 'closed') return [];
  const input = inputOf(field, operation, variables);
  const given: readonly unknown[] = Array.isArray(input) ? input : [input];
  const rows = given.filter((row): row is Values => typeof row === 'object' && row !== null);
  const valuesOf = (row: Values) => rule.members.map((member) => row[member]);
  const isNone = (value: unknown) => isEmptyList(value) || (rule.kind === 'keeps' && value === null);
  const { coordinate } = field.demands[0]!;
  const namesNone = rule.kind === 'names' && rows.some((row) => !valuesOf(row).some(isNamed));
  const givesNone = rows.some((row) => valuesOf(row).some(isNone));
  return [...(namesNone ? [unnamed(coordinate)] : []), ...(givesNone ? [emptied(coordinate)] : [])];
}

type Venues = readonly string[] | null;

/** The venues of a key, null = all, and those that it would have. */
export interface VenueChange {
  readonly before: Venues;
  readonly after: Venues;
}

/**
 * The mutations among these coordinates that a key of the venues `after` would be refused and one of those `before` was not,
 * whatever its scopes are.
 */
export function refusedByVenues(
  schema: GraphQLSchema,
  coordinates: readonly string[],
  { before, after }: VenueChange,
): readonly string[] {
  if (after === null) return [];
  const isOfSeveral = (venues: Venues) => venues !== null && new Set(venues).size > 1;
  const fields = Object.values(schema.getMutationType()?.getFields() ?? {});
  const isNewlyOfSeveral = isOfSeveral(after) && !isOfSeveral(before);
  return fields.flatMap((field) => {
    const coordinate = `Mutation.${field.name}`;
    const rule = ruleOf(field);
    if (!rule) return [];
    const isRefusedToSome = coordinates.includes(rule.kind === 'closed' ? coordinate : emptied(coordinate));
    const isRefused = isRefusedToSome
      ? before === null
      : isNewlyOfSeveral && coordinates.includes(unnamed(coordinate));
    return isRefused ? [coordinate] : [];
  });
}
