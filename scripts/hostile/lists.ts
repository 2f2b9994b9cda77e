// Every list within every list, three deep, counted, filtered, searched and sorted.
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { operation, type Attack } from './attack.ts';
import { argumentsOf, isConnection } from './schema-walk.ts';

type Field = GraphQLField<unknown, unknown>;

const maxDepth = 3;
/** Found in many names and texts, and by no index. */
const fragment = 'e';

const nodeOf = (field: Field) =>
  getNamedType(
    (getNamedType(field.type) as GraphQLObjectType).getFields()['nodes']!.type,
  ) as GraphQLObjectType;
const listsOf = (type: GraphQLObjectType) =>
  Object.values(type.getFields()).filter((field) => isConnection(field.type));

/** `contains` in any of the texts that the filter knows, in as many words as it takes. */
function containsFilter(type: GraphQLInputObjectType): string | null {
  const fields = Object.values(type.getFields()).filter(({ type: inner }) => {
    const named = getNamedType(inner);
    return isInputObjectType(named) && named !== type && 'contains' in named.getFields();
  });
  if (fields.length === 0) return null;
  const terms = Array.from({ length: 4 }, (_, round) =>
    fields.map(({ name }) => `{${name}: {contains: "${fragment}${'abcd'[round]}"}}`),
  );
  return `{or: [${terms.flat().join(', ')}]}`;
}

/** The arguments of a list, by what they make dear. */
function variantsOf({ args }: Field): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const named = (name: string) => {
    const argument = args.find((one) => one.name === name);
    return argument && getNamedType(argument.type);
  };
  const variants: Record<string, Record<string, string>> = { plain: {} };
  const filter = named('filter');
  const contains = isInputObjectType(filter) ? containsFilter(filter) : null;
  if (contains !== null) variants['contains'] = { filter: contains };
  if (named('search')) variants['search'] = { search: `"${fragment}"` };
  const order = named('orderBy');
  if (isInputObjectType(order)) {
    const field = getNamedType(order.getFields()['field']!.type);
    if (isEnumType(field))
      variants['sorted'] = { orderBy: `{field: ${field.getValues().at(-1)!.name}, direction: DESC}` };
  }
  // Lists of related rows decide for each row of the list: `venueId: {in: [...]}`, `customerId: {eq: ...}`.
  const related = isInputObjectType(filter) ? filter.getFields() : {};
  for (const { name, type } of Object.values(related))
    if (/Ids?$/.test(name) && !isListType(type) && !isNonNullType(type))
      variants[`by ${name}`] = { filter: `{${name}: {neq: "cus_0"}}` };
  return variants;
}

function pathsFrom(type: GraphQLObjectType, depth: number): Field[][] {
  return listsOf(type).flatMap((field) => [
    [field],
    ...(depth > 1 ? pathsFrom(nodeOf(field), depth - 1).map((path) => [field, ...path]) : []),
  ]);
}

function attackOf(path: readonly Field[], variant: string, given: Readonly<Record<string, string>>): Attack {
  const last = path.at(-1)!;
  const inner = `${last.name}${argumentsOf(last, { first: '1', ...given })} { totalCount nodes { id } }`;
  const query = path
    .slice(0, -1)
    .reduceRight(
      (below, field) => `${field.name}${argumentsOf(field, { first: '50' })} { nodes { ${below} } }`,
      inner,
    );
  const name = `${path.map((field) => field.name).join('.')}: ${variant}`;
  return operation(name, 'owner', `{ ${query} }`);
}

export function listAttacks(schema: GraphQLSchema): Attack[] {
  return pathsFrom(schema.getQueryType()!, maxDepth).flatMap((path) =>
    Object.entries(variantsOf(path.at(-1)!))
      .filter(([, given]) => isObjectType(nodeOf(path.at(-1)!)) && given !== undefined)
      .map(([variant, given]) => attackOf(path, variant, given)),
  );
}
