// How a request enters and leaves: Fastify around Apollo. It knows no feature, no credential and no limit of a workspace.
import type { ApolloServer, ApolloServerPlugin, HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Caller } from '../../access/authentication/authenticate.ts';
import type { Credential } from '../../access/credentials/credential.ts';
import { operationLimitMs as defaultOperationLimitMs } from '../../core/deadlines.ts';
import type { Meter } from '../../core/meter.ts';
import type { Recorder } from '../../core/recorder.ts';
import type { RequestContextBase, RequestFacts } from '../../core/request-facts.ts';
import type { Tracer } from '../../core/tracer.ts';
import {
  openOperationDoor,
  patiently,
  type OperationRequest,
  type RunOperation,
} from '../../graphql/run-operation.ts';
import { routes } from '../routes.ts';
import { prefersHtml } from '../accept.ts';
import { fastifyApolloHandler } from '../../graphql/request/apollo-packages.ts';
import { credentialOf, factsOf } from '../request-facts.ts';
import type { CorsOrigins } from './cors.ts';
import { connectionDefaults, type ConnectionLimits } from './connections.ts';
import { addDocs } from '../pages/docs.ts';
import { addDrain } from './drain.ts';
import type { CompiledExecution } from '../../graphql/execution/execute.ts';
import { createFastify } from './fastify.ts';
import { createErrorDoor } from '../../graphql/errors/format-error.ts';
import { addHealth, type Readiness } from './health.ts';
import { addGraphiql } from '../pages/graphiql.ts';
import { addRequestRules, wrongMethod } from '../request-rules.ts';
import { addRestDocs } from '../pages/rest-docs.ts';
import { createSandbox, sendPage, type Sandbox } from '../pages/sandbox.ts';
import { addSchemaRoute } from '../pages/schema-route.ts';
import type { Surface } from '../surface.ts';
import { addSurface, onGone } from './surfaces.ts';
import { scopeOf } from '../../graphql/request/request-scope.ts';
import { addWelcome } from '../pages/welcome.ts';

export interface HttpServerOptions<TContext extends RequestContextBase> {
  readonly schema: GraphQLSchema;
  readonly plugins: readonly ApolloServerPlugin<TContext>[];
  /** May throw an ApiError, which becomes the answer: status, headers and all. */
  createContext(facts: RequestFacts, caller: Caller): Promise<TContext>;
  /** The schema that a request may see, null where introspection is off. May throw an ApiError. */
  schemaFor(facts: RequestFacts, credential: Credential): Promise<GraphQLSchema | null>;
  isReady(): Promise<Readiness>;
  /** Asked while a request takes long; see store-deadline.ts. */
  isStoreResponsive(): Promise<boolean>;
  readonly logger: Logger;
  readonly introspection: 'public' | 'keys' | 'off';
  /** Origins whose pages may read answers in a browser; none when the list is empty. */
  readonly corsOrigins: CorsOrigins;
  readonly trustProxyHops: number;
  /** Default: connectionDefaults. Behind trusted proxies no address has a limit. */
  readonly connections?: Partial<ConnectionLimits>;
  readonly meter?: Meter;
  readonly tracer?: Tracer;
  /** Told of each answer to a known caller. Default: nothing is recorded. */
  readonly recorder?: Recorder;
  /** Default 262144 (256 KB). */
  readonly bodyLimitBytes?: number;
  /** How long close() waits for requests in flight. Default 8000 (8 s). */
  readonly drainLimitMs?: number;
  /** Default: auto. */
  readonly compiledExecution?: CompiledExecution;
  /** An operation that runs longer is ended. Default: 10 s. */
  readonly operationLimitMs?: number;
  /** The operation that Sandbox and GraphiQL show at first. */
  readonly exampleDocument: string;
  /** Documents that GraphiQL offers beside it, each in a tab of its own. */
  readonly exampleFiles: readonly string[];
  /** The doors beside /graphql. */
  readonly surfaces: readonly Surface[];
  /** After the last request: close what the requests needed. */
  onClose?(): Promise<void>;
}

export interface HttpServer {
  listen(host: string, port: number): Promise<{ url: string }>;
  readonly inject: FastifyInstance['inject'];
  /** The door that /graphql enters, for other surfaces of this process. */
  readonly runOperation: RunOperation;
  /**
   * For `graceMs` (default 0) goes on accepting, while every answer asks its caller to leave; then drains (see
   * drainLimitMs) and runs onClose. Calling it twice is the same as once.
   */
  close(graceMs?: number): Promise<void>;
}

/** What Apollo's integration of Fastify calls. */
interface ExecutedRequest {
  readonly httpGraphQLRequest: HTTPGraphQLRequest;
  context(): Promise<OperationRequest>;
}

export const defaultBodyLimitBytes = 256 * 1024;

function wantsSandbox(request: FastifyRequest): boolean {
  const hasQuery = Object.hasOwn(request.query as object, 'query');
  return request.method !== 'POST' && !hasQuery && prefersHtml(request.headers.accept);
}

/**
 * GET and POST /graphql: the operation, or Sandbox for a browser that comes without one. Apollo's integration of Fastify turns
 * the request into one of GraphQL over HTTP, and takes the door for an Apollo Server.
 */
function addGraphql(
  app: FastifyInstance,
  { trustProxyHops }: Pick<HttpServerOptions<never>, 'trustProxyHops'>,
  run: RunOperation,
  sandbox: Sandbox,
): void {
  const integrated = {
    assertStarted: () => undefined,
    async executeHTTPGraphQLRequest({ httpGraphQLRequest: http, context }: ExecutedRequest) {
      const { status, headers, result } = await run({ ...(await context()), http });
      return { status, headers, body: { kind: 'complete', string: JSON.stringify(result) } };
    },
  };
  const answer = fastifyApolloHandler(integrated as unknown as ApolloServer<OperationRequest>, {
    context: async (request, reply) => ({
      facts: factsOf(request, trustProxyHops),
      caller: { credential: credentialOf(request) },
      whenGone: (listener) => onGone(reply, listener),
    }),
  });
  app.route<{ Reply: string }>({
    method: [...routes.graphql.methods],
    url: routes.graphql.path,
    async handler(request, reply) {
      if (wantsSandbox(request)) return sendPage(reply, await sandbox.render());
      // HEAD is for the page alone: an operation would have to run, and its answer be thrown away.
      if (request.method === 'HEAD') throw wrongMethod(routes.graphql);
      return answer.call(app, request, reply);
    },
  });
}

/** What is there to look at: a page or a text at each path. */
function addPages<TContext extends RequestContextBase>(
  app: FastifyInstance,
  options: HttpServerOptions<TContext>,
): void {
  addWelcome(app);
  addDocs(app);
  addGraphiql(app, [options.exampleDocument, ...options.exampleFiles]);
  addRestDocs(app);
  addSchemaRoute(app, (request) => {
    const shown = options.schemaFor(factsOf(request, options.trustProxyHops), credentialOf(request));
    return patiently(scopeOf(request), shown, options.isStoreResponsive);
  });
}

/** Builds the server; it answers after listen, or by inject without a socket. Rejects when Apollo cannot start. */
export async function createHttpServer<TContext extends RequestContextBase>(
  options: HttpServerOptions<TContext>,
): Promise<HttpServer> {
  const bodyLimitBytes = options.bodyLimitBytes ?? defaultBodyLimitBytes;
  const door = createErrorDoor(options.logger);
  const behindProxy = options.trustProxyHops > 0 ? { perAddress: null } : {};
  const connections = { ...connectionDefaults, ...options.connections, ...behindProxy };
  const app = createFastify({ ...options, bodyLimitBytes, connections }, door);
  const drain = addDrain(app, options.drainLimitMs);
  addRequestRules(app, { bodyLimitBytes, surfaces: options.surfaces });
  addHealth(app, {
    isReady: () => options.isReady(),
    isClosing: () => drain.isClosing(),
    logger: options.logger,
  });
  addPages(app, options);
  const { operationLimitMs = defaultOperationLimitMs } = options;
  const sandbox = createSandbox(options.exampleDocument, options.introspection);
  const plugins = [sandbox.plugin, ...options.plugins];
  const operations = await openOperationDoor(
    { ...options, operationLimitMs, plugins },
    { drain, errors: door },
  );
  addGraphql(app, options, operations.run, sandbox);
  for (const surface of options.surfaces) addSurface(app, surface, { ...options, run: operations.run });
  await app.ready();

  let closed: Promise<void> | undefined;
  async function close(graceMs: number): Promise<void> {
    await drain.close(graceMs);
    await operations.stop();
    await options.onClose?.();
  }
  return {
    listen: async (host, port) => ({ url: await app.listen({ host, port }) }),
    inject: app.inject.bind(app) as FastifyInstance['inject'],
    runOperation: operations.run,
    close: (graceMs = 0) => (closed ??= close(graceMs)),
  };
}
