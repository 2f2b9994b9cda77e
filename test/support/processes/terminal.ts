// The server as it is started in a terminal window, one that can be closed. terminal.py makes it: Node cannot.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'vitest';
import { emptyFolder } from './commands.ts';

const root = join(import.meta.dirname, '../../..');

/** Newer than 3.8. */
export const hasPython =
  spawnSync('python3', ['-c', 'import pty, os; os.waitstatus_to_exitcode']).status === 0;

export type TerminalKind = 'own' | 'lent' | 'background';

export interface TerminalServer {
  readonly url: string;
  readonly pid: number;
  said(): string;
  /** Once. */
  tell(order: 'pause' | 'close' | 'leave'): void;
  /** Exit code, or the number of the signal with a minus. Of one in the background, the shell's. */
  ended(): Promise<number>;
  /** Ends whatever of it is still there. */
  remove(): Promise<void>;
}

/**
 * `lent`: no signal tells it that the terminal was closed. `background`: of a shell in the terminal, with the log elsewhere.
 * Needs buildCommands() before.
 */
export async function startInTerminal(
  kind: TerminalKind,
  [program, ...args]: readonly string[],
  databaseUrl: string,
): Promise<TerminalServer> {
  const folder = emptyFolder();
  const command = [process.execPath, join(root, 'dist/src', program!), ...args];
  const limits = { RATE_LIMIT_REQUESTS_PER_MINUTE: '1000000' };
  const quiet = { DEMO: '0', NODE_ENV: 'production', LOG_LEVEL: 'debug' };
  const env = { DATABASE_URL: databaseUrl, PORT: '0', ...quiet, ...limits };
  const child = spawn('python3', [join(import.meta.dirname, 'terminal.py'), kind, ...command], {
    env: { PATH: process.env['PATH'], ...env },
    cwd: folder.path,
  });
  // Of one in the background the server's end, not the shell's: it writes to the same pipe.
  let isClosed = false;
  const closed = once(child, 'close').then(() => (isClosed = true));
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  await expect.poll(() => said).toMatch(/listening at/);
  const pid = Number(/pid (\d+)/.exec(said)![1]);
  return {
    url: /listening at (http:\S+?),?\s/.exec(said)![1]!,
    pid,
    said: () => said,
    tell: (order) => child.stdin.write(order[0]!),
    async ended() {
      await closed;
      return Number(/status (-?\d+)/.exec(said)?.[1]);
    },
    async remove() {
      // It leads the process group of whatever it started.
      if (!isClosed) process.kill(-pid, 'SIGKILL');
      await closed;
      folder.remove();
    },
  };
}
