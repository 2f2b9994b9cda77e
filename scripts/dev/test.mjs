// `npm test` and `npm run test:full` [-- arguments for vitest]: installs when needed, then runs vitest, which compiles by
// itself. vitest.config.ts says what is in the projects fast and full.
import { join } from 'node:path';
import { bootstrap, root } from '../launch/bootstrap.mjs';
import { runChild } from '../launch/child.mjs';
import { helpIfAsked } from '../launch/help.mjs';

const isFull = process.argv[2] === 'full';
helpIfAsked(
  isFull
    ? `npm run test:full [-- FILES] [-- --testNamePattern TEXT]
  Runs every test, or those of some files. Everything behind -- goes to vitest.`
    : `npm test [-- FILES] [-- --testNamePattern TEXT]
  Alone: runs the fast tests, on SQLite. With anything behind --, which goes to vitest: picks from every test.`,
);
await bootstrap({ build: false });
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const given = process.argv.slice(isFull ? 3 : 2);
const project = isFull || given.length > 0 ? 'full' : 'fast';
const args = [vitest, 'run', '--project', project, ...given];
process.exitCode = await runChild(process.execPath, args, { cwd: root });
