// Scalars of the schema. DateTime is parsed by graphql-scalars and carried as an Instant: the text that the store keeps.
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTimeISO } from 'graphql-scalars';
import { firstInstantMs, lastInstantMs } from '../../core/clock.ts';
import { toRfc3339 } from './instant-text.ts';

/** Throws what graphql-js reports as BAD_USER_INPUT. In UTC, whatever the offset: `0001-01-01T00:00:00+14:00` is too early. */
function toInstant(value: unknown): string {
  const date = GraphQLDateTimeISO.parseValue(typeof value === 'string' ? toRfc3339(value) : value) as Date;
  const epochMs = date.getTime();
  if (epochMs < firstInstantMs || epochMs > lastInstantMs)
    throw new GraphQLError('DateTime must lie in the years 0001 to 9999.');
  return date.toISOString();
}

export const DateTimeScalar = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  description:
    'An instant as ISO 8601 text with a UTC offset, e.g. `2026-01-31T09:00:00Z`. Inputs may leave out the seconds and ' +
    'write the offset as `+01:00`, `+0100` or `+01`. Answers are in UTC, with milliseconds.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  // The store's own text; parsing it again for every cell would cost more than reading the row.
  serialize: (value) => value as string,
  parseValue: toInstant,
  parseLiteral(node, variables) {
    if (node.kind === Kind.STRING) return toInstant(node.value);
    // Every other literal is refused there, in the library's words.
    return toInstant(GraphQLDateTimeISO.parseLiteral(node, variables));
  },
});

const notText = () => new GraphQLError('Scope must be a text such as "read:customers".');

/** Its description, with every scope listed, is written when the schema is assembled. */
export const ScopeScalar = new GraphQLScalarType<string, string>({
  name: 'Scope',
  serialize: (value) => value as string,
  parseValue(value) {
    if (typeof value !== 'string') throw notText();
    return value;
  },
  // By default a scalar takes a name without quotes as well, and names of a document are recorded as they stand there.
  parseLiteral(node) {
    if (node.kind !== Kind.STRING) throw notText();
    return node.value;
  },
});
