// Where a schema takes what a caller writes, and how an operation gets there: found by walking it, so that a new field, argument
// or input field is attacked without being named here.
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';

type Field = GraphQLField<unknown, unknown>;

/** One field within an operation. */
export interface Site {
  readonly operation: 'query' | 'mutation';
  readonly parent: GraphQLObjectType;
  readonly field: Field;
  /** The operation around it: `before` opens, `after` closes. */
  readonly before: string;
  readonly after: string;
}

const byName: Readonly<Record<string, unknown>> = {
  ...{ Int: 1, Float: 1, Boolean: true, ID: 'cus_0', String: 'x' },
  ...{ DateTime: '2030-06-03T09:00:00Z', Scope: 'read:customers' },
};

/** The least that an input type takes. */
function leastValue(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return leastValue(type.ofType);
  if (isListType(type)) return [leastValue(type.ofType)];
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (!isInputObjectType(type)) return byName[type.name] ?? 'x';
  const required = Object.values(type.getFields()).filter(isRequiredInputField);
  return Object.fromEntries(required.map((field) => [field.name, leastValue(field.type)]));
}

/** As it is written in a document. */
function literal(value: unknown, type: GraphQLInputType): string {
  const named = getNamedType(type);
  if (isEnumType(named) && typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, named)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (!isInputObjectType(named)) return JSON.stringify(value);
  const fields = named.getFields();
  const parts = Object.entries(value).map(([name, part]) => `${name}: ${literal(part, fields[name]!.type)}`);
  return `{${parts.join(', ')}}`;
}

/** `(a: 1, b: "x")` of the required arguments, and of those that are given as they are. */
export function argumentsOf({ args }: Field, given: Readonly<Record<string, string>> = {}): string {
  const texts = args.flatMap((argument) => {
    if (given[argument.name] !== undefined) return [`${argument.name}: ${given[argument.name]}`];
    if (!isRequiredArgument(argument)) return [];
    return [`${argument.name}: ${literal(leastValue(argument.type), argument.type)}`];
  });
  return texts.length > 0 ? `(${texts.join(', ')})` : '';
}

export const isConnection = (type: GraphQLOutputType) => getNamedType(type).name.endsWith('Connection');

/** What is selected of a field so that it has to be answered. */
export function selectionOf(type: GraphQLOutputType): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return '';
  if (isConnection(type)) return '{ totalCount nodes { __typename } }';
  return '{ __typename }';
}

/** Each field of each object type once, on the shortest way to it. */
export function sitesOf(schema: GraphQLSchema): Site[] {
  const sites: Site[] = [];
  const seen = new Set<string>();
  const roots = [
    { type: schema.getQueryType()!, operation: 'query' as const, before: '', after: '' },
    { type: schema.getMutationType()!, operation: 'mutation' as const, before: '', after: '' },
  ];
  const waiting: { type: GraphQLObjectType; operation: Site['operation']; before: string; after: string }[] =
    roots;
  for (let one = waiting.shift(); one; one = waiting.shift()) {
    const { type, operation, before, after } = one;
    if (seen.has(type.name)) continue;
    seen.add(type.name);
    for (const field of Object.values(type.getFields())) {
      sites.push({ operation, parent: type, field, before, after });
      const below = getNamedType(field.type);
      const next = isInterfaceType(below)
        ? schema.getPossibleTypes(below)
        : isObjectType(below)
          ? [below]
          : [];
      for (const target of next) {
        const spread = isInterfaceType(below) ? `... on ${target.name} { ` : '';
        const opening = `${before}${field.name}${argumentsOf(field)} { ${spread}`;
        waiting.push({ type: target, operation, before: opening, after: `${spread ? ' }' : ''} }${after}` });
      }
    }
  }
  return sites;
}

/** One place of a text within an argument. */
export interface TextPlace {
  readonly argument: GraphQLArgument;
  /** Field names below the argument. */
  readonly path: readonly string[];
  /** The argument's value with this text in that place. */
  valueWith(text: string): unknown;
}

const isText = (name: string) => !['Int', 'Float', 'Boolean'].includes(name);

type Put = (text: string) => unknown;

function placesIn(type: GraphQLInputType, open: readonly string[]): { path: readonly string[]; put: Put }[] {
  if (isNonNullType(type)) return placesIn(type.ofType, open);
  if (isListType(type))
    return placesIn(type.ofType, open).map(({ path, put }) => ({ path, put: (text) => [put(text)] }));
  if (isEnumType(type)) return [];
  if (!isInputObjectType(type)) return isText(type.name) ? [{ path: [], put: (text) => text }] : [];
  // A filter may hold filters of its own kind.
  if (open.includes(type.name)) return [];
  const least = leastValue(type) as object;
  return Object.values(type.getFields()).flatMap((field) =>
    placesIn(field.type, [...open, type.name]).map(({ path, put }) => ({
      path: [field.name, ...path],
      put: (text: string) => ({ ...least, [field.name]: put(text) }),
    })),
  );
}

export function textPlacesOf({ field }: Site): TextPlace[] {
  return field.args.flatMap((argument) =>
    placesIn(argument.type, []).map(({ path, put }) => ({ argument, path, valueWith: put })),
  );
}
