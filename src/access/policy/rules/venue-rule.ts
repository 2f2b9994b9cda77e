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
import { variableValue, type Variables } from '../variables.ts';

/**
 * `closed` = such a key may not call it. `names` = members of its `input`: where none of them is given, a key of several venues is
 * refused, and a key of one venue gives that one.
 */
export type VenueRule =
  { readonly kind: 'closed' } | { readonly kind: 'names'; readonly members: readonly string[] };

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

const ruleOf = ({ extensions }: Pick<GraphQLField<unknown, unknown>, 'extensions'>): VenueRule | null =>
  (extensions['venueRule'] as VenueRule | undefined) ?? null;

/** Stands among coordinates for a run that named no venue. */
const unnamed = (coordinate: string) => `${coordinate}-venue`;

export const isVenueMark = (coordinate: string): boolean => coordinate.endsWith('-venue');

/** Whether the values of variables say more of a plan than its coordinates do. */
export function hasVenueRules({ type, fields }: OperationPlan): boolean {
  return type === 'mutation' && fields.some(({ definition }) => ruleOf(definition)?.kind === 'names');
}

function inputOf({ node }: PlannedField, operation: OperationDefinitionNode, variables: Variables): unknown {
  const given = node.arguments?.find(({ name }) => name.value === 'input')?.value;
  if (given?.kind === Kind.VARIABLE) return variableValue(operation, variables, given.name.value);
  return given && valueFromASTUntyped(given, variables);
}

/** An empty list names none. */
const isNamed = (value: unknown) => value != null && !(Array.isArray(value) && value.length === 0);

/** The mark of a root field that names no venue where it could; null = it does, or it is not asked to. Of a bulk, of any row. */
export function venueMark(
  field: PlannedField,
  { operation }: OperationPlan,
  variables: Variables,
): string | null {
  const rule = ruleOf(field.definition);
  if (rule?.kind !== 'names') return null;
  const input = inputOf(field, operation, variables);
  const rows: readonly unknown[] = Array.isArray(input) ? input : [input];
  const namesNone = (row: unknown) =>
    typeof row === 'object' &&
    row !== null &&
    !rule.members.some((member) => isNamed((row as Record<string, unknown>)[member]));
  return rows.some(namesNone) ? unnamed(field.demands[0]!.coordinate) : null;
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
  return fields.flatMap((field) => {
    const coordinate = `Mutation.${field.name}`;
    const rule = ruleOf(field);
    const isRefused =
      rule?.kind === 'closed'
        ? before === null && coordinates.includes(coordinate)
        : rule?.kind === 'names' &&
          isOfSeveral(after) &&
          !isOfSeveral(before) &&
          coordinates.includes(unnamed(coordinate));
    return isRefused ? [coordinate] : [];
  });
}
