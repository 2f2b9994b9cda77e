// GraphQL names of the access check -> service calls.
import { Arg, Ctx, Extensions, ID, Query, Resolver } from 'type-graphql';
import type { Context } from '../../access/context.ts';
import { documentCost } from '../../access/policy/index.ts';
import { checkAccess, suggestScopes } from './access-check.service.ts';
import { AccessCheck, ScopeSuggestion } from './access-check.type.ts';

@Resolver()
export class AccessCheckQueries {
  @Query(() => AccessCheck, {
    nullable: true,
    description: 'What would this operation need? Nothing is run.',
  })
  @Extensions({ cost: documentCost(({ document }) => document) })
  accessCheck(
    @Arg('document', () => String, { description: 'A GraphQL document.' }) document: string,
    @Arg('operationName', () => String, {
      nullable: true,
      description: 'Which operation is meant, when the document has several.',
    })
    operationName: string | null,
    @Arg('apiKeyId', () => ID, { nullable: true, description: 'Another key of the workspace: for admins.' })
    apiKeyId: string | null,
    @Ctx() ctx: Context,
  ) {
    return checkAccess(ctx, { document, operationName, apiKeyId });
  }

  @Query(() => ScopeSuggestion, {
    nullable: true,
    description: 'The smallest set of scopes for these documents.',
  })
  @Extensions({ cost: documentCost(({ documents }) => documents), isAlwaysThere: true })
  async suggestScopes(
    @Arg('documents', () => [String], { description: 'GraphQL documents, with any number of operations.' })
    documents: string[],
    @Ctx() ctx: Context,
  ) {
    return { scopes: await suggestScopes(ctx, documents) };
  }
}
