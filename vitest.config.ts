// How the tests run. `npm test` starts vitest with this file.
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const require = createRequire(import.meta.url);

export default defineConfig({
  resolve: {
    // Node loads graphql's CommonJS build for type-graphql, Apollo and graphql-shield; vite would pick graphql's
    // ES build for our own files. Two copies mean "Cannot use GraphQLSchema from another module or realm".
    alias: [{ find: /^graphql$/, replacement: require.resolve('graphql') }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/templates.ts'],
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
  },
});
