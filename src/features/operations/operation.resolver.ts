// GraphQL names of stored operations -> service calls.
import { Arg, Ctx, Extensions, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import type { Context } from '../../access/context.ts';
import { adminOnly, documentCost } from '../../access/policy/index.ts';
import { ScopeScalar } from '../../resources/inputs/scalars.ts';
import { definePayload } from '../../resources/payload.ts';
import { SaveOperationInput } from './operation.inputs.ts';
import { storedOperations } from './operation.resource.ts';
import { deleteOperation, inspectDocument, saveOperation } from './operation.service.ts';
import { StoredOperation, StoredOperationVariable } from './operation.type.ts';

const payload = { requirement: adminOnly, ids: ['operationId'] };
export const saveOperationPayload = definePayload('SaveOperationPayload', {
  ...payload,
  shows: { operation: { to: storedOperations, key: 'operationId' } },
});
export const deleteOperationPayload = definePayload('DeleteOperationPayload', { ...payload, shows: {} });

/** The document of `saveOperation`. */
function documentSent({ input }: Readonly<Record<string, unknown>>): unknown {
  return typeof input === 'object' && input !== null && 'document' in input ? input.document : '';
}

const needsDocument = { needs: ['document'] };

@Resolver(() => StoredOperation)
export class StoredOperationFields {
  @FieldResolver(() => [ScopeScalar], {
    nullable: true,
    description:
      'The smallest set of scopes that opens all of it. Null when `problems` say why it cannot be run.',
  })
  @Extensions(needsDocument)
  async requiredScopes(@Root() { document }: StoredOperation, @Ctx() ctx: Context) {
    const inspected = await inspectDocument(ctx, document);
    return 'facts' in inspected ? inspected.facts.requiredScopes : null;
  }

  @FieldResolver(() => [StoredOperationVariable], {
    nullable: true,
    description: 'What is to be sent with it. Null when `problems` say why it cannot be run.',
  })
  @Extensions(needsDocument)
  async variables(@Root() { document }: StoredOperation, @Ctx() ctx: Context) {
    const inspected = await inspectDocument(ctx, document);
    return 'facts' in inspected ? inspected.facts.variables : null;
  }

  @FieldResolver(() => [String], {
    description:
      'Why it cannot be run any more: a later version of the server has another schema or other limits. Empty = it can.',
  })
  @Extensions(needsDocument)
  async problems(@Root() { document }: StoredOperation, @Ctx() ctx: Context) {
    const inspected = await inspectDocument(ctx, document);
    return 'fault' in inspected ? [inspected.fault.message] : [];
  }
}

@Resolver()
export class OperationMutations {
  @Mutation(() => saveOperationPayload.type, {
    nullable: true,
    description:
      'Keeps an operation under a name, or gives the name a new document: keys that are pinned to it run the new one from then on.',
  })
  @Extensions({ cost: documentCost(documentSent, 10) })
  saveOperation(@Arg('input', () => SaveOperationInput) input: SaveOperationInput, @Ctx() ctx: Context) {
    return saveOperation(ctx, input);
  }

  @Mutation(() => deleteOperationPayload.type, {
    nullable: true,
    description: 'Deletes a stored operation. Keys that are pinned to it cannot run it any more.',
  })
  deleteOperation(@Arg('id', () => ID) id: string, @Ctx() ctx: Context) {
    return deleteOperation(ctx, id);
  }
}
