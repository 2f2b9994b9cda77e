// The tool explain_access: which tools the caller may call and which scopes it lacks for the others, or what one tool or any
// document needs. Built on accessCheck; nothing that it explains is run.
import { parse } from 'graphql';
import type { KnownPrincipal, Principal } from '../../core/principal.ts';
import type { SentOperation } from '../../core/request-facts.ts';
import { refusalOf, type FieldFault } from '../../rest/request/faults.ts';
import type { Exchange } from '../exchange.ts';
import type { Arguments } from './run-tool.ts';
import { missingFor, type OperationTool, type ToolDescription } from './tool.ts';
import { errorResult, type ToolResult } from './tool-result.ts';
import { statusOfError, toErrorAnswer, toRestError } from '../../rest/answer/error-answer.ts';
import { plainHead } from './run-tool.ts';
import { findSavedTools, type SavedOperations } from './saved-tools.ts';

export const explainAccessName = 'explain_access';

const inputs = {
  tool: 'Name of one tool, also of one that is not listed for you.',
  document: 'A GraphQL document, in the place of a tool.',
  operation_name: 'Which operation is meant, when the document has several.',
};

export const explainAccess: ToolDescription = {
  name: explainAccessName,
  title: 'Explain what you may do',
  description:
    'Says which tools you may call and which scopes are missing for the others. With "tool" or "document": what that one needs. Nothing is run.',
  inputSchema: {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(inputs).map(([name, description]) => [name, { type: 'string', description }]),
    ),
    additionalProperties: false,
  },
  annotations: {
    title: 'Explain what you may do',
    ...{ readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  },
};

const check = `query ExplainAccess($document: String!, $operationName: String) {
  access: accessCheck(document: $document, operationName: $operationName) {
    allowed required_scopes: requiredScopes missing_scopes: missingScopes cost
  }
}`;
const viewer = 'query ExplainAccess { access: viewer { kind scopes } }';
const sent = (query: string): SentOperation => ({
  ...{ query, document: parse(query), operationName: 'ExplainAccess', isStrict: true },
});
const checkOperation = sent(check);
const viewerOperation = sent(viewer);

/** More are looked at by nobody: it takes three. */
const maxArguments = 20;

interface Asked {
  readonly faults: readonly FieldFault[];
  /** Null = all tools. */
  readonly question: { readonly document: string; readonly operationName: string | null } | null;
}

function textsIn(given: Arguments, faults: FieldFault[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const [name, value] of Object.entries(given).slice(0, maxArguments)) {
    const field = name.slice(0, 60);
    const [code, fault] = Object.hasOwn(inputs, name)
      ? (['INVALID', 'must be a text.'] as const)
      : (['UNKNOWN', `is no argument of this tool. It takes ${Object.keys(inputs).join(', ')}.`] as const);
    if (code === 'INVALID' && typeof value === 'string') texts.set(name, value);
    else faults.push({ field, code, message: `"${field}" ${fault}` });
  }
  return texts;
}

function askedIn(given: Arguments, tools: ReadonlyMap<string, OperationTool>): Asked {
  const faults: FieldFault[] = [];
  const texts = textsIn(given, faults);
  const [name, document] = [texts.get('tool'), texts.get('document')];
  const known = name === undefined ? undefined : tools.get(name);
  const refuse = (field: string, message: string) => faults.push({ field, code: 'INVALID', message });
  if (name !== undefined && document !== undefined)
    refuse('document', '"document" stands in the place of "tool": give one of them.');
  else if (name !== undefined && !known) refuse('tool', `"tool" names no tool: ${name.slice(0, 60)}.`);
  const operationName = known ? known.operation.name : (texts.get('operation_name') ?? null);
  const asked = known?.operation.document.text ?? document;
  return { faults, question: asked === undefined ? null : { document: asked, operationName } };
}

type Needs = Pick<OperationTool, 'name' | 'requiredScopes'>;

function overview(held: ReadonlySet<string>, tools: readonly Needs[]) {
  return tools.map((tool) => {
    const missing = missingFor(tool, held);
    return { tool: tool.name, allowed: missing.length === 0, missing_scopes: missing };
  });
}

export interface AllTools {
  readonly tools: ReadonlyMap<string, OperationTool>;
  readonly saved: SavedOperations;
}

/** Every tool that the caller may name, whether it may call it or not. */
async function overviewFor(
  caller: KnownPrincipal,
  { tools, saved }: AllTools,
  exchange: Exchange,
): Promise<object> {
  const found = await findSavedTools(saved, caller, exchange);
  // What is told in the place of nothing is the answer of the exchange.
  return { tools: found ? overview(found.principal.scopes, [...tools.values(), ...found.tools]) : [] };
}

/** Runs the tool. `tools` are ours, `saved` are those of the caller's workspace. */
export async function runExplainAccess(
  given: Arguments,
  all: AllTools,
  exchange: Exchange,
): Promise<ToolResult> {
  const { faults, question } = askedIn(given, all.tools);
  const operation = question ? checkOperation : viewerOperation;
  let caller: KnownPrincipal | null = null as KnownPrincipal | null;
  const choose = (principal: Principal) => {
    if (principal.kind !== 'ANONYMOUS') caller = principal;
    if (faults.length > 0) throw refusalOf(faults);
    return operation;
  };
  const answer = await exchange.enter(operation, choose, { variables: question ?? {} });
  const { data, errors: [error] = [] } = answer.result;
  const access = (data as { access?: object | null } | null | undefined)?.access;
  if (error || !access) {
    const status = answer.status >= 400 ? answer.status : error ? statusOfError(error) : 500;
    const told = toRestError(status, error ?? { message: 'Internal server error.' }, null);
    return errorResult(toErrorAnswer(plainHead(exchange), told).body as string);
  }
  const told = question ? access : { ...access, ...(await overviewFor(caller!, all, exchange)) };
  return { content: [{ type: 'text', text: JSON.stringify(told) }] };
}
