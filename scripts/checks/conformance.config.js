// How `npm run conformance` runs Apollo's suite: jest's globals come from vitest, Apollo and graphql are our own copies.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, '../..');

export default defineConfig({
  root,
  resolve: {
    alias: [
      { find: /^graphql$/, replacement: require.resolve('graphql') },
      {
        find: /^@apollo\/server$/,
        replacement: join(root, 'node_modules/@apollo/server/dist/esm/index.js'),
      },
      { find: '@jest/globals', replacement: join(root, 'test/conformance/jest-globals.ts') },
    ],
  },
  test: {
    include: ['test/conformance/apollo.ts'],
    pool: 'forks',
    server: { deps: { inline: [/server-integration-testsuite/] } },
  },
});
