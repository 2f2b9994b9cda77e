// The table of settings: names, order and defaults from src/config/config.ts; what each means, here. One that is forgotten does not compile.
import { settingDefaults, type SettingName } from '../../src/config/config.ts';
import { code, table } from './markdown.ts';

interface SettingWords {
  readonly meaning: string;
  /** Where the default is no value: what holds without the setting. */
  readonly without?: string;
}

const words: Readonly<Record<SettingName, SettingWords>> = {
  MODE: {
    meaning: '`local` or `production`. Production mode requires its own secrets and makes no demo data.',
  },
  PORT: { meaning: 'The port that the server listens on. `0` is any free port.' },
  HOST: { meaning: 'The address that the server listens on.' },
  DATABASE_URL: { meaning: 'The store: `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`.' },
  REDIS_URL: {
    without: 'none: each server counts in its own memory',
    meaning:
      '`redis://` or `rediss://`. Servers that name the same Redis share their limits. `?keyPrefix=…` keeps several installations apart.',
  },
  JWT_SECRET: {
    without: 'local mode: made and kept in `data/`; production mode: required',
    meaning: 'Signs sign-in tokens. At least 32 characters. `NEW,OLD` while you replace it.',
  },
  KEY_PEPPER: {
    without: 'local mode: made and kept in `data/`; production mode: required',
    meaning:
      'A part of the stored HMAC of every key. At least 32 characters. **With another value no existing key works.**',
  },
  KEY_ESCROW_SECRET: {
    without: 'none',
    meaning: 'Switches `revealApiKey` on: secrets of new keys are also kept, sealed with it.',
  },
  OIDC_ISSUER: {
    without: 'none',
    meaning:
      'An OpenID Connect issuer. Its access tokens for `OIDC_AUDIENCE` are a sign-in too. See [Security](security.md#sign-in-by-your-own-issuer).',
  },
  OIDC_AUDIENCE: { without: 'none', meaning: 'The audience that those tokens must name.' },
  INTROSPECTION: {
    without: '`public`; `keys` in production mode',
    meaning: 'Who may read the schema: anybody, holders of a credential, or nobody (`off`).',
  },
  CORS_ORIGINS: {
    without: 'local mode: pages of this machine; production mode: none',
    meaning:
      'Origins of the web pages that may call the API, e.g. `https://app.example,https://admin.example`.',
  },
  TRUST_PROXY_HOPS: {
    meaning:
      'The number of proxies in front of the server. Above 0 the address of a caller comes from `X-Forwarded-For` or, where that is absent, from `Forwarded` (RFC 7239), without port and brackets. A hidden or `unknown` address is on no list. The port must then be reachable through those proxies only: a caller who reaches it directly could name any address.',
  },
  MAX_CONNECTIONS: { meaning: 'Connections of one server process. Further ones are closed.' },
  MAX_CONNECTIONS_PER_ADDRESS: {
    meaning:
      'Connections from one IPv4 address or one IPv6 /64 network. Has no effect where `TRUST_PROXY_HOPS` is above 0.',
  },
  METRICS_PORT: {
    without: 'none: no metrics',
    meaning:
      'The port where Prometheus finds `/metrics`. It asks for no credential: never let the internet reach it.',
  },
  METRICS_HOST: { meaning: 'The address of that port.' },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    without: 'none: no traces',
    meaning: 'Where traces are sent, e.g. `http://127.0.0.1:4318`. See [Operations](operations.md#traces).',
  },
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: {
    without: 'the endpoint above and `/v1/traces`',
    meaning: 'The whole address for traces, where it differs.',
  },
  OTEL_SDK_DISABLED: { without: '`false`', meaning: '`true` switches traces off.' },
  LOG_LEVEL: { meaning: '`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`.' },
  KEY_INACTIVITY_DAYS: { meaning: 'A key that is unused for this many days stops working.' },
  RATE_LIMIT_REQUESTS_PER_MINUTE: {
    meaning: 'Requests of a workspace, or of an address without a credential, in any 60 seconds.',
  },
  RATE_LIMIT_COST_PER_MINUTE: {
    meaning:
      'Points of the same. `accessCheck` and `extensions.cost` say what an operation costs. See [Limits](limits.md).',
  },
  RECORDING: {
    meaning:
      '`on` or `off`: whether what keys and users do is counted and logged. See [Insight](insight.md).',
  },
  RECORD_READS: {
    without: 'local mode: `on`; production mode: `off`',
    meaning:
      '`on` or `off`: whether it is noted which records keys were answered. See [Insight](insight.md).',
  },
  REQUEST_LOG_DAYS: {
    without: 'local mode: `7`; production mode: `30`',
    meaning: 'How many days the request log is kept.',
  },
  USAGE_DAYS: {
    meaning: 'How many days the hourly sums of what keys did are kept, and which records they were answered.',
  },
  DEMO: { without: '`1` in local mode', meaning: '`0`: no demo workspace on an empty database.' },
};

export function settingsTable(): string {
  const rows = Object.entries(settingDefaults()).map(([name, value]) => {
    const { meaning, without } = words[name as SettingName];
    const shown = value === null ? without : code(value);
    if (shown === undefined)
      throw new Error(`${name} has no default: scripts/handbook/settings.ts must say what holds.`);
    return [code(name), shown, meaning];
  });
  return table(['variable', 'default', 'meaning'], rows);
}
