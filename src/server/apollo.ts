// Apollo Server with our settings. It knows no HTTP framework; credentials, limits and access come in as plugins.
import type {
  ApolloServer as Apollo,
  ApolloServerOptionsWithGateway,
  ApolloServerPlugin,
} from '@apollo/server';
import type { FormattedExecutionResult, GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { maxTokens } from '../access/policy/index.ts';
import type { RequestContextBase } from '../core/request-facts.ts';
import { ApolloServer, disabledPlugins } from './apollo-packages.ts';
import { createExecutor, type CompiledExecution } from './execute.ts';
import type { ErrorDoor } from './format-error.ts';
import { currentScope, currentTrace, noteForLog, outcomeOf } from './request-scope.ts';

const maximumValidationErrors = 5;
const maximumOperationNameLength = 100;

export interface ApolloOptions<TContext extends RequestContextBase> {
  readonly schema: GraphQLSchema;
  readonly plugins: readonly ApolloServerPlugin<TContext>[];
  /** `keys` is introspection for those with a credential, which a plugin sees to; here it is on unless `off`. */
  readonly introspection: 'public' | 'keys' | 'off';
  readonly logger: Logger;
  /** Default: auto. */
  readonly compiledExecution?: CompiledExecution;
}

/** Off, each by name: some of them would otherwise be switched on by APOLLO_* variables in the environment. */
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
const bookkeeping: ApolloServerPlugin = {
  async requestDidStart() {
    currentTrace()?.beginOperation();
    return {
      async didResolveOperation({ operationName, operation }) {
        if (operation) noteForLog({ operation: operation.operation });
        if (operationName) noteForLog({ operationName: operationName.slice(0, maximumOperationNameLength) });
      },
      async willSendResponse({ request, response }) {
        if (request.extensions?.['persistedQuery'] && response.http.status === 200)
          response.http.status = 400;
      },
    };
  },
};

/** The operation has its answer: how it went is known. */
function noteOutcome(result: FormattedExecutionResult): void {
  noteForLog(outcomeOf(result));
  const scope = currentScope();
  if (scope) scope.trace?.endOperation(scope);
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

/** Starts it. Rejects when a plugin's serverWillStart does. */
export async function startApollo<TContext extends RequestContextBase>(
  options: ApolloOptions<TContext>,
  door: ErrorDoor,
): Promise<Apollo<TContext>> {
  const requestId = () => currentScope()?.requestId ?? 'none';
  const apollo = new ApolloServer<TContext>({
    gateway: gatewayOf(options),
    plugins: [...switchedOff(), bookkeeping, ...options.plugins],
    introspection: options.introspection !== 'off',
    hideSchemaDetailsFromClientErrors: options.introspection !== 'public',
    formatError: (_formatted, error) => door.format(error, requestId()),
    stringifyResult: (result) => {
      noteOutcome(result);
      return door.stringify(result, requestId());
    },
    // Basic authentication makes a key something that a browser sends by itself: a foreign page must not use it.
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
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
