// Where a newer schema differs from an older one so that an operation of before may fail or be answered otherwise.
import { buildSchema, findBreakingChanges, type GraphQLSchema } from 'graphql';
import { implies, type Policy, type Requirement } from '../../src/access/policy/index.ts';

export interface SchemaChange {
  /** graphql-js's name of the kind, or `SCOPES_CHANGED`. */
  readonly kind: string;
  /** What an operation must use to be met; null = graphql-js names none: only validation can tell. */
  readonly coordinate: string | null;
  /** In words. */
  readonly change: string;
}

/** A coordinate that asks for scopes which it did not ask for. */
export interface ScopeChange extends SchemaChange {
  readonly coordinate: string;
  readonly before: Requirement;
  readonly after: Requirement;
}

/** The sentences of graphql-js 16, by kind, with the parts that make the coordinate. The other kinds are told by validation. */
const sentences: Readonly<Record<string, readonly [RegExp, (...parts: string[]) => string]>> = {
  TYPE_REMOVED: [/^(\w+) was removed/, (type) => type!],
  TYPE_CHANGED_KIND: [/^(\w+) changed from/, (type) => type!],
  VALUE_REMOVED_FROM_ENUM: [/^(\w+) was removed from enum type (\w+)/, (value, type) => `${type}.${value}`],
  REQUIRED_INPUT_FIELD_ADDED: [/ on input type (\w+) was added/, (type) => type!],
  FIELD_REMOVED: [/^(\w+\.\w+) was removed/, (field) => field!],
  FIELD_CHANGED_KIND: [/^(\w+\.\w+) changed type/, (field) => field!],
  REQUIRED_ARG_ADDED: [/ on (\w+\.\w+) was added/, (field) => field!],
  ARG_REMOVED: [/^(\w+\.\w+) arg (\w+) was removed/, (field, argument) => `${field}(${argument})`],
  ARG_CHANGED_KIND: [/^(\w+\.\w+) arg (\w+) has changed/, (field, argument) => `${field}(${argument})`],
};

/** A schema of texts: its scalars take every literal, so that blanked values fit. Throws GraphQLError. */
export function schemaOf(text: string): GraphQLSchema {
  return buildSchema(text, { noLocation: true });
}

export function schemaChanges(before: GraphQLSchema, after: GraphQLSchema): readonly SchemaChange[] {
  return findBreakingChanges(before, after).map(({ type, description: change }) => {
    const [pattern, name] = sentences[type] ?? [];
    const parts = pattern?.exec(change);
    return { kind: type, change, coordinate: parts && name ? name(...parts.slice(1)) : null };
  });
}

/** Of a coordinate that is in both: what asks for more than before. One that was not there could not be used. */
export function scopeChanges(
  before: ReadonlyMap<string, Requirement>,
  { coordinates }: Pick<Policy, 'coordinates'>,
): readonly ScopeChange[] {
  return [...before].flatMap(([coordinate, old]) => {
    const after = coordinates.get(coordinate);
    if (!after || implies(old, after)) return [];
    const change = `${coordinate} asks for ${after.name} instead of ${old.name}.`;
    return [{ kind: 'SCOPES_CHANGED', coordinate, change, before: old, after }];
  });
}
