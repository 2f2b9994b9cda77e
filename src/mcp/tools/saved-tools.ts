// The operations that a workspace keeps, as tools: `saved_<name>`. They are read from the store for each list and each call, so that
// one that was deleted or replaced is so for the next message. How one runs: run-saved.ts.
import { typeFromAST, type GraphQLInputType, type GraphQLSchema } from 'graphql';
import type { OperationInspector } from '../../access/context.ts';
import type { ReadRecording } from '../../access/recording.ts';
import { ApiError } from '../../core/errors.ts';
import type { KnownPrincipal } from '../../core/principal.ts';
import type { RequestScope } from '../../core/request-facts.ts';
import { slices } from '../../core/slices.ts';
import { typeNameOf } from '../../resources/noted-records.ts';
import { definitionsIn } from '../../rest/named-operations.ts';
import type { Exchange } from '../exchange.ts';
import { toInputSchema } from './input-schema.ts';
import { idempotencyInput, missingFor, withIdempotency, type ToolDescription } from './tool.ts';

/** One of them, as it is kept. */
export interface SavedOperation {
  readonly id: string;
  readonly name: string;
  readonly document: string;
}

export interface SavedOperations {
  readonly schema: GraphQLSchema;
  readonly inspector: OperationInspector;
  /** All of a workspace. May throw as the door does: SERVICE_UNAVAILABLE, QUERY_TOO_EXPENSIVE. */
  list(workspaceId: string, scope: RequestScope): Promise<readonly SavedOperation[]>;
  /** Told of those whose names a key may come to see. */
  readonly reads: Pick<ReadRecording, 'note'>;
}

export interface SavedTool {
  readonly name: string;
  readonly document: string;
  readonly requiredScopes: readonly string[];
  readonly description: ToolDescription;
}

const prefix = 'saved_';

/** `saved_board` -> "board"; null = no tool of this kind. */
export function savedNameIn(tool: string): string | null {
  return tool.startsWith(prefix) ? tool.slice(prefix.length) : null;
}

const asItIs = (name: string) => name;

function describe(
  { schema }: SavedOperations,
  { name, document }: SavedOperation,
  facts: ReturnType<OperationInspector['inspect']>,
): ToolDescription {
  const types = new Map(definitionsIn(document).map((node) => [node.variable.name.value, node.type]));
  const inputs = facts.variables.map(({ name: input, required: isRequired }) => {
    // Every kind of TypeNode has its own overload.
    const node = types.get(input) as Parameters<typeof typeFromAST>[1];
    const type = typeFromAST(schema, node) as unknown as GraphQLInputType;
    return { name: input, type, isRequired, description: '' };
  });
  const inputSchema = toInputSchema(inputs, asItIs);
  const isRead = facts.kind === 'QUERY';
  const title = `${name}, a saved operation of this workspace`;
  const needs =
    facts.requiredScopes.length > 0 ? ` Needs the scopes ${facts.requiredScopes.join(', ')}.` : '';
  return {
    ...{ name: prefix + name, title, description: `${title}.${needs}` },
    inputSchema: isRead || types.has(idempotencyInput) ? inputSchema : withIdempotency(inputSchema),
    annotations: {
      ...{ title, openWorldHint: false, readOnlyHint: isRead },
      ...{ destructiveHint: !isRead, idempotentHint: isRead },
    },
  };
}

/** Null when it cannot be run any more: the schema of this server is another one. */
export async function toSavedTool(
  saved: SavedOperations,
  operation: SavedOperation,
  { workspaceId }: KnownPrincipal,
): Promise<SavedTool | null> {
  const { inspector, schema } = saved;
  const look = () => inspector.inspect(operation.document, schema);
  try {
    const isKnown = inspector.isKnown(operation.document, schema);
    const facts = isKnown ? look() : await slices.run(workspaceId, look);
    const description = describe(saved, operation, facts);
    const { document } = operation;
    return { name: description.name, document, requiredScopes: facts.requiredScopes, description };
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
}

export interface NamedOperations {
  /** Who calls, once the operations were read. */
  readonly principal: KnownPrincipal;
  /** Those that the caller may name: all of its workspace, or of a pinned key its own. By their names. */
  readonly operations: readonly SavedOperation[];
}

// Not by the store: collations differ, and a list that goes on after a name needs one order.
const byName = (a: SavedOperation, b: SavedOperation) => (a.name < b.name ? -1 : 1);

/**
 * Null when the credential has ended while they were read: the answer of the exchange says why. They are read after the door was
 * passed, so it is passed once more, and what the caller sees is what it may see then.
 */
export async function findNamed(
  saved: SavedOperations,
  { workspaceId }: KnownPrincipal,
  exchange: Exchange,
): Promise<NamedOperations | null> {
  const kept = await saved.list(workspaceId, exchange.request.facts.scope);
  const principal = await exchange.authenticate();
  if (!principal) return null;
  const ids = principal.kind === 'API_KEY' ? principal.operationIds : null;
  const named = kept.filter(({ id }) => ids === null || ids.includes(id));
  if (principal.kind === 'API_KEY')
    for (const { id } of named) saved.reads.note(principal, typeNameOf({ id }), [{ id }]);
  return { principal, operations: named.toSorted(byName) };
}

/** Those of them that the caller may run in full, from the first name after `after`; null = from the start. Each is looked at when it is asked for. */
export async function* openSavedTools(
  saved: SavedOperations,
  { principal, operations }: NamedOperations,
  after: string | null = null,
): AsyncGenerator<SavedTool> {
  for (const operation of operations) {
    if (after !== null && operation.name <= after) continue;
    const tool = await toSavedTool(saved, operation, principal);
    if (tool && missingFor(tool, principal.scopes).length === 0) yield tool;
  }
}
