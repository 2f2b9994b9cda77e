// The tests by which `npm run mutation` judges: those that stand nearest to what is changed, in one process on SQLite. With all
// fast tests one mutant takes a minute. A mutant that only a test further away would notice counts as one that survived.
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import settings from '../../vitest.config.ts';

const { projects: _projects, ...shared } = settings.test ?? {};

export default defineConfig({
  ...settings,
  root: join(import.meta.dirname, '../..'),
  test: {
    ...shared,
    globalSetup: ['test/support/templates.ts'],
    include: [
      'test/access/*.test.ts',
      'test/access/policy/*.test.ts',
      'test/access/rate-limit/stores.test.ts',
      'test/contract/examples.test.ts',
      'test/db/tenant/*.test.ts',
      'test/features/access-check/access-check.test.ts',
      'test/features/api-keys/key-management-access.test.ts',
      'test/graphql/schema/introspection.test.ts',
      'test/resources/*.test.ts',
    ],
    exclude: ['test/resources/extreme-instants.test.ts'],
    env: { DATABASES: 'sqlite' },
    isolate: false,
    reporters: [],
  },
});
