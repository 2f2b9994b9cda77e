// What works without a server: settings -> store -> features and their schema. Commands need no more.
import type { Logger } from 'pino';
import { createFailedSignIns } from './access/authentication/failed-sign-ins.ts';
import type { CredentialTools } from './access/context.ts';
import { createKeyEscrow } from './access/credentials/escrow.ts';
import type { Recording } from './access/recording.ts';
import type { SystemServices } from './access/system-context.ts';
import { createPasswordHasher } from './access/credentials/password.ts';
import { createExplainer, roleScopes } from './access/policy/index.ts';
import { createScopeCatalogue, type ScopeCatalogue } from './access/scope-catalogue.ts';
import { createTokenIssuer } from './access/credentials/token.ts';
import type { Config } from './config/config.ts';
import { systemClock, type Clock } from './core/clock.ts';
import type { Meter } from './core/meter.ts';
import type { Tracer } from './core/tracer.ts';
import { version } from './core/version.ts';
import { compatibleDatabase } from './db/store/compatible-database.ts';
import type { Database, DatabaseOptions } from './db/store/database.ts';
import { openDatabase, openLogStore } from './db/data-source.ts';
import { tableOf } from './db/store/table.ts';
import { measuredDatabase } from './db/store/measured-database.ts';
import { features } from './features/index.ts';
import { LoggedRequest, noReads, ReadLog, readRecordedSince } from './features/insight/index.ts';
import type { Feature } from './resources/feature.ts';
import { IdempotencyRecord } from './resources/idempotency.ts';
import { nodeFeature } from './resources/node.ts';
import { loadLocalSecrets } from './config/local-secrets.ts';
import { createOperationInspector } from './graphql/precheck/operation-facts.ts';
import { assembleSchema, type AssembledSchema } from './graphql/schema.ts';
import { tracedDatabase } from './telemetry/tracing/traced-database.ts';

export interface Secrets {
  readonly jwtSecrets: readonly [string, ...string[]];
  readonly keyPepper: string;
}

/** From the settings; in local mode what they leave out is made once and kept in `data/`. */
export function resolveSecrets({ jwtSecrets, keyPepper }: Config): Secrets {
  if (jwtSecrets && keyPepper) return { jwtSecrets, keyPepper };
  const local = loadLocalSecrets('data');
  return { jwtSecrets: jwtSecrets ?? [local.jwtSecret], keyPepper: keyPepper ?? local.keyPepper };
}

export interface ServicesOptions {
  readonly config: Config;
  readonly secrets: Secrets;
  /** Commands have no log. */
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly database?: DatabaseOptions;
  /** Receives requests, decisions and statements. Default: none. */
  readonly meter?: Meter;
  /** Follows requests through the rooms. Default: none. Closed with the app. */
  readonly tracer?: Tracer;
}

/** The store and what works on it without a server: enough for the commands. */
export interface AppServices extends SystemServices {
  readonly schema: AssembledSchema;
  close(): Promise<void>;
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

function openRecording({ config, meter }: ServicesOptions, database: Database, clock: Clock): Recording {
  const { requestLogDays, usageDays, isRecording, isRecordingReads } = config;
  return {
    log: openLogStore(config.database, database, tableOf(LoggedRequest)),
    since: async () => (isRecording ? readRecordedSince(database) : null),
    retention: { requestLogDays, usageDays },
    reads: isRecordingReads
      ? new ReadLog({ database, clock, ...(meter ? { meter } : {}) })
      : noReads({ database }),
  };
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
    failedSignIns: createFailedSignIns(),
  };
  const explainer = createExplainer(schema.schema, schema.policy);
  const recording = openRecording(options, database, clock);
  const { rateLimitCostPerMinute: maxCost } = config;
  return {
    database,
    clock,
    credentials,
    scopes,
    schema,
    explainer,
    inspector: createOperationInspector({ ...schema, explainer, maxCost }),
    recording,
    async close() {
      await recording.log.close();
      await database.close();
    },
  };
}
