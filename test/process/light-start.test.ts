// What a server loads before anybody has asked it anything: not what only some servers or some requests need, and nothing
// twice. It decides how soon a killed server is back and what memory a resting one holds.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/data-source.ts';
import { databaseUrl } from '../db/support/store.ts';
import { buildCommands } from '../support/processes/commands.ts';
import { newEngine, type Engine } from '../support/engines.ts';
import { testSecrets } from '../support/house.ts';

const root = join(import.meta.dirname, '../..');
/** Answers each message with the CommonJS files that are loaded. */
const spy = `import { createRequire } from 'node:module';
process.on('message', () => process.send(Object.keys(createRequire('/').cache)));`;

let engine: Engine;
let files: string[];

beforeAll(async () => {
  await buildCommands();
  engine = await newEngine('sqlite');
  // A start as most are: there is nothing to migrate.
  const database = await openDatabase(databaseUrl(engine));
  await database.migrate();
  await database.close();
  const child = fork(join(root, 'dist/src/main.js'), {
    cwd: root,
    execArgv: ['--import', `data:text/javascript,${encodeURIComponent(spy)}`],
    env: {
      ...{ DATABASE_URL: engine.url, PORT: '0', DEMO: '0', NODE_ENV: 'production', LOG_LEVEL: 'error' },
      ...{ JWT_SECRET: testSecrets.jwtSecrets[0], KEY_PEPPER: testSecrets.keyPepper },
    },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  await once(child.stdout!, 'data');
  child.send('files');
  [files] = (await once(child, 'message')) as [string[]];
  child.kill();
  await once(child, 'exit');
});
afterAll(() => engine.remove());

const loaded = (part: string) => files.filter((file) => file.includes(part));

it.each([
  ['/node_modules/fastify/fastify.js'],
  ['/node_modules/@apollo/server/dist/cjs/ApolloServer.js'],
  ['/node_modules/graphql/graphql.js'],
])('loads %s, once', (part) => {
  expect(loaded(part)).toHaveLength(1);
});

it.each([
  ['the client of Redis, without REDIS_URL', '/node_modules/ioredis/'],
  ['the metrics, without METRICS_PORT', '/node_modules/prom-client/'],
  ['the tracer, without OTEL_EXPORTER_OTLP_ENDPOINT', '/node_modules/@opentelemetry/'],
  ['traces, where nobody is sent them', '/node_modules/@opentelemetry/'],
  ['the compiler of queries', '/node_modules/graphql-jit/'],
  ['the hash of passwords', '/node_modules/@node-rs/argon2/'],
  ['the list of common passwords', '/node_modules/@zxcvbn-ts/'],
  ['GraphiQL', '/node_modules/@graphql-yoga/render-graphiql/'],
  ["the compilers of Fastify's schemas", '/node_modules/ajv/'],
  ['what migrates, where all is migrated', '/node_modules/typeorm/'],
  ['the driver of Postgres, on SQLite', '/node_modules/pg/'],
])('does not load %s', (_what, part) => {
  expect(loaded(part)).toEqual([]);
});
