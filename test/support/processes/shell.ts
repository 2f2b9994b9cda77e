// Runs what README and the handbook tell their readers to type: in bash, with a place of its own for everything that it writes.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { testSecrets } from '../house.ts';

export const root = join(import.meta.dirname, '../../..');

/** As a shell has them, and nothing of this process's settings. */
export const shellEnv = {
  PATH: process.env['PATH'] ?? '',
  HOME: process.env['HOME'] ?? '',
  ...{ JWT_SECRET: testSecrets.jwtSecrets[0], KEY_PEPPER: testSecrets.keyPepper },
};

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface ShellOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

function start(text: string, { env, cwd = root }: ShellOptions): ChildProcess {
  return spawn('bash', ['--norc', '-euo', 'pipefail', '-c', text], { cwd, env: { ...shellEnv, ...env } });
}

/** Runs commands to their end. */
export async function bash(text: string, options: ShellOptions = {}): Promise<Ran> {
  const child = start(text, options);
  let [stdout, stderr] = ['', ''];
  child.stdout!.setEncoding('utf8').on('data', (part: string) => void (stdout += part));
  child.stderr!.setEncoding('utf8').on('data', (part: string) => void (stderr += part));
  child.stdin!.end();
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

export interface Running {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  said(): string;
  /** By SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** Starts commands of which the last one is a server, and waits until it listens and has said what matches `until`. */
export async function startServer(
  text: string,
  { until = /listening at http\S+/, ...options }: ShellOptions & { readonly until?: RegExp } = {},
): Promise<Running> {
  const child = start(text, options);
  let said = '';
  const closed = once(child, 'close') as Promise<[number | null]>;
  await new Promise<void>((resolve, reject) => {
    const hear = (part: string) => {
      said += part;
      if (until.test(said) && said.includes('listening at')) resolve();
    };
    child.stdout!.setEncoding('utf8').on('data', hear);
    child.stderr!.setEncoding('utf8').on('data', hear);
    child.once('close', () => reject(new Error(`It did not start:\n${said}`)));
  });
  const origin = /listening at (http:\/\/[^/\s]+)/.exec(said)![1]!;
  return {
    origin,
    said: () => said,
    async stop() {
      child.kill('SIGTERM');
      return (await closed)[0];
    },
  };
}
