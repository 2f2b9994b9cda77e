// Puts the operation that a surface chose for its caller, or that the caller named, in the place of the one that the request
// began with.
import type { ApolloServerPlugin } from '@apollo/server';
import type { ServedContext } from '../context.ts';

export const chosenOperationPlugin: ApolloServerPlugin<ServedContext> = {
  async requestDidStart({ request, contextValue: { chosen } }) {
    if (!chosen) return;
    const { query, operationName, variables } = chosen;
    Object.assign(request, { query, operationName: operationName ?? undefined });
    if (variables) request.variables = { ...variables };
  },
};
