// Makes a fresh clone runnable: checks Node, installs the locked packages, compiles to dist/. Uses only Node's own
// modules, since it runs before anything is installed, and prints only to stderr, so that `--json` commands keep
// stdout to themselves. When nothing changed it reads the sources, finds both stamps right and returns.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runChild } from './child.mjs';
import { helpIfAsked } from './help.mjs';
import { withLock } from './lock.mjs';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const installStamp = join(root, 'node_modules', '.latchkey-installed');
const buildStamp = join(root, 'dist', '.latchkey-built');
const lockFile = join(root, '.cache', 'bootstrap.lock');

/** @param {string} line */
export const say = (line) => process.stderr.write(`${line}\n`);

/**
 * Installs when node_modules is missing or older than the lock file and, unless `build` is false, compiles when
 * sources are newer than dist/. Two processes may call this at once: one works, the other waits and finds it done.
 * Ends the process with exit code 1 and a sentence on stderr when it cannot.
 * @param {{ build?: boolean }} [options]
 */
export async function bootstrap({ build = true } = {}) {
  refuseOldNode(process.versions.node);
  const isReady = () => isInstalled() && (!build || isBuilt());
  if (isReady()) return;
  try {
    await withLock(lockFile, say, async () => {
      if (!isInstalled()) await install();
      if (build && !isBuilt()) await compile();
    });
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}

/** The same versions as `engines` in package.json. @param {string} version "20.19.0" */
export function isSupportedNode(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major >= 24 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
}

/** @param {string} version */
function refuseOldNode(version) {
  if (isSupportedNode(version)) return;
  say(`Latchkey needs Node 20.19 or later, 22.12 or later, or 24 and up. This is Node ${version}.`);
  process.exit(1);
}

// ---- Packages -------------------------------------------------------------------------------------------------

function installFingerprint() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return createHash('sha256').update(`${process.platform} ${process.arch}\n`).update(lock).digest('hex');
}

function isInstalled() {
  const fingerprint = installFingerprint();
  if (readIfThere(installStamp) === fingerprint) return true;
  if (!matchesLockFile()) return false;
  // Installed by hand (`npm install`, `npm ci`) and right: take it over instead of installing once more.
  writeFileSync(installStamp, fingerprint);
  return true;
}

/** Compares npm's own record of what it put into node_modules with the lock file. */
function matchesLockFile() {
  const record = readIfThere(join(root, 'node_modules', '.package-lock.json'));
  // The one package that compiles at installation: npm writes its record even when told to skip scripts.
  const native = join(root, 'node_modules/sqlite3/build/Release/node_sqlite3.node');
  if (record === undefined || !existsSync(native)) return false;
  const installed = JSON.parse(record).packages;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional || installed[path]?.version === entry.version,
  );
}

async function install() {
  say(
    'Installing packages from package-lock.json (once; sqlite3 may be compiled, which takes a minute or two) ...',
  );
  const npm = npmCommand();
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const code = await runChild(npm.file, [...npm.args, ...args], { cwd: root, outputToStderr: true });
  if (code !== 0) throw new Error(`Packages could not be installed: npm ci ended with code ${code}.`);
  writeFileSync(installStamp, installFingerprint());
}

export function npmCommand() {
  const path = process.env['npm_execpath'];
  // Set by npm for its scripts: the same npm again, also where `npm` on the PATH is another one or a .cmd file.
  if (path?.endsWith('npm-cli.js')) return { file: process.execPath, args: [path] };
  return { file: process.platform === 'win32' ? 'npm.cmd' : 'npm', args: [] };
}

// ---- Build ----------------------------------------------------------------------------------------------------

/** @param {string} folder @param {(name: string) => boolean} isWanted */
const filesIn = (folder, isWanted) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(isWanted)
    .map((name) => join(folder, name));

function sourceFiles() {
  const code = ['src', 'scripts'].flatMap((folder) => filesIn(folder, (name) => name.endsWith('.ts')));
  const handbook = ['src/handbook', 'scripts/bench/results'].flatMap((folder) =>
    filesIn(folder, (name) => /\.(md|css|png|svg)$/.test(name)),
  );
  return [...code, ...handbook, 'ormconfig.ts'].sort();
}

/** By content, not by date: a checkout or a copy changes dates without changing sources, and the other way round. */
function buildFingerprint() {
  const settings = ['tsconfig.json', 'scripts/checks/tsconfig.build.json', 'package-lock.json'];
  const hash = createHash('sha256');
  for (const file of [...settings, ...sourceFiles()]) {
    hash.update(`${file}\n`).update(readIfThere(join(root, file)) ?? '');
  }
  return hash.digest('hex');
}

const isBuilt = () => readIfThere(buildStamp) === buildFingerprint();

async function compile() {
  say('Building ...');
  // Taken before compiling: an edit made meanwhile must lead to another build, not be taken for built.
  const fingerprint = buildFingerprint();
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const args = [tsc, '--project', join(root, 'scripts/checks/tsconfig.build.json')];
  const code = await runChild(process.execPath, args, { cwd: root, outputToStderr: true });
  if (code !== 0) throw new Error('The build failed; the messages above say where.');
  removeOrphans();
  await renderHandbook();
  writeFileSync(buildStamp, fingerprint);
}

/** Markdown -> dist/handbook/. In a process of its own: the one that goes on as the server loads no Markdown library. */
async function renderHandbook() {
  const program = join(root, 'dist/scripts/handbook/build.js');
  const code = await runChild(process.execPath, [program], { cwd: root, outputToStderr: true });
  if (code !== 0) throw new Error('The handbook could not be made; the message above says why.');
}

/** tsc leaves the output of deleted sources behind, and code that no longer exists must not be importable. */
function removeOrphans() {
  for (const folder of ['src', 'scripts']) {
    const output = join(root, 'dist', folder);
    if (!existsSync(output)) continue;
    for (const name of readdirSync(output, { recursive: true, encoding: 'utf8' })) {
      const source = join(root, folder, name.replace(/\.js(\.map)?$/, '.ts'));
      if (/\.js(\.map)?$/.test(name) && !existsSync(source)) rmSync(join(output, name));
    }
  }
}

/** @param {string} path */
function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Runs a compiled program in this process, as if it had been started directly: one process fewer to hand signals
 * and exit codes through. graphql-js decides when it loads whether to run its slow development checks, so
 * NODE_ENV is set first.
 * @param {string} path below dist/, e.g. "src/main.js"
 * @param {string[]} args
 */
export async function runBuilt(path, args) {
  const file = join(root, 'dist', path);
  process.env['NODE_ENV'] = 'production';
  process.argv = [process.execPath, file, ...args];
  await import(pathToFileURL(file).href);
}

// `npm run build`: this file started directly.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  helpIfAsked(
    'npm run build\n  Installs the locked packages and compiles to dist/, each only when something has changed.',
  );
  await bootstrap();
}
