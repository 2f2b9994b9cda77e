// The one place that wires the rooms together: services -> policy, limits, jobs -> server. Tests call it too.
import type { Logger } from 'pino';
import {
  createAuthenticator,
  type Authenticator,
  type ExternalSignIn,
} from './access/authentication/authenticate.ts';
import { createLastUsedLog, type LastUsedLog } from './access/authentication/last-used.ts';
import { listOperations } from './access/authentication/operation-store.ts';
import { createOidcVerifier } from './access/credentials/oidc.ts';
import { createGate, measuredGate, roleScopes, type Gate } from './access/policy/index.ts';
import { countingFailures, openLimits } from './access/rate-limit/index.ts';
import type { Config } from './config/config.ts';
import { operationLimitMs as defaultOperationLimitMs } from './core/deadlines.ts';
import type { Role } from './core/principal.ts';
import { systemScheduler, type Scheduler } from './core/scheduler.ts';
import { keyEvents } from './features/api-keys/index.ts';
import { createRecorder, noteWhatIsOff, type RequestRecorder } from './features/insight/index.ts';
import { identityLinker } from './features/users/index.ts';
import { idempotencyJob } from './resources/idempotency.ts';
import { documentsPlugin } from './graphql/precheck/documents.ts';
import type { Job } from './jobs/job.ts';
import { startJobs, type Jobs } from './jobs/schedule.ts';
import { accessPlugin } from './graphql/plugins/access-plugin.ts';
import { contextFactory, type Documents, type ServedContext } from './graphql/context.ts';
import { chosenOperationPlugin } from './graphql/plugins/chosen-operation.ts';
import { costPlugin } from './graphql/plugins/cost-plugin.ts';
import { exampleDocument, exampleFiles } from './http/pages/example-document.ts';
import type { CompiledExecution } from './graphql/execution/execute.ts';
import { allowsOrigin } from './http/server/cors.ts';
import type { Surface } from './http/surface.ts';
import { createHttpServer, type HttpServer } from './http/server/http.ts';
import { introspectionPlugin } from './graphql/plugins/introspection-plugin.ts';
import { shownErrorsPlugin, shownSchema } from './graphql/errors/shown-schema.ts';
import { createOperationCheck } from './graphql/precheck/operation-check.ts';
import { readInTime } from './graphql/request/read-in-time.ts';
import { createMcpSurface } from './mcp/mcp-surface.ts';
import type { SavedOperations } from './mcp/tools/saved-tools.ts';
import { createPersistedQueries, persistedQueriesPlugin } from './graphql/precheck/persisted-queries.ts';
import { createStoredOperations } from './graphql/precheck/stored-operations.ts';
import { createOpenApiSurface } from './rest/openapi/openapi-surface.ts';
import { readOperationFiles } from './rest/operation-files.ts';
import { parseOperations } from './rest/parse-operations.ts';
import { createRestSurface } from './rest/rest-surface.ts';
import type { StoredOperation } from './rest/stored-operation.ts';
import { schemaView, viewersOf, type Viewers } from './graphql/schema/schema-view.ts';
import { type AppServices, type ServicesOptions, allFeatures, openServices } from './services.ts';

const lastUsedFlushMs = 5_000;
const usageFlushMs = 10_000;
const requestLogFlushMs = 5_000;

export interface AppOptions extends ServicesOptions {
  readonly logger: Logger;
  /** Runs the background jobs. Default: real timers. */
  readonly scheduler?: Scheduler;
  /** Replaces the parts that refuse requests. For `npm run bench`, which measures what they cost; no setting does this. */
  readonly enforcement?: (parts: Enforcement) => Enforcement;
  /** Default: auto. Another one is for tests and comparisons. */
  readonly compiledExecution?: CompiledExecution;
  /** Default: 10 s. Another one is for tests. */
  readonly operationLimitMs?: number;
}

interface Enforcement {
  readonly gate: Gate;
  readonly authenticator: Authenticator;
}

export interface App extends AppServices, Pick<Jobs, 'sweep' | 'sweepInTurn'> {
  readonly http: HttpServer;
  readonly lastUsed: LastUsedLog;
  /** What REST serves. */
  readonly operations: readonly StoredOperation[];
  /** See HttpServer.close. */
  close(graceMs?: number): Promise<void>;
}

/** Sign-in by the issuer of the settings, or null. */
function externalSignIn({ oidc }: Config, house: AppServices): ExternalSignIn | null {
  if (!oidc) return null;
  return { verifier: createOidcVerifier({ ...oidc, clock: house.clock }), link: identityLinker(house) };
}

function authenticatorFor(config: Config, house: AppServices, lastUsed: LastUsedLog): Authenticator {
  const { dataScopes } = house.scopes;
  const scopesOfRole = (role: Role) => new Set([...dataScopes, ...roleScopes[role]]);
  const { database, clock, credentials } = house;
  return createAuthenticator({
    ...{ database, clock, lastUsed, scopesOfRole, ...credentials },
    keyEvents: keyEvents(house),
    external: externalSignIn(config, house),
  });
}

function limitsFor({ config, logger, meter }: AppOptions, { clock, database }: AppServices) {
  const { redisUrl, rateLimitRequestsPerMinute, rateLimitCostPerMinute } = config;
  const settings = { requestsPerMinute: rateLimitRequestsPerMinute, costPerMinute: rateLimitCostPerMinute };
  return openLimits({ settings, redisUrl, clock, database, logger, ...(meter ? { meter } : {}) });
}

/** How the documents of requests are found and looked at. */
function documentsFor({ introspection }: Config, house: AppServices): Documents {
  const { database, inspector } = house;
  const { schema, policy } = house.schema;
  const isIntrospectionPublic = introspection === 'public';
  return {
    check: createOperationCheck({ schema, policy, isIntrospectionPublic }),
    persistedQueries: createPersistedQueries(),
    storedOperations: createStoredOperations({ database, inspector, schema }),
  };
}

function createPlugins(
  config: Config,
  { gate, authenticator }: Enforcement,
  { persistedQueries }: Pick<Documents, 'persistedQueries'>,
) {
  return [
    documentsPlugin(gate.schema, config.introspection),
    persistedQueriesPlugin(persistedQueries),
    chosenOperationPlugin,
    costPlugin,
    ...(config.introspection === 'keys' ? [introspectionPlugin(gate)] : []),
    ...(config.introspection === 'public' ? [] : [shownErrorsPlugin(gate)]),
    accessPlugin({
      gate,
      async assertStillValid({ principal }) {
        if (principal.kind !== 'ANONYMOUS') await authenticator.assertStillValid(principal);
      },
    }),
  ];
}

/** The jobs of the features and of the rooms below them. */
function allJobs(lastUsed: LastUsedLog, recorder: RequestRecorder, { recording }: AppServices): Job[] {
  const ofProcess = { scope: 'process' } as const;
  const writers: Job[] = [
    { ...ofProcess, name: 'last-used.write', everyMs: lastUsedFlushMs, run: () => lastUsed.flush() },
    { ...ofProcess, name: 'usage.write', everyMs: usageFlushMs, run: () => recorder.flushUsage() },
    { ...ofProcess, name: 'reads.write', everyMs: usageFlushMs, run: () => recording.reads.flush() },
    { ...ofProcess, name: 'request-log.write', everyMs: requestLogFlushMs, run: () => recorder.flushLog() },
  ];
  return [...writers, idempotencyJob, ...allFeatures.flatMap(({ jobs = [] }) => jobs)];
}

/**
 * Looks for missing migrations until there are none. A newer version may migrate the store at any time, so that is
 * checked each time.
 */
function readiness({ database }: AppServices) {
  let isMigrated = false;
  return async () => {
    isMigrated ||= !(await database.hasPendingMigrations());
    const migrations = (await database.findRefusal()) ?? (isMigrated ? 'ok' : 'pending');
    return { ready: migrations === 'ok', checks: { store: 'ok', migrations } };
  };
}

const networkOf = ({ corsOrigins, trustProxyHops, maxConnections, maxConnectionsPerAddress }: Config) => ({
  ...{ corsOrigins, trustProxyHops },
  connections: { total: maxConnections, perAddress: maxConnectionsPerAddress },
});

const recorderFor = ({ config, meter }: AppOptions, house: AppServices) =>
  createRecorder({
    ...{ ...house, requestLog: house.recording.log, isOn: config.isRecording },
    ...(meter ? { meter } : {}),
  });

/** The operations that workspaces keep, for surfaces that list them. */
function savedOperations(house: AppServices, limitMs: number): SavedOperations {
  const { database, inspector, schema, recording } = house;
  const list: SavedOperations['list'] = (workspaceId, scope) =>
    readInTime(scope, { database, limitMs }, (connection) => listOperations(connection, workspaceId));
  return { schema: schema.schema, inspector, list, reads: recording.reads };
}

interface SurfaceTools {
  readonly house: AppServices;
  readonly operations: readonly StoredOperation[];
  readonly viewers: Viewers;
  readonly corsOrigins: Config['corsOrigins'];
  readonly operationLimitMs: number;
}

/** Every door beside GraphQL's own. */
function surfacesOf({ house, operations, viewers, ...settings }: SurfaceTools): readonly Surface[] {
  const { schema } = house.schema;
  const isStoreResponsive = () => house.database.isResponsive();
  return [
    createRestSurface(operations, schema),
    createOpenApiSurface(operations, { schema, viewers, isStoreResponsive }),
    createMcpSurface(operations, savedOperations(house, settings.operationLimitMs), (origin) =>
      allowsOrigin(settings.corsOrigins, origin),
    ),
  ];
}

/** Makes everything, but does not listen. Throws PolicyError when the schema and the declared rules do not fit. */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, logger, meter, tracer, scheduler = systemScheduler } = options;
  const house = await openServices(options);
  const lastUsed = createLastUsedLog(house.database);
  const { policy, schema } = house.schema;
  const limits = await limitsFor(options, house);
  const parts = {
    gate: measuredGate(createGate(schema, policy), meter),
    authenticator: countingFailures(authenticatorFor(config, house, lastUsed), limits),
  };
  const { gate, authenticator } = options.enforcement?.(parts) ?? parts;
  await noteWhatIsOff(house.database, config);
  const recorder = recorderFor(options, house);
  const jobs = startJobs(allJobs(lastUsed, recorder, house), house, { logger, scheduler });
  const documents = documentsFor(config, house);
  const { operationLimitMs = defaultOperationLimitMs } = options;
  const operations = parseOperations(readOperationFiles(allFeatures), { schema, explainer: house.explainer });
  const viewers = viewersOf(config.introspection, { authenticator, limits });
  const http = await createHttpServer<ServedContext>({
    schema,
    plugins: createPlugins(config, { gate, authenticator }, documents),
    createContext: contextFactory(
      house,
      { authenticator, limits, shownTo: shownSchema(config.introspection, gate), operationLimitMs },
      documents,
    ),
    schemaFor: schemaView(viewers, gate),
    isReady: readiness(house),
    isStoreResponsive: () => house.database.isResponsive(),
    surfaces: surfacesOf({ house, operations, viewers, operationLimitMs, ...networkOf(config) }),
    ...{ logger, recorder, exampleDocument, exampleFiles, introspection: config.introspection },
    ...(meter ? { meter } : {}),
    ...(tracer ? { tracer } : {}),
    ...{ compiledExecution: options.compiledExecution ?? 'auto', operationLimitMs },
    ...networkOf(config),
    async onClose() {
      // Runs beside the rest, so that a trace receiver that does not answer delays nothing.
      const sent = tracer?.close();
      await jobs.stop();
      limits.close();
      await house.close();
      await sent;
    },
  });
  const { sweep, sweepInTurn } = jobs;
  const close: App['close'] = (graceMs) => http.close(graceMs);
  return { ...house, sweep, sweepInTurn, http, lastUsed, operations, close };
}
