// The tests by which `npm run mutation` judges: those that stand nearest to what is changed, in one process on SQLite. With all
// fast tests one mutant takes a minute. A mutant that only a test further away would notice counts as one that survived.
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import settings from '../../vitest.config.ts';

/** The first test that fails ends the look at a mutant: small ones, without a server, go first. */
const order = [
  'test/access/policy/',
  'test/access/rate-limit/',
  'test/access/',
  'test/features/access-check/',
  'test/resources/',
  'test/',
];

class SmallestFirst extends BaseSequencer {
  /** @override @param {import('vitest/node').TestSpecification[]} files */
  async sort(files) {
    const placeOf = (/** @type {string} */ file) => order.findIndex((folder) => file.includes(`/${folder}`));
    return files.toSorted((a, b) => placeOf(a.moduleId) - placeOf(b.moduleId));
  }
}

const { projects: _projects, ...shared } = settings.test ?? {};

export default defineConfig({
  ...settings,
  root: join(import.meta.dirname, '../..'),
  test: {
    ...shared,
    setupFiles: [shared.setupFiles ?? [], 'scripts/checks/vitest.mutation.setup.js'].flat(),
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
      'test/oracle/untold-type.test.ts',
      'test/resources/*.test.ts',
    ],
    exclude: ['test/resources/extreme-instants.test.ts'],
    env: { DATABASES: 'sqlite' },
    isolate: false,
    sequence: { sequencer: SmallestFirst },
    reporters: [],
  },
});
