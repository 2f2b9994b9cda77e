// A schema in which every field answers and every list has two rows, whatever was asked: then a denial shows at each
// path where one can begin, and the sets of denied paths must be equal without exception. No store behind it.
import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isListType,
  isObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import type { ConcreteType } from './shield-oracle.ts';

const scalars: Readonly<Record<string, unknown>> = {
  Boolean: true,
  DateTime: '2026-06-01T12:00:00.000Z',
  Float: 0.5,
  ID: 'cus_1',
  Int: 1,
  SafeInt: 1,
  Scope: 'read:customers',
  String: 'text',
};

function valueOf(type: GraphQLOutputType): unknown {
  const present = getNullableType(type) as GraphQLOutputType;
  if (isListType(present)) {
    const item = present.ofType as GraphQLOutputType;
    return [valueOf(item), valueOf(item)];
  }
  const named = getNamedType(present);
  if (isObjectType(named)) return { __typename: named.name };
  if (isEnumType(named)) return named.getValues()[0]!.value as unknown;
  const value = scalars[named.name];
  if (value === undefined) throw new Error(`Dense rows have no value of ${named.name}: add one.`);
  return value;
}

/** What ran, and how often: `Type.field`. */
export type Runs = Map<string, number>;

/** Puts the dense resolvers into a schema, before any guard or shield goes over them. Changes the schema. */
export function answerEverything(schema: GraphQLSchema, concreteType: ConcreteType, runs?: Runs): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isAbstractType(type)) type.resolveType = (row: { __typename: string }) => row.__typename;
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const coordinate = `${type.name}.${field.name}`;
      const isAbstract = isAbstractType(getNamedType(field.type));
      // Asked here, where it throws: thrown from a resolver it would be an error that both sides share, and a field of
      // an object that both have as null is compared with nothing.
      if (!isAbstract) valueOf(field.type);
      field.resolve = (_source, args: Record<string, unknown>) => {
        runs?.set(coordinate, (runs.get(coordinate) ?? 0) + 1);
        if (!isAbstract) return valueOf(field.type);
        const typeName = concreteType(coordinate, args);
        return typeName === null ? null : { __typename: typeName };
      };
    }
  }
}
