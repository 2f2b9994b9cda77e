// Apollo Server with our settings. It knows no HTTP framework; credentials, limits and access come in as plugins.
import type {
  ApolloServer as Apollo,
  ApolloServerOptionsWithGateway,
  ApolloServerPlugin,
  HTTPGraphQLResponse,
} from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { FormattedExecutionResult, GraphQLFormattedError, GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { maxTokens } from '../access/policy/index.ts';
import type { RequestContextBase } from '../core/request-facts.ts';
import { ApolloServer, disabledPlugins } from './request/apollo-packages.ts';
import { createExecutor, type CompiledExecution } from './execution/execute.ts';
import type { RawAnswer } from './errors/format-error.ts';

const maximumValidationErrors = 5;
const maximumOperationNameLength = 100;

export interface ApolloOptions<TContext extends RequestContextBase> {
  readonly schema: GraphQLSchema;
  readonly plugins: readonly ApolloServerPlugin<TContext>[];
  /**
   * `keys` = introspection for callers with a credential, which a plugin enforces; in Apollo itself it is on unless
   * `off`.
   */
  readonly introspection: 'public' | 'keys' | 'off';
  readonly logger: Logger;
  /** Default: auto. */
  readonly compiledExecution?: CompiledExecution;
}

/**
 * Plugins that are switched off, each by name: some of them would otherwise be switched on by APOLLO_* variables in the
 * environment.
 */
function switchedOff(): ApolloServerPlugin[] {
  return [
    disabledPlugins.ApolloServerPluginCacheControlDisabled(),
    disabledPlugins.ApolloServerPluginInlineTraceDisabled(),
    disabledPlugins.ApolloServerPluginLandingPageDisabled(),
    disabledPlugins.ApolloServerPluginSchemaReportingDisabled(),
    disabledPlugins.ApolloServerPluginUsageReportingDisabled(),
  ];
}

/** Notes the operation's name for the log, and gives the one answer that Apollo sends as 200 without data its 400. */
const bookkeeping: ApolloServerPlugin<RequestContextBase> = {
  async requestDidStart({ contextValue: { scope }, request }) {
    scope.trace?.beginOperation();
    // Some clients send an empty name where there is none.
    if (request.operationName === '') delete request.operationName;
    return {
      async didResolveOperation({ operationName, operation }) {
        if (operation) scope.operation = operation.operation;
        if (operationName) scope.operationName = operationName.slice(0, maximumOperationNameLength);
      },
      async willSendResponse({ request, response }) {
        if (request.extensions?.['persistedQuery'] && response.http.status === 200)
          response.http.status = 400;
      },
    };
  },
};

/** Apollo's own text names the headers that it knows. A Bearer credential passes too (provesSender in request-rules.ts). */
const crossSiteRefusal =
  'Any web page can send this GET (cross-site request forgery), so it was not run. Send the credential as ' +
  'Authorization: Bearer or as X-API-Key. Without either, add a header Apollo-Require-Preflight or ' +
  'X-Apollo-Operation-Name that is not empty, or Content-Type: application/json.';

/** Gives a refusal of csrfPrevention the text above. Other errors are returned as they are. */
function inOwnWords(error: unknown): unknown {
  const isCrossSite =
    error instanceof GraphQLError && error.message.includes('Cross-Site Request Forgery (CSRF)');
  return isCrossSite ? new GraphQLError(crossSiteRefusal, { extensions: error.extensions }) : error;
}

/**
 * Apollo formats errors and stringifies answers without saying which request they belong to. So both hooks pass values
 * through: errors stay as they were thrown, and the answer itself stands in the place of its text. Every answer comes
 * this way, also one to a request that no plugin has seen.
 */
const unfinished = {
  formatError: (_formatted: GraphQLFormattedError, error: unknown) =>
    inOwnWords(error) as GraphQLFormattedError,
  stringifyResult: (result: FormattedExecutionResult) => result as unknown as string,
};

/** The answer that Apollo made. Do not send it before the error door has formatted its errors. */
export function unfinishedAnswer(body: HTTPGraphQLResponse['body']): RawAnswer {
  const returned = body.kind === 'complete' ? (body.string as unknown) : null;
  const isAnswer = typeof returned === 'object' && returned !== null;
  if (isAnswer && ('data' in returned || 'errors' in returned)) return returned as RawAnswer;
  throw new Error('Apollo answered in a form that nothing here has asked for.');
}

/**
 * Our executor in the place of Apollo's own. It is called where Apollo would execute, so that everything around it stays:
 * listeners, the forms of errors, HTTP statuses. (A response of a plugin's responseForOperation would skip them.)
 */
function gatewayOf({
  schema,
  compiledExecution = 'auto',
}: Pick<ApolloOptions<never>, 'schema' | 'compiledExecution'>) {
  const execute = createExecutor(schema, compiledExecution);
  const gateway: ApolloServerOptionsWithGateway<never>['gateway'] = {
    onSchemaLoadOrUpdate(callback) {
      callback({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    load: async () => ({
      executor: ({ document, operation, request: { operationName, variables = {} }, context }) =>
        execute({ document, operation, operationName, variables, context }),
    }),
    stop: async () => undefined,
  };
  return gateway;
}

/** Starts Apollo. Rejects when a plugin's serverWillStart does. */
export async function startApollo<TContext extends RequestContextBase>(
  options: ApolloOptions<TContext>,
): Promise<Apollo<TContext>> {
  const apollo = new ApolloServer<TContext>({
    gateway: gatewayOf(options),
    plugins: [...switchedOff(), bookkeeping, ...options.plugins],
    introspection: options.introspection !== 'off',
    hideSchemaDetailsFromClientErrors: options.introspection !== 'public',
    ...unfinished,
    // Basic authentication makes a key something that a browser sends by itself: a foreign page must not use it. A
    // browser sends X-API-Key for no page without asking first; request-rules.ts lets a Bearer token pass.
    csrfPrevention: { requestHeaders: ['x-apollo-operation-name', 'apollo-require-preflight', 'x-api-key'] },
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    // graphql/precheck/documents.ts keeps them, and parses each once.
    documentStore: null,
    cache: 'bounded',
    parseOptions: { maxTokens },
    validationOptions: { maxErrors: maximumValidationErrors },
    includeStacktraceInErrorResponses: false,
    nodeEnv: 'production',
    // serve.ts owns the signals: the HTTP server drains first.
    stopOnTerminationSignals: false,
    logger: options.logger,
  });
  await apollo.start();
  return apollo;
}
