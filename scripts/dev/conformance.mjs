// `npm run conformance`: Apollo's tests for HTTP bindings against ours. The suite is installed below .cache/ and not with the
// other packages, because it wants the whole of jest beside 170 more; it gets our Apollo Server and graphql.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootstrap, npmCommand, root } from '../launch/bootstrap.mjs';
import { runChild } from '../launch/child.mjs';
import { helpIfAsked } from '../launch/help.mjs';

const suite = '@apollo/server-integration-testsuite';
const version = '5.5.0';
const folder = join(root, '.cache/conformance');

function install() {
  mkdirSync(folder, { recursive: true });
  const content = { private: true, dependencies: { [suite]: version } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(content));
  const options = ['--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  const npm = npmCommand();
  const args = [...npm.args, 'install', ...options];
  execFileSync(npm.file, args, { cwd: folder, stdio: 'inherit', shell: npm.file.endsWith('.cmd') });
  for (const name of ['@apollo/server', 'graphql']) {
    const place = join(folder, 'node_modules', name);
    rmSync(place, { recursive: true, force: true });
    symlinkSync(join(root, 'node_modules', name), place, 'junction');
  }
}

helpIfAsked(`npm run conformance
  Installs Apollo's tests for HTTP bindings below .cache/ and runs them against this server.`);
await bootstrap({ build: false });
install();
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const config = join(root, 'scripts/checks/conformance.config.js');
process.exitCode = await runChild(process.execPath, [vitest, 'run', '--config', config], { cwd: root });
