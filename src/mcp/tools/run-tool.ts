// A call of a tool: its arguments become variables, the operation runs by the door of GraphQL, and what came back becomes a result.
import type { Principal } from '../../core/principal.ts';
import type { SentOperation } from '../../core/request-facts.ts';
import type { OperationAnswer } from '../../graphql/run-operation.ts';
import { toDataAnswer } from '../../rest/answer/data-answer.ts';
import { wasDone } from '../../rest/answer/was-done.ts';
import { statusOfError, toErrorAnswer, toRestError } from '../../rest/answer/error-answer.ts';
import { coerce } from '../../rest/request/coerce.ts';
import { isNo, refusalOf, refuseUnknown, requiredFault, type FieldFault } from '../../rest/request/faults.ts';
import type { StoredOperation } from '../../rest/stored-operation.ts';
import type { Exchange } from '../exchange.ts';
import { idempotencyInput, isLimit, notText, type OperationTool } from './tool.ts';
import { capped, dataResult, errorResult, maxRows, tooLong, type ToolResult } from './tool-result.ts';

export type Arguments = Readonly<Record<string, unknown>>;

interface ReadArguments {
  readonly variables: Record<string, unknown>;
  readonly faults: readonly FieldFault[];
  readonly idempotencyKey?: string;
  /** Texts for the reader of the answer. */
  readonly notes: readonly string[];
}

/** The head of a request to REST that asks for nothing in particular. */
export function plainHead({ request: { requestId } }: Exchange) {
  return { method: 'POST', url: '/mcp', headers: {}, requestId };
}

class Reader {
  readonly variables: Record<string, unknown> = {};
  readonly faults: FieldFault[] = [];
  readonly notes: string[] = [];

  constructor(
    private readonly operation: StoredOperation,
    private readonly given: Arguments,
  ) {}

  read(): ReadArguments {
    for (const variable of this.operation.variables) this.readOne(variable);
    const idempotencyKey = this.readKey();
    this.refuseUnknown();
    const { variables, faults, notes } = this;
    return { variables, faults, notes, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) };
  }

  private readOne(variable: StoredOperation['variables'][number]): void {
    const { name, restName: field, type, isRequired } = variable;
    if (!Object.hasOwn(this.given, field)) {
      if (isRequired) this.faults.push(requiredFault(field));
      return;
    }
    const value = coerce(type, this.given[field], { field, faults: this.faults });
    const isOver = isLimit(this.operation, variable) && typeof value === 'number' && value > maxRows;
    if (isOver) this.notes.push(`"${field}" was lowered to ${maxRows}, the most rows of one answer.`);
    if (value !== undefined) this.variables[name] = isOver ? maxRows : value;
  }

  private readKey(): string | undefined {
    if (this.operation.kind === 'query' || !Object.hasOwn(this.given, idempotencyInput)) return undefined;
    const key = this.given[idempotencyInput];
    if (typeof key === 'string') return key;
    this.faults.push(notText);
    return undefined;
  }

  private refuseUnknown(): void {
    const known = this.operation.variables.map(({ restName }) => restName);
    if (this.operation.kind === 'mutation') known.push(idempotencyInput);
    const isKnown = (name: string) => known.includes(name);
    const says = isNo('argument of this tool', known);
    refuseUnknown(this.faults, Object.keys(this.given), { isKnown, says });
  }
}

function refusedResult(
  answer: OperationAnswer,
  exchange: Exchange,
  operation: StoredOperation | null,
): ToolResult {
  const [error = { message: 'Internal server error.' }] = answer.result.errors ?? [];
  const status = answer.status >= 400 ? answer.status : statusOfError(error);
  return errorResult(
    toErrorAnswer(plainHead(exchange), toRestError(status, error, operation)).body as string,
  );
}

/** With a page that was cut, its cursor would skip what was left out. */
function noteOfCursor(cuts: readonly { readonly at: string; readonly shown: number }[], isPage: boolean) {
  const rows = isPage ? cuts.find(({ at }) => /^data(\.\w+)?$/.test(at)) : undefined;
  if (!rows) return [];
  return [
    `Do not use next_cursor: repeat the call with "limit": ${rows.shown} to get one that goes on here.`,
  ];
}

function answeredResult(answer: OperationAnswer, exchange: Exchange, tool: OperationTool): ToolResult | null {
  const { data, errors } = answer.result;
  if (!data || (errors && !wasDone(tool.operation.kind, data as Arguments))) return null;
  const { scope } = exchange.request.facts;
  const answered = { operation: tool.operation, scope };
  const { status, body } = toDataAnswer(plainHead(exchange), data as Arguments, answered);
  if (status >= 400) return errorResult(body as string);
  const cut = capped(body as string, data);
  if (!cut) return tooLong(exchange.request.requestId);
  return dataResult(cut, noteOfCursor(cut.cuts, tool.operation.shape.kind === 'page'));
}

/** The result of an operation that ran, whole or refused, in the words of REST. */
function toResult(answer: OperationAnswer, exchange: Exchange, tool: OperationTool): ToolResult {
  return answeredResult(answer, exchange, tool) ?? refusedResult(answer, exchange, tool.operation);
}

/** Runs a tool. What is wrong with the arguments is told once the credential was checked. */
export async function runTool(
  tool: OperationTool,
  given: Arguments,
  exchange: Exchange,
): Promise<ToolResult> {
  const { operation } = tool;
  const { variables, faults, notes, ...key } = new Reader(operation, given).read();
  const sent: SentOperation = {
    ...{ query: operation.document.text, document: operation.document.parsed },
    ...{ operationName: operation.name, isStrict: true },
  };
  const choose = (_principal: Principal) => {
    if (faults.length > 0) throw refusalOf(faults);
    return sent;
  };
  const answer = await exchange.enter(sent, choose, { variables, ...key });
  const result = toResult(answer, exchange, tool);
  const [first, ...rest] = result.content;
  if (notes.length === 0 || result.isError || !first) return result;
  return { content: [{ type: 'text', text: [first.text, ...notes].join(' ') }, ...rest] };
}
