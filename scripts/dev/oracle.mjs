// `npm run oracle -- --pairs 200000 --seed 42`: the differential run of test/oracle/ for as long as wanted. Without
// arguments it is the run of `npm run check`, from another seed each time; the seed is printed.
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bootstrap, root, say } from '../launch/bootstrap.mjs';
import { runChild } from '../launch/child.mjs';
import { helpIfAsked } from '../launch/help.mjs';

const usage = 'npm run oracle -- [--pairs NUMBER] [--seed NUMBER]';
helpIfAsked(usage);
const { values } = parseArgs({ options: { pairs: { type: 'string' }, seed: { type: 'string' } } });
const pairs = values.pairs ?? '10000';
const seed = values.seed ?? String(randomInt(2 ** 31));

if (![pairs, seed].every((text) => /^\d+$/.test(text))) {
  say(`Usage: ${usage}`);
  process.exit(1);
}
await bootstrap({ build: false });
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const env = { ...process.env, LATCHKEY_ORACLE_PAIRS: pairs, LATCHKEY_ORACLE_SEED: seed };
const args = [vitest, 'run', '--project', 'full', 'test/oracle/differential.test.ts'];
process.exitCode = await runChild(process.execPath, args, { cwd: root, env });
