// `npm run check`: everything that must hold before a change goes in. Stops at the first failure. The tests come last
// and nothing is printed after them, so that their summary ends the output.
import { spawnSync } from 'node:child_process';
import { bootstrap, npmCommand, root } from './bootstrap.mjs';
import { runChild } from './child.mjs';
import { helpIfAsked } from './help.mjs';

const steps = [
  { title: 'Types', run: () => npmRun('typecheck') },
  { title: 'Lint', run: () => npmRun('lint') },
  { title: 'Format', run: () => npmRun('format:check') },
  { title: 'Architecture', run: () => npmRun('arch') },
  { title: 'Dead code and dependencies', run: () => npmRun('knip') },
  { title: 'Schema drift', run: checkSchemaDrift },
  { title: 'Tests', run: () => npmRun('test') },
];

helpIfAsked(`npm run check
  Everything that must hold before a change goes in: ${steps.map(({ title }) => title.toLowerCase()).join(', ')}.`);
await bootstrap({ build: false });
for (const [index, { title, run }] of steps.entries()) {
  const label = `[${index + 1}/${steps.length}] ${title}`;
  const startedMs = performance.now();
  console.log(`\n=== ${label}`);
  const code = await run();
  const took = `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
  if (code !== 0) {
    console.error(`=== ${label}: failed after ${took}`);
    process.exit(code);
  }
  if (index < steps.length - 1) console.log(`=== ${label}: ok in ${took}`);
}

/** Runs a script of package.json, where the arguments of each tool stand. @param {string} name */
function npmRun(name) {
  const npm = npmCommand();
  return runChild(npm.file, [...npm.args, 'run', '--silent', name], { cwd: root });
}

/** The committed schema/ must be what the sources emit: the differences are shown, and new files are named. */
async function checkSchemaDrift() {
  const emitted = await npmRun('schema');
  if (emitted !== 0) return emitted;
  const changed = await runChild('git', ['--no-pager', 'diff', '--exit-code', '--', 'schema'], { cwd: root });
  const listing = spawnSync('git', ['ls-files', '--others', '--exclude-standard', '--', 'schema'], {
    cwd: root,
    encoding: 'utf8',
  });
  const untracked = listing.stdout?.trim();
  if (untracked) console.error(`Not in git yet:\n${untracked}`);
  if (changed === 0 && listing.status === 0 && !untracked) return 0;
  console.error(
    'schema/ differs from what the sources emit (above). Review it, then commit what `npm run schema` wrote.',
  );
  return 1;
}
