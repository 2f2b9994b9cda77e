// The operator's commands as an operator runs them: processes of their own, built once.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  /** All settings that the process gets; nothing of this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly cwd?: string;
}

function run(file: string, args: readonly string[], options: RunOptions): Promise<Ended> {
  return start(process.execPath, [join(root, file), ...args], options);
}

function start(program: string, args: readonly string[], options: RunOptions): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? root,
      env: { ...options.env },
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => void (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => void (stderr += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
    // A command that fails early closes its end first.
    child.stdin.on('error', () => undefined).end(options.stdin ?? '');
  });
}

/** As `npm run build`. Throws with the compiler's messages. */
export async function buildCommands(): Promise<void> {
  const { code, stderr } = await run('scripts/launch/bootstrap.mjs', [], {
    env: { PATH: process.env['PATH'] ?? '' },
  });
  if (code !== 0) throw new Error(stderr);
}

export interface CommandResult extends Ended {
  /** What --json printed: throws unless stdout is exactly one JSON text on one line. */
  json<T = Record<string, unknown>>(): T;
}

/** Runs `scripts/<name>.ts`, built. */
export async function runCommand(
  name: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<CommandResult> {
  const ended = await run(`dist/scripts/${name}.js`, args, options);
  return {
    ...ended,
    json<T>() {
      if (!/^[^\n]+\n$/.test(ended.stdout)) throw new Error(`Not one line: ${JSON.stringify(ended)}`);
      return JSON.parse(ended.stdout) as T;
    },
  };
}

/** `npm run -s <script> -- <args>`, as it is typed, from any folder. */
export function runNpm(script: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...options.env };
  return start('npm', ['--prefix', root, 'run', '-s', script, '--', ...args], { ...options, env });
}

/** An empty folder, as a place from which nothing of this checkout's data/ is seen. */
export function emptyFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'latchkey-command-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
