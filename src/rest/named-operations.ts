// GET and POST /operations/{name}: an operation that the caller's workspace stores. Which one it is, and what it takes, is known
// once the door has found it; names are those of its document, in what is sent and in what is answered.
import {
  getNamedType,
  isInputObjectType,
  isInputType,
  isNonNullType,
  Kind,
  parse,
  typeFromAST,
  type GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { badRequest } from '../graphql/errors/format-error.ts';
import { assertHandy } from '../graphql/precheck/value-limits.ts';
import type { OperationAnswer, RunOperation } from '../graphql/run-operation.ts';
import { qualityOf } from '../http/accept.ts';
import { findRepeatedName } from '../http/json-names.ts';
import type { SurfaceAnswer, SurfaceHead, SurfaceRequest } from '../http/surface.ts';
import { refuse, statusOfError, toErrorAnswer, toRestError } from './answer/error-answer.ts';
import { keptHeaders } from './answer/kept-headers.ts';
import { refusalIn } from './answer/user-errors.ts';
import { wasDone } from './answer/was-done.ts';
import { coerce, coerceText, type Place } from './request/coerce.ts';
import {
  isNo,
  refusalOf,
  refuseUnknown,
  requiredFault,
  toldName,
  type FieldFault,
} from './request/faults.ts';

const allow = 'GET, HEAD, POST';

/** `/operations/board` -> "board"; null = another path. One last slash is no part of it. */
export function operationNameIn(path: string): string | null {
  const [, name] = /^\/operations\/([^/]+)\/?$/.exec(path) ?? [];
  try {
    return name === undefined ? null : decodeURIComponent(name);
  } catch {
    return null;
  }
}

/** Why a request is refused before its body is read; null = it is not. */
export function findNamedFault({ method, headers }: SurfaceHead): GraphQLError | null {
  if (!allow.split(', ').includes(method))
    return badRequest(405, `This path takes ${allow}.`, { Allow: allow });
  const wanted = ['application/json', 'application/problem+json'];
  if (wanted.some((type) => qualityOf(headers.accept, type) > 0)) return null;
  return badRequest(406, 'This endpoint answers application/json.');
}

type Values = Readonly<Record<string, unknown>>;

/** Where values are read: in the query string, or of a POST in the body. */
type SentValues = Pick<SurfaceRequest, 'method' | 'url' | 'body'>;

/** What was sent, under the names of variables. */
interface Sent {
  readonly what: 'query parameter' | 'field';
  readonly names: readonly string[];
  /** Undefined = not sent. Adds to the faults of the place what does not fit the type. */
  valueOf(name: string, type: GraphQLInputType, place: Place): unknown;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An object as JSON, everything else as in the query string of an endpoint. */
function valueOfText(type: GraphQLInputType, texts: readonly string[], place: Place): unknown {
  const [text = '', ...more] = texts;
  if (!isInputObjectType(getNamedType(type)) || more.length > 0) return coerceText(type, texts, place);
  const value = parsed(text);
  assertHandy(value);
  const repeated = value === undefined ? null : findRepeatedName(text);
  if (value !== undefined && repeated === null) return coerce(type, value, place);
  const says = repeated === null ? 'must be JSON.' : `has "${toldName(repeated)}" twice.`;
  place.faults.push({ field: place.field, code: 'INVALID', message: `"${place.field}" ${says}` });
  return undefined;
}

/** All behind the first question mark: a text may have another one. */
function queryOf(url: string): URLSearchParams {
  const start = url.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : url.slice(start + 1));
}

function sentInQuery(url: string): Sent {
  const query = queryOf(url);
  // A form sends an empty text for what was not filled in.
  const textsOf = (name: string) => query.getAll(name).filter((text) => text !== '');
  return {
    what: 'query parameter',
    names: [...new Set(query.keys())],
    valueOf: (name, type, place) =>
      textsOf(name).length === 0 ? undefined : valueOfText(type, textsOf(name), place),
  };
}

function sentInBody(body: Values): Sent {
  assertHandy(body);
  return {
    what: 'field',
    names: Object.keys(body),
    valueOf: (name, type, place) => (Object.hasOwn(body, name) ? coerce(type, body[name], place) : undefined),
  };
}

/** Null when the body is no object. Nothing sent = no variables. */
function sentIn({ method, url, body = {} }: SentValues): Sent | null {
  if (method !== 'POST') return sentInQuery(url);
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  return isObject ? sentInBody(body as Values) : null;
}

/** Variables of a POST stand in its body: one in the address would be dropped, and the answer would look as if it had counted. */
function faultsInAddress({ method, url }: SentValues): FieldFault[] {
  if (method !== 'POST') return [];
  return [...new Set(queryOf(url).keys())].map((name) => {
    const field = toldName(name);
    const message = `"${field}" is no query parameter of this operation by POST: send it as a member of the JSON body.`;
    return { field, code: 'UNKNOWN', message };
  });
}

class Reader {
  readonly faults: FieldFault[] = [];

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly sent: Sent,
  ) {}

  read(definitions: readonly VariableDefinitionNode[]): Values {
    const variables: Record<string, unknown> = {};
    for (const definition of definitions) {
      const { value: name } = definition.variable.name;
      const value = this.valueOf(name, definition);
      if (value !== undefined) variables[name] = value;
    }
    this.refuseUnknown(definitions.map(({ variable }) => variable.name.value));
    return variables;
  }

  private valueOf(name: string, { type: node, defaultValue }: VariableDefinitionNode): unknown {
    const type = typeFromAST(this.schema, node as Parameters<typeof typeFromAST>[1]);
    if (!isInputType(type))
      throw new Error(`"$${name}" is of no input type, and its document was found valid.`);
    const before = this.faults.length;
    const value = this.sent.valueOf(name, type, { field: name, faults: this.faults, nameOf: asItIs });
    const isLeftOut = value === undefined && this.faults.length === before;
    if (isLeftOut && isNonNullType(type) && !defaultValue) this.faults.push(requiredFault(name));
    return value;
  }

  private refuseUnknown(known: readonly string[]): void {
    const says = isNo(`${this.sent.what} of this operation`, known);
    refuseUnknown(this.faults, this.sent.names, { isKnown: (name) => known.includes(name), says });
  }
}

const asItIs = (name: string) => name;

/** Characters of the documents whose variables are kept; past it a document is parsed again. */
const maxKeptCharacters = 1_000_000;
const keptOperations = new LRUCache<string, OperationDefinitionNode>({
  maxSize: maxKeptCharacters,
  sizeCalculation: (_operation, document) => document.length,
});

/** The one operation of a document that was found valid. */
export function operationIn(document: string): OperationDefinitionNode {
  const known = keptOperations.get(document);
  if (known) return known;
  const { definitions } = parse(document, { noLocation: true });
  const operation = definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION)!;
  keptOperations.set(document, operation);
  return operation;
}

/** Its variables. */
export const definitionsIn = (document: string): readonly VariableDefinitionNode[] =>
  operationIn(document).variableDefinitions ?? [];

/** Throws BAD_USER_INPUT with every fault, QUERY_TOO_EXPENSIVE for values that are too many or too deep to be looked at. */
export function variablesIn(schema: GraphQLSchema, document: string, request: SentValues): Values {
  const sent = sentIn(request);
  if (!sent) throw refusalOf([{ field: '', code: 'INVALID', message: 'The body must be a JSON object.' }]);
  const reader = new Reader(schema, sent);
  const variables = reader.read(definitionsIn(document));
  const faults = [...faultsInAddress(request), ...reader.faults];
  if (faults.length > 0) throw refusalOf(faults);
  return variables;
}

/** Runs the operation of that name by the one door. */
export async function answerNamed(
  request: SurfaceRequest,
  { name, schema }: { readonly name: string; readonly schema: GraphQLSchema },
  run: RunOperation,
): Promise<SurfaceAnswer> {
  const { caller, facts, whenGone, method } = request;
  const stored = {
    ...{ name, operationName: null, isStrict: true, isRead: method !== 'POST' },
    variablesFor: (document: string) => variablesIn(schema, document, request),
  };
  return toAnswer(request, await run({ caller, whenGone, facts: { ...facts, stored } }));
}

export const withoutDollar = (text: string) => text.replaceAll(/\$(?=\w)/g, '');

function toAnswer(request: SurfaceRequest, { status, result, headers }: OperationAnswer): SurfaceAnswer {
  const { data, errors: [error] = [] } = result;
  const kept = keptHeaders(headers);
  const { operation: kind } = request.facts.scope;
  if (data && (!error || wasDone(kind, data as Values))) {
    const refusal = kind === 'mutation' ? refusalIn(data as Values) : null;
    if (refusal) {
      const answer = refuse(request, refusal, request.facts.scope);
      return { ...answer, headers: { ...kept, ...answer.headers } };
    }
    const body = JSON.stringify({ success: true, data });
    return { status: 200, headers: { ...kept, 'content-type': 'application/json; charset=utf-8' }, body };
  }
  const failed = error ?? { message: 'Internal server error.' };
  const told = toRestError(status >= 400 ? status : statusOfError(failed), failed, null, withoutDollar);
  const answer = toErrorAnswer(request, told);
  return { ...answer, headers: { ...kept, ...answer.headers } };
}
