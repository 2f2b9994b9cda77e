// The one place that wires the rooms together: settings -> store -> schema -> server. Tests and commands call it too.
import type { Logger } from 'pino';
import sql from 'sql-template-tag';
import { createAuthenticator, type Authenticator } from './access/authenticate.ts';
import type { Context, CredentialTools } from './access/context.ts';
import { createKeyEscrow } from './access/escrow.ts';
import { createLastUsedLog, type LastUsedLog } from './access/last-used.ts';
import type { Operator } from './access/operator.ts';
import { createPasswordHasher } from './access/password.ts';
import { createExplainer, createGate, roleScopes, type Gate } from './access/policy/index.ts';
import { createScopeCatalogue, type ScopeCatalogue } from './access/scope-catalogue.ts';
import { createTokenIssuer } from './access/token.ts';
import type { Config } from './config.ts';
import { systemClock, type Clock } from './core/clock.ts';
import { unauthenticated } from './core/errors.ts';
import type { Role } from './core/principal.ts';
import type { RequestFacts } from './core/request-facts.ts';
import type { DatabaseOptions } from './db/database.ts';
import { openDatabase } from './db/data-source.ts';
import { keyEvents, sweepInactiveKeys } from './features/api-keys/index.ts';
import { features } from './features/index.ts';
import type { Feature } from './graph/feature.ts';
import { forgetIdempotencyRecords, IdempotencyRecord } from './graph/idempotency.ts';
import { nodeFeature } from './graph/node.ts';
import { loadLocalSecrets } from './local-secrets.ts';
import { accessPlugin } from './server/access-plugin.ts';
import { maximumTokens } from './server/apollo.ts';
import { contextFactory } from './server/context.ts';
import { exampleDocument } from './server/example-document.ts';
import { createHttpServer, type HttpServer } from './server/http.ts';
import { introspectionPlugin } from './server/introspection-plugin.ts';
import { assertPublicOperation } from './server/public-operation.ts';
import { assembleSchema, type AssembledSchema } from './server/schema.ts';

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
  readonly database?: DatabaseOptions;
}

/** The store and what works on it without a server: enough for the commands. */
export interface House extends Operator {
  readonly schema: AssembledSchema;
  close(): Promise<void>;
}

export interface App extends House {
  readonly http: HttpServer;
  readonly lastUsed: LastUsedLog;
  /** Disables keys that were not used for too long, forgets old idempotency records; also runs by itself every hour. */
  sweep(): Promise<unknown>;
}

const lastUsedFlushMs = 5_000;
const sweepMs = 3_600_000;

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

/** Opens the store and applies missing migrations. */
export async function openHouse({
  config,
  secrets,
  clock = systemClock,
  database: options = {},
}: Omit<AppOptions, 'logger'>): Promise<House> {
  const database = await openDatabase(config.database, allTables, options);
  await database.migrate();
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

function authenticatorFor(house: House, lastUsed: LastUsedLog): Authenticator {
  const { dataScopes } = house.scopes;
  const scopesOfRole = (role: Role) => new Set([...dataScopes, ...roleScopes[role]]);
  const { database, clock, credentials } = house;
  return createAuthenticator({
    ...{ database, clock, lastUsed, scopesOfRole, ...credentials },
    keyEvents: keyEvents(house),
  });
}

function createPlugins(config: Config, gate: Gate, authenticator: Authenticator, { database }: House) {
  return [
    ...(config.introspection === 'keys' ? [introspectionPlugin(gate)] : []),
    accessPlugin({
      gate,
      async assertStillValid({ principal }) {
        if (principal.kind !== 'ANONYMOUS') await authenticator.assertStillValid(database, principal);
      },
    }),
  ];
}

/** What GET /schema.graphql shows to whom; the same as introspection does. */
function schemaView({ introspection }: Config, gate: Gate, authenticator: Authenticator) {
  return async ({ headers, ip }: RequestFacts) => {
    if (introspection === 'off') return null;
    const principal = await authenticator.authenticate(headers, ip);
    if (introspection === 'public') return gate.schema;
    if (principal.kind === 'ANONYMOUS') throw unauthenticated('MISSING_CREDENTIAL');
    return gate.visibleTo(principal);
  };
}

/** Migrations are looked for until there are none; they cannot come back. After that one small read tells. */
function readiness({ database }: House) {
  let isMigrated = false;
  return async () => {
    isMigrated ||= !(await database.hasPendingMigrations());
    await database.query(sql`SELECT 1`);
    return { ready: isMigrated, checks: { store: 'ok', migrations: isMigrated ? 'ok' : 'pending' } };
  };
}

/** Everything but listening. Throws PolicyError when the schema and the declared rules do not fit. */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, logger } = options;
  const house = await openHouse(options);
  const lastUsed = createLastUsedLog(house.database);
  const authenticator = authenticatorFor(house, lastUsed);
  const { policy, schema } = house.schema;
  const gate = createGate(schema, policy);
  const isIntrospectionPublic = config.introspection === 'public';
  const flush = () =>
    lastUsed
      .flush()
      .catch((error: unknown) => logger.warn({ err: error }, 'last used times were not written'));
  const sweep = () =>
    Promise.all([sweepInactiveKeys(house), forgetIdempotencyRecords(house.database, house.clock)]).catch(
      (error: unknown) => logger.warn({ err: error }, 'the sweep did not finish'),
    );
  const timers = [setInterval(() => void flush(), lastUsedFlushMs), setInterval(() => void sweep(), sweepMs)];
  timers.forEach((timer) => timer.unref());
  const close = async () => {
    timers.forEach((timer) => clearInterval(timer));
    await flush();
    await house.close();
  };
  const http = await createHttpServer<Context>({
    schema,
    plugins: createPlugins(config, gate, authenticator, house),
    createContext: contextFactory(house, authenticator, (operation) =>
      assertPublicOperation(operation, { policy, isIntrospectionPublic, maxTokens: maximumTokens }),
    ),
    schemaFor: schemaView(config, gate, authenticator),
    isReady: readiness(house),
    ...{ logger, exampleDocument, introspection: config.introspection },
    ...{ corsOrigins: config.corsOrigins, trustProxyHops: config.trustProxyHops },
    onClose: close,
  });
  return { ...house, http, lastUsed, sweep, close: () => http.close() };
}
