// The spans of one request: SERVER, in it the GraphQL operation, and a CLIENT span for each statement. Names and attributes
// follow OpenTelemetry's semantic conventions; ours begin with `latchkey.`. Nothing here may hold a value, a document, a
// header or the message of an error: those of the store quote values.
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { blankSecrets } from '../../core/logger.ts';
import type { RequestTrace, TracedAnswer, TracedOperation, TracedRequest } from '../../core/tracer.ts';
import { runIn } from './current-trace.ts';
import { parseTraceparent } from './traceparent.ts';

const methods = ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE'];
const knownMethods = new Set(methods);
/** A filter of a thousand conditions is a long statement, and thousands of spans wait to be sent while the receiver is away. */
const maximumTextLength = 4_000;

function requestAttributes({ method, scheme, route, path }: TracedRequest): Attributes {
  return {
    'http.request.method': knownMethods.has(method) ? method : '_OTHER',
    'url.scheme': scheme,
    'url.path': path,
    ...(route === null ? {} : { 'http.route': route }),
  };
}

function nameOf({ method, route }: TracedRequest): string {
  const shown = knownMethods.has(method) ? method : 'HTTP';
  return route === null ? shown : `${shown} ${route}`;
}

function callerAttributes({ key, userId }: NonNullable<TracedAnswer['caller']> = {}): Attributes {
  if (key !== undefined) return { 'latchkey.caller.kind': 'key', 'latchkey.caller.key': key };
  if (userId !== undefined) return { 'latchkey.caller.kind': 'user', 'latchkey.caller.user_id': userId };
  return { 'latchkey.caller.kind': 'none' };
}

/** Attributes of both the request and its operation. */
function outcomeAttributes({ cost, outcome, reason }: TracedOperation): Attributes {
  return {
    ...(cost === undefined ? {} : { 'latchkey.cost': cost }),
    ...(outcome === undefined ? {} : { 'latchkey.outcome': outcome }),
    ...(reason === undefined ? {} : { 'latchkey.reason': reason }),
  };
}

/** `type` is what errors can be counted by: a status, an outcome, a code of the store. */
function fail(span: Span, type: string): void {
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

function endRequest(span: Span, answer: TracedAnswer): void {
  const { requestId, status, caller } = answer;
  span.setAttributes({
    'latchkey.request.id': requestId,
    ...callerAttributes(caller),
    ...outcomeAttributes(answer),
    ...(status === undefined ? {} : { 'http.response.status_code': status }),
  });
  // The conventions leave 4xx without a status: a caller's mistake is no fault of the server.
  if (status !== undefined && status >= 500) fail(span, String(status));
  span.end();
}

function endOperation(span: Span, traced: TracedOperation): void {
  const { operation, operationName, outcome } = traced;
  if (operation) span.updateName(operation).setAttribute('graphql.operation.type', operation);
  // The caller's own word: it may be a key that was put into the wrong place.
  if (operationName) span.setAttribute('graphql.operation.name', blankSecrets(operationName));
  span.setAttributes(outcomeAttributes(traced));
  if (outcome !== undefined && outcome !== 'ok') fail(span, outcome);
  span.end();
}

/** Copies the text: a substring would keep the whole text in memory. */
function shorten(text: string): string {
  if (text.length <= maximumTextLength) return text;
  return `${Buffer.from(text.slice(0, maximumTextLength)).toString()}…`;
}

/** The store's code, ours, or the kind of error. */
function errorType(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  const known = [code, name].find((word) => typeof word === 'string' && /^\w{1,60}$/.test(word));
  return typeof known === 'string' ? known : '_OTHER';
}

function beginStatement(tracer: Tracer, parent: Context, system: string, text: string) {
  const operation = /^\w+/.exec(text)?.[0] ?? system;
  const attributes = {
    'db.system.name': system,
    'db.operation.name': operation,
    'db.query.text': shorten(text),
  };
  const span = tracer.startSpan(operation, { kind: SpanKind.CLIENT, attributes }, parent);
  return (error?: unknown) => {
    if (error !== undefined) fail(span, errorType(error));
    span.end();
  };
}

export function beginRequest(tracer: Tracer, request: TracedRequest): RequestTrace {
  const caller = parseTraceparent(request.traceparent);
  const outside = caller ? trace.setSpanContext(ROOT_CONTEXT, caller) : ROOT_CONTEXT;
  const options = { kind: SpanKind.SERVER, attributes: requestAttributes(request) };
  const span = tracer.startSpan(nameOf(request), options, outside);
  const inRequest = trace.setSpan(ROOT_CONTEXT, span);
  let operation: { readonly span: Span; readonly context: Context } | undefined;
  const made: RequestTrace = {
    traceId: span.spanContext().traceId,
    run: (work) => runIn(made, work),
    beginOperation() {
      const begun = tracer.startSpan('GraphQL Operation', {}, inRequest);
      operation = { span: begun, context: trace.setSpan(ROOT_CONTEXT, begun) };
    },
    endOperation(traced) {
      if (operation) endOperation(operation.span, traced);
      operation = undefined;
    },
    beginStatement: (system, text) => beginStatement(tracer, operation?.context ?? inRequest, system, text),
    end: (answer) => endRequest(span, answer),
  };
  return made;
}
