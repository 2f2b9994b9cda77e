// A lock between processes of one machine: a file that exists while somebody works. Node's own modules only.
import { mkdirSync, readFileSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 100;
const heartbeatMs = 2_000;
/** Long, because a suspended laptop must not lose its lock at once; a holder that died is noticed by its process id. */
const staleAfterMs = 60_000;

/**
 * Waits until nobody else holds the lock at `path`, runs `work`, frees the lock. A lock whose holder has died is taken
 * over. `say` gets one line when there is somebody to wait for.
 * @param {string} path
 * @param {(line: string) => void} say
 * @param {() => Promise<void>} work
 */
export async function withLock(path, say, work) {
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  while (!tryCreate(path)) {
    if (isStale(path)) {
      breakStale(path);
      continue;
    }
    if (!told) say('Another process is installing or building; waiting for it ...');
    told = true;
    await sleep(pollMs);
  }
  const heartbeat = setInterval(() => touch(path), heartbeatMs);
  const release = () => unlinkIfThere(path);
  process.once('exit', release);
  try {
    await work();
  } finally {
    clearInterval(heartbeat);
    process.off('exit', release);
    release();
  }
}

/** @param {string} path */
function tryCreate(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** @param {string} path */
function isStale(path) {
  try {
    const ageMs = Date.now() - statSync(path).mtimeMs;
    if (ageMs > staleAfterMs) return true;
    const holder = Number(readFileSync(path, 'utf8'));
    // Empty for the instant between creation and writing: not stale, look again.
    if (!holder) return false;
    // Our own id, though we hold nothing: left by an earlier process, as happens with the small ids in a container.
    return holder === process.pid || !isAlive(holder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

/**
 * Removes a stale lock under a second lock: without it, two waiters could both judge it stale, and the slower one
 * would remove the lock that the faster one has just made. @param {string} path
 */
function breakStale(path) {
  const breaking = `${path}.breaking`;
  if (!tryCreate(breaking)) {
    // Held for an instant only; if its maker died within it, its age says so.
    if (isStale(breaking)) unlinkIfThere(breaking);
    return;
  }
  try {
    if (isStale(path)) unlinkIfThere(path);
  } finally {
    unlinkIfThere(breaking);
  }
}

/** @param {string} path */
function touch(path) {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch (error) {
    // Somebody deleted the lock by hand: nothing left to keep fresh.
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

/** @param {string} path */
function unlinkIfThere(path) {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

/** @param {unknown} error @param {string} code */
const hasCode = (error, code) => error instanceof Error && 'code' in error && error.code === code;
