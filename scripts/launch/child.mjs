// Runs another program to its end and hands signals on to it; what the program is for is the caller's business.
import { spawn } from 'node:child_process';

/**
 * Resolves with the exit code (128 + n when a signal ended it); rejects when the program cannot be started.
 * SIGINT and SIGTERM go to the program; once it has ended, this process ends by the same signal.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd: string, outputToStderr?: boolean, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<number>}
 */
export function runChild(file, args, { cwd, outputToStderr = false, env = process.env }) {
  return new Promise((resolve, reject) => {
    const stdio = /** @type {const} */ (['inherit', outputToStderr ? 2 : 'inherit', 'inherit']);
    // Node refuses to start a .cmd file without a shell; the arguments are ours, not a user's.
    const child = spawn(file, args, { cwd, env, stdio: [...stdio], shell: file.endsWith('.cmd') });
    /** @type {NodeJS.Signals | undefined} */
    let received;
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => {
      received = signal;
      child.kill(signal);
    };
    process.on('SIGINT', forward).on('SIGTERM', forward);
    const stopForwarding = () => process.off('SIGINT', forward).off('SIGTERM', forward);
    child.once('error', (error) => {
      stopForwarding();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      stopForwarding();
      if (received) process.kill(process.pid, received);
      resolve(code ?? 128 + (signal === 'SIGINT' ? 2 : 15));
    });
  });
}
