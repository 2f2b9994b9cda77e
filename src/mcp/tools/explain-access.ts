// The tool explain_access: which tools the caller may call and which scopes it lacks for the others, or what one tool or any
// document needs. Built on accessCheck; nothing that it explains is run.
import { parse } from 'graphql';
import type { KnownPrincipal, Principal } from '../../core/principal.ts';
import type { SentOperation } from '../../core/request-facts.ts';
import { isNo, refusalOf, type FieldFault } from '../../rest/request/faults.ts';
import type { Exchange } from '../exchange.ts';
import type { OperationAnswer } from '../../graphql/run-operation.ts';
import type { Arguments } from './run-tool.ts';
import { missingFor, type OperationTool, type ToolDescription } from './tool.ts';
import { errorResult, type ToolResult } from './tool-result.ts';
import { statusOfError, toErrorAnswer, toRestError } from '../../rest/answer/error-answer.ts';
import { plainHead } from './run-tool.ts';
import {
  findNamed,
  openSavedTools,
  savedNameIn,
  toSavedTool,
  type NamedOperations,
  type SavedOperations,
} from './saved-tools.ts';

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
    'Says which tools you may call and which scopes are missing for the others. With "tool" or "document": what that one needs. ' +
    'Of the operations of the workspace, those that you may not call are told of by their exact name alone. Nothing is run.',
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
const operationName = 'ExplainAccess';
const sent = (query: string): SentOperation => ({
  ...{ query, document: parse(query), operationName, isStrict: true },
});
const checkOperation = sent(check);
const viewerOperation = sent(viewer);

/** More are looked at by nobody: it takes three. */
const maxArguments = 20;

interface Question {
  readonly document: string;
  readonly operationName: string | null;
}

interface Asked {
  readonly faults: readonly FieldFault[];
  /** Null = all tools, or one of the workspace. */
  readonly question: Question | null;
  /** A tool of the caller's workspace, which is known once the caller is. */
  readonly savedTool: string | null;
}

function textsIn(given: Arguments, faults: FieldFault[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const [name, value] of Object.entries(given).slice(0, maxArguments)) {
    const field = name.slice(0, 60);
    const [code, fault] = Object.hasOwn(inputs, name)
      ? (['INVALID', 'must be a text.'] as const)
      : (['UNKNOWN', isNo('argument of this tool', Object.keys(inputs))] as const);
    if (code === 'INVALID' && typeof value === 'string') texts.set(name, value);
    else faults.push({ field, code, message: `"${field}" ${fault}` });
  }
  return texts;
}

const noTool = (name: string): FieldFault => ({
  ...{ field: 'tool', code: 'INVALID', message: `"tool" names no tool: ${name.slice(0, 60)}.` },
});

/** What one of our own tools runs. */
function questionAbout(tool: string, tools: ReadonlyMap<string, OperationTool>): Question | null {
  if (tool === explainAccessName) return { document: viewer, operationName };
  const known = tools.get(tool)?.operation;
  return known ? { document: known.document.text, operationName: known.name } : null;
}

function askedIn(given: Arguments, tools: ReadonlyMap<string, OperationTool>): Asked {
  const faults: FieldFault[] = [];
  const texts = textsIn(given, faults);
  const [tool, document] = [texts.get('tool'), texts.get('document')];
  if (tool !== undefined && document !== undefined) {
    const message = '"document" stands in the place of "tool": give one of them.';
    faults.push({ field: 'document', code: 'INVALID', message });
  }
  if (tool === undefined) {
    const question = { document: document ?? '', operationName: texts.get('operation_name') ?? null };
    return { faults, question: document === undefined ? null : question, savedTool: null };
  }
  const question = questionAbout(tool, tools);
  const savedTool = !question && savedNameIn(tool) !== null ? tool : null;
  if (!question && savedTool === null) faults.push(noTool(tool));
  return { faults, question, savedTool };
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

interface Entered {
  /** What the door answered; null = it refused. */
  readonly access: object | null;
  readonly refusal: ToolResult;
  /** Null = without a credential. */
  readonly caller: KnownPrincipal | null;
}

function refusalFrom({ result, status: answered }: OperationAnswer, exchange: Exchange): ToolResult {
  const [error] = result.errors ?? [];
  const status = answered >= 400 ? answered : error ? statusOfError(error) : 500;
  const told = toRestError(status, error ?? { message: 'Internal server error.' }, null);
  return errorResult(toErrorAnswer(plainHead(exchange), told).body as string);
}

async function enter({ faults, question }: Asked, exchange: Exchange): Promise<Entered> {
  const operation = question ? checkOperation : viewerOperation;
  let caller: KnownPrincipal | null = null as KnownPrincipal | null;
  const choose = (principal: Principal) => {
    if (principal.kind !== 'ANONYMOUS') caller = principal;
    if (faults.length > 0) throw refusalOf(faults);
    return operation;
  };
  const answer = await exchange.enter(operation, choose, { variables: { ...question } });
  const { data, errors } = answer.result;
  const access = errors?.length ? null : (data as { access?: object | null } | null | undefined)?.access;
  return { access: access ?? null, refusal: refusalFrom(answer, exchange), caller };
}

/** Ours, which the handbook names, and of the workspace those that the caller may call: the names of others are not its business. */
async function namesTold({ tools, saved }: AllTools, named: NamedOperations): Promise<readonly Needs[]> {
  const told: Needs[] = [...tools.values()];
  for await (const tool of openSavedTools(saved, named)) told.push(tool);
  return told;
}

/** Whether the caller may call it or not: who knows the name learns as much by a call. */
async function savedCalled(tool: string, { saved }: AllTools, { principal, operations }: NamedOperations) {
  const operation = operations.find(({ name }) => name === savedNameIn(tool));
  return operation ? toSavedTool(saved, operation, principal) : null;
}

/**
 * Runs the tool. `tools` are ours, `saved` are those of the caller's workspace. A question about one of the latter enters the door
 * twice, and costs two requests: whose workspace it is has to be known first.
 */
export async function runExplainAccess(
  given: Arguments,
  all: AllTools,
  exchange: Exchange,
): Promise<ToolResult> {
  const asked = askedIn(given, all.tools);
  const { access, refusal, caller } = await enter(asked, exchange);
  if (!access || !caller) return refusal;
  if (asked.question) return textResult(access);
  const named = await findNamed(all.saved, caller, exchange);
  // What is told in the place of nothing is the answer of the exchange.
  if (!named) return textResult({ ...access, tools: [] });
  if (asked.savedTool === null) {
    const tools = overview(named.principal.scopes, await namesTold(all, named));
    return textResult({ ...access, tools });
  }
  const saved = await savedCalled(asked.savedTool, all, named);
  const again = saved
    ? { ...asked, question: { document: saved.document, operationName: null } }
    : { ...asked, faults: [noTool(asked.savedTool)] };
  const second = await enter(again, exchange);
  return second.access ? textResult(second.access) : second.refusal;
}

const textResult = (told: object): ToolResult => ({
  content: [{ type: 'text', text: JSON.stringify(told) }],
});
