// How `npm run mutation` changes the code and looks whether a test notices. Of what decides who may do what and how much, and of
// what keeps rows apart.
import { join } from 'node:path';

export default {
  mutate: [
    'src/access/rate-limit/decide.ts',
    'src/resources/page.ts',
    'src/db/tenant/**/*.ts',
    'src/access/policy/**/*.ts',
    // The texts of a server that does not start.
    '!src/access/policy/policy-error.ts',
  ],
  testRunner: 'vitest',
  vitest: { configFile: 'scripts/checks/vitest.mutation.config.js', related: false },
  plugins: ['@stryker-mutator/vitest-runner', join(import.meta.dirname, 'stryker-texts.js')],
  ignorers: ['texts'],
  // Of each mutant only the tests run that come past it.
  coverageAnalysis: 'perTest',
  // What is evaluated once, when its file is loaded, would need a new process and every test for each mutant.
  ignoreStatic: true,
  // Looks again only at what changed since the last run that came to its end.
  incremental: true,
  incrementalFile: '.cache/stryker/incremental.json',
  tempDirName: '.cache/stryker/tmp',
  ignorePatterns: ['/.cache', '/data', '/dist', '/coverage', '/scripts/bench/results'],
  reporters: ['progress-append-only', 'clear-text', 'json', 'html'],
  jsonReporter: { fileName: '.cache/stryker/report.json' },
  htmlReporter: { fileName: '.cache/stryker/report.html' },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, skipFull: true },
  // Tests of races need a core of their own beside the one of the server.
  concurrency: 1,
  timeoutMS: 15_000,
};
