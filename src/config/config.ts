// The settings: the only reader of process.env. Parses, lists every fault at once, freezes. Secrets made in
// local mode live in local-secrets.ts.
import { z } from 'zod';
import {
  goodSecret,
  hide,
  list,
  oneOf,
  parseDatabase,
  parseEndpoint,
  parseHost,
  parseIssuer,
  parseOrigin,
  parseUrl,
  parseWholeUrl,
  secret,
  setting,
  wholeNumber,
  type DatabaseTarget,
} from './setting-types.ts';

type Mode = 'local' | 'production';

export interface Config {
  readonly mode: Mode;
  /** 0 = any free port. */
  readonly port: number;
  readonly host: string;
  readonly database: DatabaseTarget;
  readonly redisUrl: string | null;
  /** The first signs, all verify. null only in local mode: take them from loadLocalSecrets(). */
  readonly jwtSecrets: readonly [string, ...string[]] | null;
  /** null only in local mode: take it from loadLocalSecrets(). */
  readonly keyPepper: string | null;
  /** null = secrets of keys cannot be shown again. */
  readonly keyEscrowSecret: string | null;
  readonly oidc: { readonly issuer: string; readonly audience: string } | null;
  readonly introspection: 'public' | 'keys' | 'off';
  /**
   * Normalized as browsers send them: `https://app.example`, no path. Empty = no cross-origin access. `loopback` = pages of
   * this machine: in local mode, while none are listed.
   */
  readonly corsOrigins: readonly string[] | 'loopback';
  readonly trustProxyHops: number;
  /** Per server process. */
  readonly maxConnections: number;
  /** Has no effect behind a trusted proxy, where all callers share the proxy's address. */
  readonly maxConnectionsPerAddress: number;
  /** Where Prometheus may ask. null = nowhere. */
  readonly metrics: { readonly host: string; readonly port: number } | null;
  /** The URL that traces are posted to. null = no traces are sent. */
  readonly tracing: { readonly url: string } | null;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  readonly keyInactivityDays: number;
  readonly rateLimitRequestsPerMinute: number;
  readonly rateLimitCostPerMinute: number;
  /** Whether what callers do is counted and logged. */
  readonly isRecording: boolean;
  /** Whether the records in the answers to keys are noted. Never while nothing is recorded. */
  readonly isRecordingReads: boolean;
  /** How long rows of the request log are kept. */
  readonly requestLogDays: number;
  /** How long hourly sums are kept. */
  readonly usageDays: number;
  /** Whether an empty database gets the demo workspace. Always false in production mode. */
  readonly demo: boolean;
}

/** Thrown before anything starts. Each fault is one line that names its variable and never holds a secret. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The settings cannot be used:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

const settings = z.object({
  MODE: oneOf('local', 'production').default('local'),
  PORT: wholeNumber(0, 65_535).default(4000),
  HOST: setting('Accepted: an IP address or a host name.', parseHost).default('127.0.0.1'),
  DATABASE_URL: setting(
    'Accepted: sqlite:PATH (a file) | postgres://USER:PASSWORD@HOST/DATABASE | postgresql://…',
    parseDatabase,
    hide,
  ).default({ kind: 'sqlite', path: 'data/latchkey.sqlite' }),
  REDIS_URL: setting(
    'Accepted: redis://HOST:PORT | rediss://HOST:PORT',
    (text) => (parseUrl(text, ['redis:', 'rediss:'])?.hostname ? text : null),
    hide,
  ).optional(),
  JWT_SECRET: list(secret)
    .refine(({ length }) => length <= 2, {
      error: 'lists over two secrets. Accepted: one, or NEW,OLD to rotate',
    })
    .optional(),
  KEY_PEPPER: secret.optional(),
  KEY_ESCROW_SECRET: secret.optional(),
  OIDC_ISSUER: setting('Accepted: an https:// URL (http:// on this machine).', parseIssuer, hide).optional(),
  OIDC_AUDIENCE: z.string().optional(),
  INTROSPECTION: oneOf('public', 'keys', 'off').optional(),
  CORS_ORIGINS: list(
    setting('Accepted: origins such as https://app.example, without path.', parseOrigin),
  ).optional(),
  TRUST_PROXY_HOPS: wholeNumber(0, 32).default(0),
  MAX_CONNECTIONS: wholeNumber(1, 1_000_000).default(2_048),
  MAX_CONNECTIONS_PER_ADDRESS: wholeNumber(1, 1_000_000).default(256),
  METRICS_PORT: wholeNumber(0, 65_535).optional(),
  METRICS_HOST: setting('Accepted: an IP address or a host name.', parseHost).default('127.0.0.1'),
  // Only the OpenTelemetry settings that decide whether traces are sent, and where. Its packages read the others
  // themselves.
  OTEL_EXPORTER_OTLP_ENDPOINT: setting(
    'Accepted: http://HOST:PORT | https://…',
    parseEndpoint,
    hide,
  ).optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: setting(
    'Accepted: http://… | https://…',
    parseWholeUrl,
    hide,
  ).optional(),
  OTEL_SDK_DISABLED: z.string().optional(),
  LOG_LEVEL: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent').default('info'),
  KEY_INACTIVITY_DAYS: wholeNumber(1, 36_500).default(90),
  RATE_LIMIT_REQUESTS_PER_MINUTE: wholeNumber(1, 1_000_000).default(600),
  // 100 points for each of the 600 requests: room for some 130 dashboards a minute (50 customers with their
  // inquiries and follow-ups, about 450 objects each), while 600 of the largest queries a minute are not
  // affordable.
  RATE_LIMIT_COST_PER_MINUTE: wholeNumber(1, 999_999_999_999).default(60_000),
  RECORDING: oneOf('on', 'off').default('on'),
  RECORD_READS: oneOf('on', 'off').optional(),
  REQUEST_LOG_DAYS: wholeNumber(1, 3_650).optional(),
  USAGE_DAYS: wholeNumber(1, 3_650).default(400),
  DEMO: oneOf('0', '1').optional(),
});

export type SettingName = keyof typeof settings.shape;

/** Name -> the text that stands for its default, null where there is none. In the order above. For the handbook. */
export function settingDefaults(): Readonly<Record<string, string | null>> {
  const textOf = (value: unknown) =>
    typeof value === 'object' && value !== null && 'path' in value ? `sqlite:${value.path}` : String(value);
  return Object.fromEntries(
    Object.entries(settings.shape).map(([name, type]) => {
      const parsed = type.safeParse(undefined);
      return [name, parsed.success && parsed.data !== undefined ? textOf(parsed.data) : null];
    }),
  );
}

type Present = Partial<Record<string, string>>;

/** Our variables that hold something, trimmed: a secret read from a file often ends in a newline. */
function readPresent(env: NodeJS.ProcessEnv): Present {
  const entries = Object.keys(settings.shape).map((name) => [name, env[name]?.trim()] as const);
  return Object.fromEntries(entries.filter(([, text]) => text !== undefined && text !== ''));
}

/**
 * Faults between settings. They are not part of the schema, because zod skips such checks while any single value is at
 * fault.
 */
function crossFaults(present: Present): string[] {
  const faults: string[] = [];
  if (present['MODE'] === 'production') {
    for (const name of ['JWT_SECRET', 'KEY_PEPPER']) {
      if (present[name]) continue;
      faults.push(`${name}: is missing. Required in production mode: ${goodSecret}`);
    }
    if (present['DEMO'] === '1') faults.push('DEMO: "1" is not accepted in production mode. Accepted: 0');
  }
  for (const [missing, given] of [
    ['OIDC_ISSUER', 'OIDC_AUDIENCE'] as const,
    ['OIDC_AUDIENCE', 'OIDC_ISSUER'] as const,
  ]) {
    if (present[given] && !present[missing])
      faults.push(`${missing}: is missing. Required together with ${given}`);
  }
  return faults;
}

function freezeDeep<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  Object.values(value).forEach(freezeDeep);
  return Object.freeze(value);
}

function atLeastOne(items: readonly string[] | undefined): readonly [string, ...string[]] | null {
  const [first, ...others] = items ?? [];
  return first === undefined ? null : [first, ...others];
}

/**
 * Follows the OpenTelemetry standard: the setting for traces is a whole URL, the general one is the beginning of the
 * URL.
 */
function tracingOf(parsed: z.output<typeof settings>): Config['tracing'] {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole } = parsed;
  if (!base || parsed.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return null;
  return { url: whole ?? `${base.replace(/\/$/, '')}/v1/traces` };
}

function toConfig(parsed: z.output<typeof settings>): Config {
  const local = parsed.MODE === 'local';
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, METRICS_PORT: port } = parsed;
  return {
    mode: parsed.MODE,
    port: parsed.PORT,
    host: parsed.HOST,
    database: parsed.DATABASE_URL,
    redisUrl: parsed.REDIS_URL ?? null,
    jwtSecrets: atLeastOne(parsed.JWT_SECRET),
    keyPepper: parsed.KEY_PEPPER ?? null,
    keyEscrowSecret: parsed.KEY_ESCROW_SECRET ?? null,
    oidc: issuer && audience ? { issuer, audience } : null,
    introspection: parsed.INTROSPECTION ?? (local ? 'public' : 'keys'),
    corsOrigins: parsed.CORS_ORIGINS ? [...new Set(parsed.CORS_ORIGINS)] : local ? 'loopback' : [],
    trustProxyHops: parsed.TRUST_PROXY_HOPS,
    maxConnections: parsed.MAX_CONNECTIONS,
    maxConnectionsPerAddress: parsed.MAX_CONNECTIONS_PER_ADDRESS,
    metrics: port === undefined ? null : { host: parsed.METRICS_HOST, port },
    tracing: tracingOf(parsed),
    logLevel: parsed.LOG_LEVEL,
    keyInactivityDays: parsed.KEY_INACTIVITY_DAYS,
    rateLimitRequestsPerMinute: parsed.RATE_LIMIT_REQUESTS_PER_MINUTE,
    rateLimitCostPerMinute: parsed.RATE_LIMIT_COST_PER_MINUTE,
    isRecording: parsed.RECORDING === 'on',
    isRecordingReads: parsed.RECORDING === 'on' && (parsed.RECORD_READS ?? (local ? 'on' : 'off')) === 'on',
    requestLogDays: parsed.REQUEST_LOG_DAYS ?? (local ? 7 : 30),
    usageDays: parsed.USAGE_DAYS,
    demo: local && parsed.DEMO !== '0',
  };
}

/**
 * Reads the settings, deep-frozen. An empty variable counts as absent; variables that are not ours are
 * ignored. Throws ConfigError with every fault at once.
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const present = readPresent(env);
  const parsed = settings.safeParse(present);
  const valueFaults = (parsed.error?.issues ?? []).map(({ path: [name, index], message }) => {
    const item = typeof index === 'number' ? `item ${index + 1}: ` : '';
    return `${String(name)}: ${item}${message}`;
  });
  const faults = [...valueFaults, ...crossFaults(present)];
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  return freezeDeep(toConfig(parsed.data));
}
