// How the tests run. `npm test` runs the project fast of this file, `npm run test:full` the project full. Without
// `--project` vitest runs both, and a file that is in both runs twice.
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const require = createRequire(import.meta.url);

// The project fast has these folders and files: what runs in the test's own process, here on SQLite alone. A new file in
// one of the folders is in it. What is not in it is in the project full, which has every file.
const fast = [
  'test/{access,config,core,demo,features,graphql,http,jobs,resources}/**/*.test.ts',
  'test/contract/{descriptions,examples,secrets-never-leak}.test.ts',
  'test/telemetry/metrics.test.ts',
];

// Left out of the folders above. A file belongs here when it takes more than about four seconds, or starts what is not fast.
const notFast = [
  // They start processes or a browser, or wait for Redis.
  'test/access/rate-limit/redis-away.test.ts',
  'test/core/log-output.test.ts',
  'test/demo/together.test.ts',
  'test/http/pages/{docs-in-browser,graphiql,sandbox}.test.ts',
  // They try thousands of cases, or the same on large stores.
  'test/features/bookings/availability-model.test.ts',
  'test/features/dashboard.test.ts',
  'test/graphql/errors/names-stay-secret.test.ts',
  'test/graphql/precheck/text-limits.test.ts',
  'test/http/fuzz.test.ts',
  'test/resources/extreme-instants.test.ts',
  // They wait for time limits and sockets, or hash many passwords.
  'test/access/credentials/oidc.test.ts',
  'test/access/rate-limit/rate-limits.test.ts',
  'test/features/users/{external-sign-in,sign-in-attempts}.test.ts',
  'test/graphql/request/ended-operations.test.ts',
  'test/http/server/{connection,connections,health}.test.ts',
];

// Of each project and not of both: what stands below `test` itself is set up once more, for no project.
const globalSetup = ['test/support/templates.ts'];

export default defineConfig({
  resolve: {
    // Node loads graphql's CommonJS build for type-graphql, Apollo and graphql-shield; vite would pick graphql's
    // ES build for our own files. Two copies mean "Cannot use GraphQLSchema from another module or realm".
    alias: [{ find: /^graphql$/, replacement: require.resolve('graphql') }],
  },
  test: {
    setupFiles: ['test/support/setup.ts'],
    // Processes, not threads: sqlite3 is a native module, and a crash must not take the other tests with it.
    pool: 'forks',
    // Tests wait for databases and sockets most of the time: on two cores a second process nearly halves the run.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    globals: false,
    // Hang guards and nothing else. Real databases, real sockets, argon2: on a machine whose cores are all busy with
    // something else, what takes 3 s takes 30. No test may tell right from wrong by one of these.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    teardownTimeout: 30_000,
    expect: { poll: { timeout: 60_000, interval: 50 } },
    reporters: ['default'],
    // `npm run coverage`. A figure to read, no limit to reach: a line that ran is not a line that is tested.
    coverage: { include: ['src/**/*.ts'], reporter: ['text-summary', 'json-summary', 'html'] },
    projects: [
      { extends: true, test: { name: 'full', globalSetup, include: ['test/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'fast',
          globalSetup,
          include: fast,
          exclude: notFast,
          env: { DATABASES: 'sqlite' },
          // Files share a process, so that the server is loaded once and not once for each file.
          isolate: false,
        },
      },
    ],
  },
});
