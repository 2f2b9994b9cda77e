// Several servers behind one port, as `npm run start:cluster` runs them, for tests of how they start.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { testSecrets } from '../house.ts';

const program = join(import.meta.dirname, '../../../dist/src/process/cluster.js');

/** Resolves, when it listens, with what ends it. Rejects with what it said when it ends before. Needs buildCommands() before. */
export async function startCluster(databaseUrl: string, workers: number): Promise<() => Promise<void>> {
  const env = {
    ...{ DATABASE_URL: databaseUrl, PORT: '0', DEMO: '0', NODE_ENV: 'production', LOG_LEVEL: 'error' },
    ...{ JWT_SECRET: testSecrets.jwtSecrets[0], KEY_PEPPER: testSecrets.keyPepper },
  };
  const child = spawn(process.execPath, [program, '--workers', String(workers)], { env });
  const ended = once(child, 'close');
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const hear = (text: string) => {
      said += text;
      if (said.includes('listening at')) resolve();
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', hear);
    child.once('close', () => reject(new Error(said)));
  });
  return async () => {
    child.kill('SIGTERM');
    await ended;
  };
}
