// `node scripts/run.mjs NAME [arguments]`: makes the clone runnable, then runs the command scripts/NAME.ts.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bootstrap, root, runBuilt, say } from './launch/bootstrap.mjs';

const [name = '', ...args] = process.argv.slice(2);

if (!/^[a-z][a-z-]*$/.test(name) || !existsSync(join(root, 'scripts', `${name}.ts`))) {
  say(`There is no command "${name}": scripts/${name}.ts does not exist.`);
  process.exit(1);
}
await bootstrap();
await runBuilt(`scripts/${name}.js`, args);
