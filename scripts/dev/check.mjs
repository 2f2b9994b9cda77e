// `npm run check`: everything that must hold before a change goes in. Stops at the first failure. The tests come last
// and nothing is printed after them, so that their summary ends the output.
import { spawnSync } from 'node:child_process';
import { bootstrap, npmCommand, root } from '../launch/bootstrap.mjs';
import { runChild } from '../launch/child.mjs';
import { helpIfAsked } from '../launch/help.mjs';

const steps = [
  { title: 'Types', run: () => npmRun('typecheck') },
  { title: 'Lint', run: () => npmRun('lint') },
  { title: 'Format', run: () => npmRun('format:check') },
  { title: 'Architecture', run: () => npmRun('arch') },
  { title: 'Dead code and dependencies', run: () => npmRun('knip') },
  { title: 'Schema drift', run: () => checkDrift('schema', ['schema']) },
  { title: 'OpenAPI', run: () => npmRun('openapi') },
  { title: 'Handbook drift', run: () => checkDrift('handbook', ['README.md', 'src/handbook']) },
  { title: 'Tests', run: () => npmRun('test:full') },
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

/**
 * What is committed must be what `npm run NAME` writes of the sources: the differences are shown, and new files are named.
 * @param {string} name
 * @param {string[]} paths
 */
async function checkDrift(name, paths) {
  const written = await npmRun(name);
  if (written !== 0) return written;
  const changed = await runChild('git', ['--no-pager', 'diff', '--exit-code', '--', ...paths], { cwd: root });
  const listing = spawnSync('git', ['ls-files', '--others', '--exclude-standard', '--', ...paths], {
    cwd: root,
    encoding: 'utf8',
  });
  const untracked = listing.stdout?.trim();
  if (untracked) console.error(`Not in git yet:\n${untracked}`);
  if (changed === 0 && listing.status === 0 && !untracked) return 0;
  console.error(
    `${paths.join(' and ')}: the sources say something else (above). Review it, then commit what \`npm run ${name}\` wrote.`,
  );
  return 1;
}
