// The operations that a workspace keeps, as tools: `saved_<name>`. They are read from the store for each list and each call, so that
// one that was deleted or replaced is so for the next message.
import { typeFromAST, type GraphQLInputType, type GraphQLSchema } from 'graphql';
import type { OperationInspector } from '../../access/context.ts';
import { ApiError } from '../../core/errors.ts';
import type { KnownPrincipal } from '../../core/principal.ts';
import type { RequestScope } from '../../core/request-facts.ts';
import { slices } from '../../core/slices.ts';
import type { OperationAnswer } from '../../graphql/run-operation.ts';
import { statusOfError, toErrorAnswer, toRestError } from '../../rest/answer/error-answer.ts';
import { refusalIn } from '../../rest/answer/user-errors.ts';
import { wasDone } from '../../rest/answer/was-done.ts';
import { definitionsIn, operationIn, variablesIn, withoutDollar } from '../../rest/named-operations.ts';
import { refusalOf } from '../../rest/request/faults.ts';
import type { Exchange } from '../exchange.ts';
import { toInputSchema } from './input-schema.ts';
import { plainHead, type Arguments } from './run-tool.ts';
import { idempotencyInput, notText, withIdempotency, type ToolDescription } from './tool.ts';
import { capped, dataResult, errorResult, tooLong, type ToolResult } from './tool-result.ts';

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
  const title = `${name}, an operation of this workspace`;
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
async function toSavedTool(
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

export interface SavedTools {
  /** Who calls, once the operations were read. */
  readonly principal: KnownPrincipal;
  /** Those that the caller may name: all of its workspace, or of a pinned key its own. */
  readonly tools: readonly SavedTool[];
}

/**
 * Null when the credential has ended while they were read: the answer of the exchange says why. They are read after the door was
 * passed, so it is passed once more, and what the caller sees is what it may see then.
 */
export async function findSavedTools(
  saved: SavedOperations,
  { workspaceId }: KnownPrincipal,
  exchange: Exchange,
): Promise<SavedTools | null> {
  const kept = await saved.list(workspaceId, exchange.request.facts.scope);
  const principal = await exchange.authenticate();
  return principal && { principal, tools: await toolsFor(saved, kept, principal) };
}

async function toolsFor(
  saved: SavedOperations,
  kept: readonly SavedOperation[],
  principal: KnownPrincipal,
): Promise<readonly SavedTool[]> {
  const ids = principal.kind === 'API_KEY' ? principal.operationIds : null;
  const named = kept.filter(({ id }) => ids === null || ids.includes(id));
  const tools: SavedTool[] = [];
  for (const operation of named) {
    const tool = await toSavedTool(saved, operation, principal);
    if (tool) tools.push(tool);
  }
  return tools;
}

/** What only repeats the call is no variable, unless the document has one of this name. To a query it means nothing. */
function variablesOf({ schema }: SavedOperations, given: Arguments, document: string) {
  const { operation, variableDefinitions = [] } = operationIn(document);
  const isVariable = variableDefinitions.some(({ variable }) => variable.name.value === idempotencyInput);
  const { [idempotencyInput]: key, ...others } = given;
  const isKey = operation === 'mutation' && !isVariable;
  // A call that only looks as if it could be repeated is not done.
  if (isKey && Object.hasOwn(given, idempotencyInput) && typeof key !== 'string') throw refusalOf([notText]);
  return variablesIn(schema, document, { method: 'POST', url: '', body: isKey ? others : given });
}

/** In a list that was cut, the cursor of the page would skip what was left out. */
const cutNote = 'Of a list that was cut do not use the endCursor: ask for fewer rows.';

function told(json: string, data: object, exchange: Exchange): ToolResult {
  const cut = capped(json, data);
  if (!cut) return tooLong(exchange.request.requestId);
  return dataResult(cut, cut.cuts.some(({ unit }) => unit === 'rows') ? [cutNote] : []);
}

/** What was refused, with the data beside it: texts of a workspace may stand in both. */
function answeredResult(data: Arguments, exchange: Exchange): ToolResult {
  const refusal = exchange.request.facts.scope.operation === 'mutation' ? refusalIn(data) : null;
  if (!refusal) return told(JSON.stringify({ success: true, data }), data, exchange);
  const { body } = toErrorAnswer(plainHead(exchange), refusal);
  return { ...told(body as string, data, exchange), isError: true };
}

function toResult({ status, result }: OperationAnswer, exchange: Exchange): ToolResult {
  const { data, errors: [error] = [] } = result;
  const { operation: kind } = exchange.request.facts.scope;
  if (data && (!error || wasDone(kind, data as Arguments)))
    return answeredResult(data as Arguments, exchange);
  const failed = error ?? { message: 'Internal server error.' };
  const refusal = toRestError(status >= 400 ? status : statusOfError(failed), failed, null, withoutDollar);
  return errorResult(toErrorAnswer(plainHead(exchange), refusal).body as string);
}

/** Runs the operation of that name. */
export async function runSaved(
  saved: SavedOperations,
  name: string,
  given: Arguments,
  exchange: Exchange,
): Promise<ToolResult> {
  const key = given[idempotencyInput];
  const stored = {
    ...{ name, operationName: null, isStrict: true },
    variablesFor: (document: string) => variablesOf(saved, given, document),
  };
  const more = typeof key === 'string' ? { idempotencyKey: key } : {};
  return toResult(await exchange.enterNamed(stored, more), exchange);
}
