// INTROSPECTION=keys: `__schema` and `__type` answer from the caller's own view of the schema. Everything beside them is
// answered as ever, so an operation may hold both.
import type { ApolloServerPlugin, GraphQLRequestContextWillSendResponse } from '@apollo/server';
import { execute, Kind, type DocumentNode, type FieldNode, type OperationDefinitionNode } from 'graphql';
import type { Context } from '../../access/context.ts';
import { introspectionFields, type Gate } from '../../access/policy/index.ts';

/** Types of the arguments that introspection fields take. */
const argumentTypes = new Set(['String', 'Boolean']);

/** The operation with its introspection fields alone; the variables of the others may be of types that the view has not. */
function introspectionOnly(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  selections: readonly FieldNode[],
): DocumentNode {
  const variableDefinitions = (operation.variableDefinitions ?? []).filter(({ type }) => {
    const named = type.kind === Kind.NON_NULL_TYPE ? type.type : type;
    return named.kind === Kind.NAMED_TYPE && argumentTypes.has(named.name.value);
  });
  const selectionSet = { kind: Kind.SELECTION_SET as const, selections };
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  return { ...document, definitions: [{ ...operation, variableDefinitions, selectionSet }, ...fragments] };
}

async function answerFromView(
  gate: Gate,
  { document, operation, response, contextValue, request }: GraphQLRequestContextWillSendResponse<Context>,
): Promise<void> {
  const data = response.body.kind === 'single' ? response.body.singleResult.data : undefined;
  if (!operation || !document || !data) return;
  const fields = [...gate.plan(document, operation).metaFields].filter(({ name }) =>
    introspectionFields.has(name.value),
  );
  if (fields.length === 0) return;
  const result = await execute({
    schema: await gate.visibleTo(contextValue.principal),
    document: introspectionOnly(document, operation, fields),
    variableValues: request.variables ?? {},
  });
  // Only what was answered is replaced: a field that @skip left out stays out.
  for (const name of fields.map((field) => field.alias?.value ?? field.name.value)) {
    if (Object.hasOwn(data, name)) data[name] = result.data?.[name] ?? null;
  }
}

export function introspectionPlugin(gate: Gate): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async () => ({ willSendResponse: (context) => answerFromView(gate, context) }),
  };
}
