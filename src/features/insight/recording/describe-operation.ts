// What a recorded operation needs and names, found by the schema of this server.
import {
  getNamedType,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import type { AccessExplainer } from '../../../access/policy/index.ts';

export interface OperationDescription {
  readonly requiredScopes: readonly string[];
  readonly possibleScopes: readonly string[];
  readonly coordinates: readonly string[];
}

/** An operation can name thousands; those of the first are enough to tell which part of the schema it uses. */
const maxCoordinates = 1_000;

/** `Type.field`, `Type.field(argument)` and `InputType.field` of everything that the document itself names. Sorted. */
function coordinatesOf(schema: GraphQLSchema, document: DocumentNode): string[] {
  const types = new TypeInfo(schema);
  const found = new Set<string>();
  const add = (coordinate: string) => void (found.size < maxCoordinates && found.add(coordinate));
  let field = '';
  visit(
    document,
    visitWithTypeInfo(types, {
      Field({ name }) {
        field = `${types.getParentType()?.name ?? '?'}.${name.value}`;
        add(field);
      },
      Argument({ name }) {
        if (types.getDirective() == null) add(`${field}(${name.value})`);
      },
      ObjectField: {
        enter({ name }) {
          const parent = getNamedType(types.getParentInputType());
          if (parent) add(`${parent.name}.${name.value}`);
        },
      },
    }),
  );
  return [...found].sort();
}

/** Takes up to some 20 ms. Throws when the document does not fit the schema. */
export function describeOperation(explainer: AccessExplainer, text: string): OperationDescription {
  const document = parse(text);
  const { requiredScopes } = explainer.explainValid(document);
  return {
    requiredScopes,
    possibleScopes: explainer.possibleScopesOf(document),
    coordinates: coordinatesOf(explainer.schema, document),
  };
}
