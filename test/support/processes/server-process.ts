// The server as `npm start` runs it, in a process of its own on a free port of this machine.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { testSecrets } from '../house.ts';

const root = join(import.meta.dirname, '../../..');

export interface ServerProcess {
  /** `http://127.0.0.1:<port>/graphql` */
  readonly url: string;
  /** All that it has said so far. */
  said(): string;
  /** Asks it to stop, by SIGTERM unless told, waits until it has, and gives back all that it said. */
  stop(signal?: NodeJS.Signals): Promise<string>;
}

/** Needs buildCommands() before. Takes the secrets of test houses, so that it can share their store. */
export async function startServer(
  databaseUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const env = {
    ...{ DATABASE_URL: databaseUrl, PORT: '0', HOST: '127.0.0.1', DEMO: '0', NODE_ENV: 'production' },
    ...{ JWT_SECRET: testSecrets.jwtSecrets[0], KEY_PEPPER: testSecrets.keyPepper, LOG_LEVEL: 'error' },
    // What is measured here is not the limit.
    ...{ RATE_LIMIT_REQUESTS_PER_MINUTE: '1000000', RATE_LIMIT_COST_PER_MINUTE: '1000000000' },
    ...settings,
  };
  const child = spawn(process.execPath, [join(root, 'dist/src/main.js')], { env, cwd: root });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (text: string) => {
      said += text;
      const [, found] = /listening at (http:\S+)/.exec(said) ?? [];
      if (found) resolve(found);
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    child.once('error', reject);
    child.once('close', () => reject(new Error(`The server did not start:\n${said}`)));
  });
  return {
    url,
    said: () => said,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      await ended;
      return said;
    },
  };
}
