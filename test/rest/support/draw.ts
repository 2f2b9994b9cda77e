// Draws requests for stored operations: who calls, which endpoint, with what. Each value in the form of REST and in that of
// GraphQL, which is worked out here a second time.
import fc from 'fast-check';
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLInputType,
} from 'graphql';
import type { StoredOperation, StoredVariable } from '../../../src/rest/stored-operation.ts';

/** More of them find more: LATCHKEY_TEST_REST_RUNS=2000. */
export const drawnRuns = Number(process.env['LATCHKEY_TEST_REST_RUNS'] ?? 150);

export interface Pool {
  /** Ids of rows by the word for them: `customer`. Of this workspace, of another one, and of none. */
  readonly ids: Readonly<Record<string, readonly string[]>>;
}

interface Value {
  /** As JSON in a body. */
  readonly rest: unknown;
  readonly graphql: unknown;
}

export interface DrawnCall {
  readonly operation: StoredOperation;
  /** With the path's variables filled in. */
  readonly path: string;
  /** Undefined for GET. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Names of the variables that have a value. */
  readonly given: readonly string[];
}

const wordOf = (name: string, { path }: StoredOperation) =>
  name === 'id'
    ? path.split('/')[1]!.replace(/s$/, '').replace('inquirie', 'inquiry')
    : name.replace(/_ids?$/, '');

const texts = ['Ada', 'a', 'North', 'Europe/Berlin', 'EUR', 'ada@x.example', '', 'x'.repeat(300)];
const instants = ['2026-06-01T00:00:00Z', '2026-06-08T08:00:00Z', '2026-06-09T00:00:00+02:00', 'no'];

const same = (value: unknown): Value => ({ rest: value, graphql: value });
const toCamelCase = (name: string) =>
  name.replaceAll(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());

function leaf(
  type: GraphQLInputType,
  name: string,
  operation: StoredOperation,
  pool: Pool,
): fc.Arbitrary<Value> {
  const named = getNamedType(type);
  if (isEnumType(named)) return fc.constantFrom(...named.getValues().map((value) => value.name)).map(same);
  switch (named.name) {
    case 'ID':
      return fc.constantFrom(...(pool.ids[wordOf(name, operation)] ?? ['xyz_0'])).map(same);
    case 'IdFilter':
      return leaf({ name: 'ID' } as unknown as GraphQLInputType, name, operation, pool).map(({ rest }) => ({
        rest,
        graphql: { eq: rest },
      }));
    case 'Int':
    case 'SafeInt':
      return fc.constantFrom(1, 2, 3, 60, 100, 101, 0).map(same);
    case 'DateTime':
      return fc.constantFrom(...instants).map(same);
    default:
      return fc.constantFrom(...texts).map(same);
  }
}

function valueOf(
  type: GraphQLInputType,
  name: string,
  operation: StoredOperation,
  pool: Pool,
): fc.Arbitrary<Value> {
  if (isNonNullType(type)) return valueOf(type.ofType, name, operation, pool);
  if (isListType(type))
    return fc.array(valueOf(type.ofType, name, operation, pool), { maxLength: 3 }).map((values) => ({
      rest: values.map(({ rest }) => rest),
      graphql: values.map(({ graphql }) => graphql),
    }));
  if (!isInputObjectType(type) || type.name === 'IdFilter') return leaf(type, name, operation, pool);
  const fields = Object.values(type.getFields()).map((field) => {
    const snake = field.name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return [snake, valueOf(field.type, snake, operation, pool)] as const;
  });
  const required = Object.values(type.getFields())
    .filter((field) => isNonNullType(field.type))
    .map((field) => field.name);
  return fc.record(Object.fromEntries(fields), { requiredKeys: required }).map((values) => ({
    rest: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value.rest])),
    graphql: Object.fromEntries(
      Object.entries(values).map(([key, value]) => [toCamelCase(key), value.graphql]),
    ),
  }));
}

/** A variable is given, cleared or left out; one that the path needs is always given. */
function drawn(
  variable: StoredVariable,
  operation: StoredOperation,
  pool: Pool,
): fc.Arbitrary<Value | undefined> {
  const value = valueOf(variable.type, variable.name, operation, pool);
  if (variable.isRequired) return value;
  const cleared = variable.in === 'body' ? [{ weight: 1, arbitrary: fc.constant(same(null)) }] : [];
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 2, arbitrary: value },
    ...cleared,
  );
}

/** An empty text in a query is the same as none. */
const isSent = ({ in: where }: StoredVariable, value: Value | undefined): value is Value =>
  value !== undefined &&
  !(where === 'query' && (value.rest === '' || (Array.isArray(value.rest) && value.rest.join('') === '')));

function toCall(operation: StoredOperation, values: readonly (Value | undefined)[]): DrawnCall {
  const pairs = operation.variables.flatMap((variable, index) => {
    const value = values[index];
    return isSent(variable, value) ? [{ variable, value }] : [];
  });
  const at = (where: StoredVariable['in']) => pairs.filter(({ variable }) => variable.in === where);
  const path = at('path').reduce(
    (filled, { variable, value }) =>
      filled.replace(`{${variable.name}}`, encodeURIComponent(String(value.rest))),
    operation.path,
  );
  const query = new URLSearchParams(
    at('query').map(
      ({ variable, value }) => [variable.name, [value.rest].flat().join(',')] as [string, string],
    ),
  ).toString();
  const body = Object.fromEntries(at('body').map(({ variable, value }) => [variable.name, value.rest]));
  return {
    operation,
    path: query === '' ? path : `${path}?${query}`,
    body: operation.method === 'GET' ? undefined : body,
    variables: Object.fromEntries(pairs.map(({ variable, value }) => [variable.name, value.graphql])),
    given: pairs.map(({ variable }) => variable.name),
  };
}

/** Calls of all these operations. If-Match is left to its own tests. */
export function calls(operations: readonly StoredOperation[], pool: Pool): fc.Arbitrary<DrawnCall> {
  return fc.constantFrom(...operations).chain((operation) => {
    const values = operation.variables.map((variable) =>
      variable.in === 'header' ? fc.constant(undefined) : drawn(variable, operation, pool),
    );
    return fc.tuple(...values).map((given) => toCall(operation, given));
  });
}

/** Sets of scopes: what the operation needs with or without one of them, what its whole answer needs, and any others. */
export function scopesFor(
  { requiredScopes, document }: StoredOperation,
  all: readonly string[],
): fc.Arbitrary<readonly string[]> {
  const some = fc.subarray([...all], { maxLength: 4 });
  const [needed, whole] = [requiredScopes, document.requiredScopes].map((scopes) =>
    scopes.filter((scope) => all.includes(scope)),
  );
  const drawn = fc.oneof(
    some.map((more) => [...new Set([...needed!, ...more])]),
    fc.subarray(whole!).chain((part) => some.map((more) => [...new Set([...part, ...more])])),
    fc.constant(whole!),
    some,
  );
  // No key can be without a scope.
  return drawn.filter((scopes) => scopes.length > 0);
}
