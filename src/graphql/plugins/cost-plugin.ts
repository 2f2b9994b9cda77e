// `extensions.cost` of every answer that has data: what the operation cost, and how much is left.
import type { ApolloServerPlugin } from '@apollo/server';
import type { Context } from '../../access/context.ts';

export const costPlugin: ApolloServerPlugin<Context> = {
  requestDidStart: async () => ({
    async willSendResponse({ response: { body }, contextValue }) {
      if (body.kind !== 'single' || body.singleResult.data === undefined) return;
      const cost = contextValue.limits.costReport();
      if (cost) body.singleResult.extensions = { ...body.singleResult.extensions, cost };
    },
  }),
};
