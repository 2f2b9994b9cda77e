// Where the schema is a secret, an error names nothing of it that its reader may not see: the faults that graphql-js
// finds in a document or in variables are found again by the reader's own view of the schema.
import type { ApolloServerPlugin } from '@apollo/server';
import { getVariableValues, GraphQLError, validate, type DocumentNode, type GraphQLSchema } from 'graphql';
import type { GraphQLFormattedError, OperationDefinitionNode } from 'graphql';
import type { Context } from '../../access/context.ts';
import type { Gate } from '../../access/policy/index.ts';
import type { Principal } from '../../core/principal.ts';

const maxErrors = 5;

/** The schema as it is shown to a caller. With introspection off too: nobody is told more than it may use. */
export function shownSchema(introspection: 'public' | 'keys' | 'off', gate: Gate) {
  return async (principal: Principal): Promise<GraphQLSchema> =>
    introspection === 'public' ? gate.schema : gate.visibleTo(principal);
}

type Code = 'GRAPHQL_VALIDATION_FAILED' | 'BAD_USER_INPUT';

/** As it was thrown: the error door gives it its form. */
function withCode({ message, nodes, originalError }: GraphQLError, code: Code): GraphQLFormattedError {
  const places = nodes ? { nodes } : {};
  const cause = originalError ? { originalError } : {};
  return new GraphQLError(message, { ...places, ...cause, extensions: { code } }) as GraphQLFormattedError;
}

function orUntold(errors: readonly GraphQLError[], untold: string, code: Code): GraphQLFormattedError[] {
  const told = errors.length > 0 ? errors : [new GraphQLError(untold)];
  return told.map((error) => withCode(error, code));
}

/** What is wrong with a document, as far as the schema that is shown tells it. */
function shownFaults(shown: GraphQLSchema, document: DocumentNode): GraphQLFormattedError[] {
  const faults = validate(shown, document, undefined, { maxErrors, hideSuggestions: true });
  return orUntold(faults, 'The document does not fit the schema.', 'GRAPHQL_VALIDATION_FAILED');
}

/** What is wrong with variables, as far as the schema that is shown tells it. */
function shownVariableFaults(
  shown: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): GraphQLFormattedError[] {
  const options = { maxErrors: 1 };
  const { errors } = getVariableValues(shown, operation.variableDefinitions ?? [], variables, options);
  return orUntold(errors ?? [], 'A variable got an invalid value.', 'BAD_USER_INPUT');
}

/** An error with a path is a resolver's own, such as that of a document inside `accessCheck`, which is told what it may be. */
const isOf = (code: Code, begin: string) => (error: unknown) => {
  const { extensions, message, path } = error as Partial<GraphQLError>;
  return path === undefined && extensions?.['code'] === code && message?.startsWith(begin) === true;
};
const isFault = isOf('GRAPHQL_VALIDATION_FAILED', '');
/** Names GraphQL's own fields alone. */
const isIntrospectionFault = isOf('GRAPHQL_VALIDATION_FAILED', 'GraphQL introspection is not allowed');
const isVariableFault = isOf('BAD_USER_INPUT', 'Variable "$');

export function shownErrorsPlugin(gate: Gate): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async () => ({
      async willSendResponse({ response, document, operation, request, contextValue }) {
        const result = response.body.kind === 'single' ? response.body.singleResult : undefined;
        const errors = result?.errors as readonly unknown[] | undefined;
        if (!result || !errors || !document) return;
        const [isDocument, isVariables] = [errors.some(isFault), errors.some(isVariableFault)];
        if (errors.some(isIntrospectionFault) || !(isDocument || isVariables)) return;
        const shown = await gate.visibleTo(contextValue.principal);
        if (isDocument) result.errors = shownFaults(shown, document);
        else if (operation) result.errors = shownVariableFaults(shown, operation, request.variables ?? {});
      },
    }),
  };
}
