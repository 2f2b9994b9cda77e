// A stored operation as a tool: its name, what it takes, and what a client may assume of a call. How it runs: run-tool.ts.
import type { StoredOperation, StoredVariable } from '../../rest/stored-operation.ts';
import { inRestWords } from '../../rest/answer/words.ts';
import { toSnakeCase } from '../../rest/request/coerce.ts';
import type { FieldFault } from '../../rest/request/faults.ts';
import { toInputSchema, type JsonSchema, type ToolInput, type ToolInputSchema } from './input-schema.ts';
import { maxRows } from './tool-result.ts';

/** What a client shows, and by which it decides whether to ask its user first. */
interface ToolAnnotations {
  readonly title: string;
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  /** Nothing outside the workspace is reached. */
  readonly openWorldHint: false;
}

/** A tool as `tools/list` tells it. */
export interface ToolDescription {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: ToolInputSchema;
  readonly annotations: ToolAnnotations;
}

export interface OperationTool {
  readonly name: string;
  readonly operation: StoredOperation;
  /** Scopes without any of which a call is refused. */
  readonly requiredScopes: readonly string[];
  /** For a caller with these scopes: without the inputs that ask for more. */
  describe(held: ReadonlySet<string>): ToolDescription;
}

/** Optional, of tools that change something: calls with the same text are done once. */
export const idempotencyInput = 'idempotency_key';

/** `ListCustomers` -> `list_customers`. */
const toolName = ({ name }: StoredOperation) => toSnakeCase(name).replace(/^_/, '');

/** If-Match is a header, and here it is the version that the write expects. */
function inToolWords(variable: StoredVariable): StoredVariable {
  return variable.in === 'header' ? { ...variable, restName: 'expected_version' } : variable;
}

/** How many rows a page has. */
export const isLimit = ({ shape }: StoredOperation, { path }: StoredVariable) =>
  shape.kind === 'page' && path.at(-1) === 'first';

function toInput(operation: StoredOperation, variable: StoredVariable): ToolInput {
  const { restName: name, type, isRequired, description } = variable;
  return {
    ...{ name, type, isRequired, description: inRestWords(description, operation) },
    ...(isLimit(operation, variable) ? { maximum: maxRows } : {}),
  };
}

/** Of one that is something else. */
export const notText: FieldFault = {
  ...{ field: idempotencyInput, code: 'INVALID', message: `"${idempotencyInput}" must be a text.` },
};

const idempotencySchema = {
  type: 'string',
  minLength: 1,
  maxLength: 255,
  description:
    'A text of your choice. A call that is repeated with the same text and the same values is done once, for 24 hours.',
};

/** Of a tool that changes something. */
export function withIdempotency(schema: ToolInputSchema): ToolInputSchema {
  const properties = schema['properties'] as JsonSchema;
  return { ...schema, properties: { ...properties, [idempotencyInput]: idempotencySchema } };
}

/**
 * By what the method means: what answers 201 adds something and leaves all else as it is; PATCH and DELETE may be repeated; of
 * the other ones nothing is promised.
 */
function annotationsOf({ kind, method, status, summary: title }: StoredOperation): ToolAnnotations {
  const isRead = kind === 'query';
  return {
    ...{ title, openWorldHint: false, readOnlyHint: isRead },
    destructiveHint: !isRead && status !== 201,
    idempotentHint: isRead || method === 'PATCH' || method === 'DELETE',
  };
}

const sentence = (text: string) => (text === '' || text.endsWith('.') ? text : `${text}.`);

function describe(name: string, operation: StoredOperation, held: ReadonlySet<string>): ToolDescription {
  const { summary, description, kind, document } = operation;
  const open = operation.variables.filter(({ requiredScopes }) =>
    requiredScopes.every((scope) => held.has(scope)),
  );
  const schema = toInputSchema(open.map((variable) => toInput(operation, variable)));
  const inputSchema = kind === 'query' ? schema : withIdempotency(schema);
  const needs =
    document.requiredScopes.length > 0 ? `Needs the scopes ${document.requiredScopes.join(', ')}.` : '';
  const texts = [sentence(summary), inRestWords(description, operation), needs].filter((text) => text !== '');
  return {
    ...{ name, title: summary, description: texts.join(' ') },
    ...{ inputSchema, annotations: annotationsOf(operation) },
  };
}

export function toTool(stored: StoredOperation): OperationTool {
  const operation = { ...stored, variables: stored.variables.map(inToolWords) };
  const name = toolName(operation);
  const { requiredScopes } = operation.document;
  return { name, operation, requiredScopes, describe: (held) => describe(name, operation, held) };
}

/** All that a call needs and the holder of these scopes lacks. Sorted. */
export function missingFor(
  { requiredScopes }: Pick<OperationTool, 'requiredScopes'>,
  held: ReadonlySet<string>,
): readonly string[] {
  return requiredScopes.filter((scope) => !held.has(scope));
}
