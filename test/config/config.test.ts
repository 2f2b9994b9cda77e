// Behaviour of the settings: defaults, what each accepts, and how faults are reported.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../src/config/config.ts';

const secret = 's'.repeat(32);
const production = { MODE: 'production', JWT_SECRET: secret, KEY_PEPPER: secret };

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('readConfig', () => {
  it('gives every setting its default in local mode', () => {
    expect(readConfig({})).toEqual({
      mode: 'local',
      port: 4000,
      host: '127.0.0.1',
      database: { kind: 'sqlite', path: 'data/latchkey.sqlite' },
      redisUrl: null,
      jwtSecrets: null,
      keyPepper: null,
      keyEscrowSecret: null,
      oidc: null,
      introspection: 'public',
      corsOrigins: 'loopback',
      trustProxyHops: 0,
      maxConnections: 2_048,
      maxConnectionsPerAddress: 256,
      metrics: null,
      tracing: null,
      logLevel: 'info',
      keyInactivityDays: 90,
      rateLimitRequestsPerMinute: 600,
      rateLimitCostPerMinute: 60_000,
      ...{ isRecording: true, isRecordingReads: true, requestLogDays: 7, usageDays: 400 },
      demo: true,
    });
  });

  it('closes introspection and the demo by default in production mode', () => {
    expect(readConfig(production)).toMatchObject({
      mode: 'production',
      jwtSecrets: [secret],
      keyPepper: secret,
      introspection: 'keys',
      isRecordingReads: false,
      requestLogDays: 30,
      demo: false,
    });
  });

  it('takes every setting from the environment', () => {
    expect(
      readConfig({
        ...production,
        PORT: '0',
        HOST: '::',
        DATABASE_URL: 'postgres://u:p@db.example:5432/latchkey?sslmode=require',
        REDIS_URL: 'rediss://:p@redis.example:6380/1',
        JWT_SECRET: `${'a'.repeat(32)}, ${'b'.repeat(32)}`,
        KEY_ESCROW_SECRET: 'e'.repeat(32),
        OIDC_ISSUER: 'https://id.example/realm/',
        OIDC_AUDIENCE: 'latchkey',
        INTROSPECTION: 'off',
        CORS_ORIGINS: 'https://app.example, http://localhost:3000,https://APP.example:443/',
        TRUST_PROXY_HOPS: '2',
        MAX_CONNECTIONS: '5000',
        MAX_CONNECTIONS_PER_ADDRESS: '50',
        METRICS_PORT: '9464',
        METRICS_HOST: '10.0.0.5',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'https://u:p@otel.example:4318/base/',
        LOG_LEVEL: 'debug',
        KEY_INACTIVITY_DAYS: '30',
        RATE_LIMIT_REQUESTS_PER_MINUTE: '10',
        RATE_LIMIT_COST_PER_MINUTE: '20',
        RECORDING: 'off',
        RECORD_READS: 'on',
        REQUEST_LOG_DAYS: '3',
        USAGE_DAYS: '100',
        DEMO: '0',
      }),
    ).toEqual({
      mode: 'production',
      port: 0,
      host: '::',
      database: { kind: 'postgres', url: 'postgres://u:p@db.example:5432/latchkey?sslmode=require' },
      redisUrl: 'rediss://:p@redis.example:6380/1',
      jwtSecrets: ['a'.repeat(32), 'b'.repeat(32)],
      keyPepper: secret,
      keyEscrowSecret: 'e'.repeat(32),
      oidc: { issuer: 'https://id.example/realm/', audience: 'latchkey' },
      introspection: 'off',
      corsOrigins: ['https://app.example', 'http://localhost:3000'],
      trustProxyHops: 2,
      maxConnections: 5_000,
      maxConnectionsPerAddress: 50,
      metrics: { host: '10.0.0.5', port: 9464 },
      tracing: { url: 'https://u:p@otel.example:4318/base/v1/traces' },
      logLevel: 'debug',
      keyInactivityDays: 30,
      rateLimitRequestsPerMinute: 10,
      rateLimitCostPerMinute: 20,
      ...{ isRecording: false, isRecordingReads: false, requestLogDays: 3, usageDays: 100 },
      demo: false,
    });
  });

  it('takes empty and blank variables as absent, and ignores those that are not its own', () => {
    expect(readConfig({ MODE: '', PORT: ' ', JWT_SECRET: '', DEMO: '', PATH: '/bin', PORTS: 'x' })).toEqual(
      readConfig({}),
    );
    expect(faultsOf({ ...production, KEY_PEPPER: '' })).toEqual([
      expect.stringMatching(/^KEY_PEPPER: is missing/),
    ]);
  });

  it('drops the newline that a secret read from a file ends in', () => {
    expect(readConfig({ KEY_PEPPER: `${secret}\n` }).keyPepper).toBe(secret);
  });

  it.each([
    ['sqlite:data/x.sqlite', { kind: 'sqlite', path: 'data/x.sqlite' }],
    ['sqlite:/var/lib/x.sqlite', { kind: 'sqlite', path: '/var/lib/x.sqlite' }],
    ['postgresql://db/x', { kind: 'postgres', url: 'postgresql://db/x' }],
    ['postgres:///x?host=/run/postgresql', { kind: 'postgres', url: 'postgres:///x?host=/run/postgresql' }],
  ])('reads DATABASE_URL %s', (url, database) => {
    expect(readConfig({ DATABASE_URL: url }).database).toEqual(database);
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318' }, 'http://otel:4318/v1/traces'],
    [
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318',
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://jaeger/t?x=1',
      },
      'http://jaeger/t?x=1',
    ],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318', OTEL_SDK_DISABLED: 'false' },
      'http://otel:4318/v1/traces',
    ],
  ])('sends traces as the standard says: %j', (env, url) => {
    expect(readConfig(env).tracing).toEqual({ url });
  });

  it.each([
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://otel:4318/v1/traces' },
    { OTEL_SERVICE_NAME: 'latchkey' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318', OTEL_SDK_DISABLED: 'True' },
  ])('sends none with %j', (env) => {
    expect(readConfig(env).tracing).toBeNull();
  });

  it('switches the demo off with DEMO=0', () => {
    expect(readConfig({ DEMO: '0' }).demo).toBe(false);
  });

  it('freezes the settings all the way down', () => {
    const config = readConfig({ ...production, CORS_ORIGINS: 'https://app.example' });
    for (const part of [config, config.database, config.jwtSecrets, config.corsOrigins]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it.each([
    ['MODE', 'prod', 'local | production'],
    ['PORT', '65536', '0 to 65535'],
    ['PORT', '4e3', '0 to 65535'],
    ['PORT', '-1', '0 to 65535'],
    ['HOST', 'http://x', 'host name'],
    ['DATABASE_URL', 'mysql://u@db/x', 'sqlite:PATH'],
    ['DATABASE_URL', 'data/x.sqlite', 'sqlite:PATH'],
    ['DATABASE_URL', 'sqlite:', 'sqlite:PATH'],
    ['DATABASE_URL', 'sqlite://data/x', 'sqlite:PATH'],
    ['DATABASE_URL', 'sqlite::memory:', 'sqlite:PATH'],
    ['DATABASE_URL', 'sqlite:file:x?mode=memory', 'sqlite:PATH'],
    ['DATABASE_URL', 'postgres://', 'sqlite:PATH'],
    ['REDIS_URL', 'http://redis', 'redis://'],
    ['REDIS_URL', 'redis://', 'redis://'],
    ['JWT_SECRET', 'short', 'at least 32'],
    ['JWT_SECRET', `${secret},`, 'item 2'],
    ['JWT_SECRET', `${secret},${secret},${secret}`, 'over two'],
    ['KEY_PEPPER', 's'.repeat(31), 'at least 32'],
    ['KEY_ESCROW_SECRET', 'short', 'at least 32'],
    ['INTROSPECTION', 'on', 'public | keys | off'],
    ['CORS_ORIGINS', '*', 'origins such as'],
    ['CORS_ORIGINS', 'null', 'origins such as'],
    ['CORS_ORIGINS', 'https://app.example/path', 'origins such as'],
    ['CORS_ORIGINS', 'https://u@app.example', 'origins such as'],
    ['CORS_ORIGINS', 'app.example', 'origins such as'],
    ['TRUST_PROXY_HOPS', 'true', '0 to 32'],
    ['MAX_CONNECTIONS', '0', '1 to 1000000'],
    ['MAX_CONNECTIONS_PER_ADDRESS', '-1', '1 to 1000000'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'otel:4317', 'http://HOST:PORT'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://otel:4318/?x=1', 'http://HOST:PORT'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'grpc://otel:4317', 'http://'],
    ['LOG_LEVEL', 'verbose', 'info'],
    ['KEY_INACTIVITY_DAYS', '0', '1 to'],
    ['RATE_LIMIT_REQUESTS_PER_MINUTE', '0', '1 to'],
    ['RATE_LIMIT_COST_PER_MINUTE', '1.5', '1 to'],
    ['DEMO', 'no', '0 | 1'],
  ])('refuses %s=%s and says what is accepted', (name, value, accepted) => {
    const faults = faultsOf({ [name]: value });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^${name}: `));
    expect(faults[0]).toContain(accepted);
  });

  it.each(['http://id.example', 'ftp://id.example', 'https://id.example/?a=b', 'id.example'])(
    'refuses OIDC_ISSUER=%s',
    (issuer) => {
      const faults = faultsOf({ OIDC_ISSUER: issuer, OIDC_AUDIENCE: 'latchkey' });
      expect(faults).toEqual([expect.stringMatching(/^OIDC_ISSUER: .*https:\/\//)]);
    },
  );

  it('accepts a plain http issuer on this machine', () => {
    const oidc = { issuer: 'http://127.0.0.1:8080', audience: 'latchkey' };
    expect(readConfig({ OIDC_ISSUER: oidc.issuer, OIDC_AUDIENCE: oidc.audience }).oidc).toEqual(oidc);
  });

  it('wants OIDC_ISSUER and OIDC_AUDIENCE together', () => {
    expect(faultsOf({ OIDC_ISSUER: 'https://id.example' })).toEqual([
      expect.stringMatching(/^OIDC_AUDIENCE: is missing/),
    ]);
    expect(faultsOf({ OIDC_AUDIENCE: 'latchkey' })).toEqual([
      expect.stringMatching(/^OIDC_ISSUER: is missing/),
    ]);
  });

  it('wants secrets and no demo in production mode', () => {
    expect(faultsOf({ MODE: 'production', DEMO: '1' })).toEqual([
      expect.stringMatching(/^JWT_SECRET: is missing.*openssl rand/),
      expect.stringMatching(/^KEY_PEPPER: is missing.*openssl rand/),
      expect.stringMatching(/^DEMO: /),
    ]);
  });

  it('lists all faults at once, one line each, those between settings too', () => {
    const env = {
      MODE: 'production',
      PORT: 'x',
      CORS_ORIGINS: '*,y',
      LOG_LEVEL: 'loud',
      OIDC_AUDIENCE: 'latchkey',
    };
    const names = faultsOf(env).map((fault) => fault.split(':')[0]);
    expect(names.sort()).toEqual(
      ['CORS_ORIGINS', 'CORS_ORIGINS', 'JWT_SECRET', 'KEY_PEPPER', 'LOG_LEVEL', 'OIDC_ISSUER', 'PORT'].sort(),
    );
    expect(() => readConfig(env)).toThrow(/PORT: "x" is not accepted/);
  });

  it('never repeats a secret, not even one in the wrong variable', () => {
    const names = [
      'MODE',
      'PORT',
      'HOST',
      'INTROSPECTION',
      'CORS_ORIGINS',
      'LOG_LEVEL',
      'DEMO',
      'TRUST_PROXY_HOPS',
    ];
    const hidden = fc.string({ unit: fc.constantFrom(...'abcXYZ789/+%@!'), minLength: 32, maxLength: 64 });
    fc.assert(
      fc.property(hidden, (value) => {
        const env = Object.fromEntries(names.map((name) => [name, value]));
        const broken = {
          DATABASE_URL: `mysql://u:${value}@db`,
          REDIS_URL: `http://:${value}@redis`,
          OTEL_EXPORTER_OTLP_ENDPOINT: `ftp://u:${value}@otel`,
          OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `ftp://u:${value}@otel`,
        };
        const short = value.slice(0, 20);
        const report = faultsOf({ ...env, ...broken, JWT_SECRET: short, KEY_PEPPER: short }).join('\n');
        expect(report).toContain('JWT_SECRET: ');
        expect(report).not.toContain(value);
        expect(report).not.toContain(short);
      }),
    );
  });
});
