// The one place that wires the rooms together: settings -> store -> schema -> server. Tests and commands call it too.
import type { Logger } from 'pino';
import {
  createAuthenticator,
  type Authenticator,
  type ExternalSignIn,
} from './access/authentication/authenticate.ts';
import type { CredentialTools } from './access/context.ts';
import { createKeyEscrow } from './access/credentials/escrow.ts';
import { createLastUsedLog, type LastUsedLog } from './access/authentication/last-used.ts';
import { createOidcVerifier } from './access/credentials/oidc.ts';
import type { SystemServices } from './access/system-context.ts';
import { createPasswordHasher } from './access/credentials/password.ts';
import { createExplainer, createGate, measuredGate, roleScopes, type Gate } from './access/policy/index.ts';
import { countingFailures, openLimits } from './access/rate-limit/index.ts';
import { createScopeCatalogue, type ScopeCatalogue } from './access/scope-catalogue.ts';
import { createTokenIssuer } from './access/credentials/token.ts';
import type { Config } from './config/config.ts';
import { systemClock, type Clock } from './core/clock.ts';
import { operationLimitMs as defaultOperationLimitMs } from './core/deadlines.ts';
import type { Meter } from './core/meter.ts';
import type { Role } from './core/principal.ts';
import { systemScheduler, type Scheduler } from './core/scheduler.ts';
import type { Tracer } from './core/tracer.ts';
import { version } from './core/version.ts';
import { compatibleDatabase } from './db/store/compatible-database.ts';
import type { Database, DatabaseOptions } from './db/store/database.ts';
import { openDatabase } from './db/data-source.ts';
import { measuredDatabase } from './db/store/measured-database.ts';
import { keyEvents } from './features/api-keys/index.ts';
import { features } from './features/index.ts';
import { identityLinker } from './features/users/index.ts';
import type { Feature } from './resources/feature.ts';
import { idempotencyJob, IdempotencyRecord } from './resources/idempotency.ts';
import { nodeFeature } from './resources/node.ts';
import { documentsPlugin } from './graphql/precheck/documents.ts';
import type { Job } from './jobs/job.ts';
import { startJobs, type Jobs } from './jobs/schedule.ts';
import { loadLocalSecrets } from './config/local-secrets.ts';
import { accessPlugin } from './graphql/plugins/access-plugin.ts';
import { contextFactory, type ServedContext } from './graphql/context.ts';
import { costPlugin } from './graphql/plugins/cost-plugin.ts';
import { exampleDocument, exampleFiles } from './http/pages/example-document.ts';
import type { CompiledExecution } from './graphql/execution/execute.ts';
import { createHttpServer, type HttpServer } from './http/server/http.ts';
import { introspectionPlugin } from './graphql/plugins/introspection-plugin.ts';
import { shownErrorsPlugin, shownSchema } from './graphql/errors/shown-schema.ts';
import { createOperationCheck } from './graphql/precheck/operation-check.ts';
import {
  createPersistedQueries,
  persistedQueriesPlugin,
  type PersistedQueries,
} from './graphql/precheck/persisted-queries.ts';
import { schemaView } from './graphql/schema/schema-view.ts';
import { assembleSchema, type AssembledSchema } from './graphql/schema.ts';
import { tracedDatabase } from './telemetry/tracing/traced-database.ts';

const lastUsedFlushMs = 5_000;

interface Secrets {
  readonly jwtSecrets: readonly [string, ...string[]];
  readonly keyPepper: string;
}

/** From the settings; in local mode what they leave out is made once and kept in `data/`. */
export function resolveSecrets({ jwtSecrets, keyPepper }: Config): Secrets {
  if (jwtSecrets && keyPepper) return { jwtSecrets, keyPepper };
  const local = loadLocalSecrets('data');
  return { jwtSecrets: jwtSecrets ?? [local.jwtSecret], keyPepper: keyPepper ?? local.keyPepper };
}

export interface AppOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly secrets: Secrets;
  readonly clock?: Clock;
  /** Runs the background jobs. Default: real timers. */
  readonly scheduler?: Scheduler;
  readonly database?: DatabaseOptions;
  /** Told of requests, decisions and statements; nobody by default. */
  readonly meter?: Meter;
  /** Follows requests through the rooms; nobody by default. Closed with the app. */
  readonly tracer?: Tracer;
  /** Puts other parts in the place of those that refuse. For `npm run bench`, to see what they cost; no setting leads here. */
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

/** The store and what works on it without a server: enough for the commands. */
export interface AppServices extends SystemServices {
  readonly schema: AssembledSchema;
  close(): Promise<void>;
}

export interface App extends AppServices, Pick<Jobs, 'sweep' | 'sweepInTurn'> {
  readonly http: HttpServer;
  readonly lastUsed: LastUsedLog;
  /** See HttpServer.close. */
  close(graceMs?: number): Promise<void>;
}

/** Every feature, and `node(id)` over all of them. */
export const allFeatures: readonly Feature[] = [
  ...features,
  nodeFeature(features.flatMap((feature) => feature.resources)),
];

/** Every table of the store. */
export const allTables = [
  ...new Set([IdempotencyRecord, ...allFeatures.flatMap((feature) => feature.tables)]),
];

export function scopeCatalogue(): ScopeCatalogue {
  return createScopeCatalogue(
    allFeatures.flatMap((feature) => feature.scopes),
    roleScopes.OWNER,
  );
}

/** The store with what observes it. */
async function openStore(options: ServicesOptions) {
  const { config, database, meter, tracer, clock = systemClock } = options;
  const store = compatibleDatabase(await openDatabase(config.database, database), clock);
  const measured = meter ? measuredDatabase(store, meter) : store;
  return tracer ? tracedDatabase(measured) : measured;
}

/** Commands have no log. */
type ServicesOptions = Omit<AppOptions, 'logger'> & Partial<Pick<AppOptions, 'logger'>>;

async function migrate(database: Database, logger: Logger | undefined): Promise<void> {
  const { applied, unknown } = await database.migrate();
  for (const { name, durationMs } of applied)
    logger?.info({ migration: name, durationMs }, 'migration applied');
  if (unknown.length > 0)
    logger?.warn(
      { migrations: unknown, version },
      'the store was migrated by a newer version; this one can use it',
    );
}

/** Opens the store and applies missing migrations. Throws StoreVersionError when this version must not use it. */
export async function openServices(options: ServicesOptions): Promise<AppServices> {
  const { config, secrets, logger, clock = systemClock } = options;
  const database = await openStore(options);
  try {
    await migrate(database, logger);
  } catch (error) {
    await database.close();
    throw error;
  }
  const scopes = scopeCatalogue();
  const schema = await assembleSchema(allFeatures, scopes);
  const credentials: CredentialTools = {
    passwords: createPasswordHasher(),
    tokens: createTokenIssuer({ secrets: secrets.jwtSecrets, clock }),
    keyPepper: secrets.keyPepper,
    inactivityDays: config.keyInactivityDays,
    escrow: config.keyEscrowSecret === null ? null : createKeyEscrow(config.keyEscrowSecret),
    accounts: database,
  };
  return {
    database,
    clock,
    credentials,
    scopes,
    schema,
    explainer: createExplainer(schema.schema, schema.policy),
    close: () => database.close(),
  };
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

function limitsFor({ config, logger, meter }: AppOptions, { clock }: AppServices) {
  const { redisUrl, rateLimitRequestsPerMinute, rateLimitCostPerMinute } = config;
  const settings = { requestsPerMinute: rateLimitRequestsPerMinute, costPerMinute: rateLimitCostPerMinute };
  return openLimits({ settings, redisUrl, clock, logger, ...(meter ? { meter } : {}) });
}

function createPlugins(
  config: Config,
  { gate, authenticator }: Enforcement,
  persistedQueries: PersistedQueries,
) {
  return [
    documentsPlugin(gate.schema, config.introspection),
    persistedQueriesPlugin(persistedQueries),
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

/** Those of the features, and of the rooms below them. */
function allJobs(lastUsed: LastUsedLog): Job[] {
  const flush: Job = {
    name: 'last-used.write',
    ...{ everyMs: lastUsedFlushMs, scope: 'process', run: () => lastUsed.flush() },
  };
  return [flush, idempotencyJob, ...allFeatures.flatMap(({ jobs = [] }) => jobs)];
}

/** Missing migrations are looked for until there are none. A newer version may come at any time. */
function readiness({ database }: AppServices) {
  let isMigrated = false;
  return async () => {
    isMigrated ||= !(await database.hasPendingMigrations());
    const migrations = (await database.findRefusal()) ?? (isMigrated ? 'ok' : 'pending');
    return { ready: migrations === 'ok', checks: { store: 'ok', migrations } };
  };
}

/** Everything but listening. Throws PolicyError when the schema and the declared rules do not fit. */
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
  const isIntrospectionPublic = config.introspection === 'public';
  const jobs = startJobs(allJobs(lastUsed), house, { logger, scheduler });
  const persistedQueries = createPersistedQueries();
  const close = async () => {
    // Beside the rest, so that a receiver of traces that keeps silent holds up nothing.
    const sent = tracer?.close();
    await jobs.stop();
    limits.close();
    await house.close();
    await sent;
  };
  const { operationLimitMs = defaultOperationLimitMs } = options;
  const http = await createHttpServer<ServedContext>({
    schema,
    plugins: createPlugins(config, { gate, authenticator }, persistedQueries),
    createContext: contextFactory(
      house,
      { authenticator, limits, shownTo: shownSchema(config.introspection, gate), operationLimitMs },
      { check: createOperationCheck({ schema, policy, isIntrospectionPublic }), persistedQueries },
    ),
    schemaFor: schemaView(config.introspection, { gate, authenticator, limits }),
    isReady: readiness(house),
    isStoreResponsive: () => house.database.isResponsive(),
    ...{ logger, exampleDocument, exampleFiles, introspection: config.introspection },
    ...(meter ? { meter } : {}),
    ...(tracer ? { tracer } : {}),
    ...{ compiledExecution: options.compiledExecution ?? 'auto', operationLimitMs },
    ...{ corsOrigins: config.corsOrigins, trustProxyHops: config.trustProxyHops },
    connections: { total: config.maxConnections, perAddress: config.maxConnectionsPerAddress },
    onClose: close,
  });
  const { sweep, sweepInTurn } = jobs;
  return { ...house, sweep, sweepInTurn, http, lastUsed, close: (graceMs) => http.close(graceMs) };
}
