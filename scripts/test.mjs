// `npm test [-- arguments for vitest]`: installs when needed, then runs vitest, which compiles by itself.
import { join } from 'node:path';
import { bootstrap, root } from './bootstrap.mjs';
import { runChild } from './child.mjs';
import { helpIfAsked } from './help.mjs';

helpIfAsked(`npm test [-- FILES] [-- --testNamePattern TEXT]
  Runs the tests, or those of some files. Everything behind -- goes to vitest.`);
await bootstrap({ build: false });
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
process.exitCode = await runChild(process.execPath, [vitest, 'run', ...process.argv.slice(2)], { cwd: root });
