// A call of an operation that a workspace keeps: its arguments become variables, it runs by its name, and what came back becomes a
// result in the words of its own document.
import type { OperationAnswer } from '../../graphql/run-operation.ts';
import { refuse, statusOfError, toErrorAnswer, toRestError } from '../../rest/answer/error-answer.ts';
import { refusalIn } from '../../rest/answer/user-errors.ts';
import { wasDone } from '../../rest/answer/was-done.ts';
import { operationIn, variablesIn, withoutDollar } from '../../rest/named-operations.ts';
import { refusalOf } from '../../rest/request/faults.ts';
import type { Exchange } from '../exchange.ts';
import { plainHead, type Arguments } from './run-tool.ts';
import type { SavedOperations } from './saved-tools.ts';
import { idempotencyInput, notText } from './tool.ts';
import { capped, dataResult, errorResult, tooLong, type ToolResult } from './tool-result.ts';

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
  const { scope } = exchange.request.facts;
  const refusal = scope.operation === 'mutation' ? refusalIn(data) : null;
  if (!refusal) return told(JSON.stringify({ success: true, data }), data, exchange);
  const { body } = refuse(plainHead(exchange), refusal, scope);
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
