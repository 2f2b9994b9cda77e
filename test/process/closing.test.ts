// The end of the server's process: what it says of it, and that the requests before it have their lines.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, expect, it } from 'vitest';
import { buildCommands, emptyFolder } from '../support/processes/commands.ts';
import { newEngine } from '../support/engines.ts';
import { startServer } from '../support/processes/server-process.ts';

beforeAll(buildCommands);

it.each(['SIGTERM', 'SIGHUP'] as const)(
  'at %s says that it closes and that it has closed, after the lines of all requests',
  async (signal) => {
    const engine = await newEngine('sqlite');
    try {
      const server = await startServer(engine.url, { LOG_LEVEL: 'info' });
      await fetch(server.url, { headers: { 'x-request-id': 'the-last-one' } });
      const entries = (await server.stop(signal))
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter(({ msg }) => msg !== 'migration applied');
      expect(entries.map(({ msg }) => msg)).toEqual(['request', 'closing', 'closed']);
      expect(entries[0]).toMatchObject({ requestId: 'the-last-one', status: 400, outcome: 'BAD_REQUEST' });
      expect(entries[1]).toMatchObject({ level: 'info', signal });
      expect(entries[2]).toMatchObject({ level: 'info', signal });
    } finally {
      await engine.remove();
    }
  },
);

const root = join(import.meta.dirname, '../..');
const dist = join(root, 'dist/src');

const messages = (log: string) =>
  log
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { msg: string }).msg);

/** An error as a database driver throws it, in a process with the server's log. */
function program(body: string): string {
  return `
    import { createLogger } from ${JSON.stringify(join(dist, 'core/logger.js'))};
    import { endAtDefects, endAtSignals, endWith } from ${JSON.stringify(join(dist, 'process/exit.js'))};
    const logger = createLogger({ level: 'info' });
    const failure = Object.assign(new Error('the store is gone'), { parameters: ['ada@example.org'] });
    ${body}
  `;
}

it.each([
  {
    name: 'a close that fails',
    body: `endAtSignals(['SIGTERM'], logger, async () => { throw failure; });
      setTimeout(() => {}, 30_000);
      process.kill(process.pid, 'SIGTERM');`,
    entry: { level: 'fatal', msg: 'closing failed', signal: 'SIGTERM' },
  },
  {
    name: 'a rejection that nobody caught',
    body: 'endAtDefects(logger); void Promise.reject(failure);',
    entry: { level: 'fatal', msg: 'defect', origin: 'unhandledRejection' },
  },
  {
    name: 'an error that nobody caught',
    body: 'endAtDefects(logger); setImmediate(() => { throw failure; });',
    entry: { level: 'fatal', msg: 'defect', origin: 'uncaughtException' },
  },
])('$name ends the process with one line in the log, without what a driver adds', async ({ body, entry }) => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program(body)]);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  expect([code, err]).toEqual([1, '']);
  expect(JSON.parse(out)).toMatchObject({ ...entry, err: { message: 'the store is gone' } });
  expect(out).not.toContain('ada@example.org');
});

it('says why it ends even while all threads that write wait for a store', async () => {
  const folder = emptyFolder();
  const body = `
    import { once } from 'node:events';
    import sqlite3 from 'sqlite3';
    endAtDefects(logger);
    const connections = [];
    for (let count = 0; count < 5; count += 1) {
      connections.push(new sqlite3.Database(${JSON.stringify(join(folder.path, 'store.sqlite'))}));
      await once(connections[count], 'open');
    }
    const [holder, ...waiting] = connections;
    await new Promise((resolve) => holder.exec('CREATE TABLE t (a); BEGIN EXCLUSIVE', resolve));
    for (const connection of waiting) {
      connection.configure('busyTimeout', 2_500);
      connection.all('SELECT * FROM t', () => undefined);
    }
    logger.info('before');
    setImmediate(() => { throw failure; });
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program(body)], { cwd: root });
  const [out, err, ended] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  expect([ended, err]).toEqual([[1, null], '']);
  // It does not wait for its turn.
  expect(messages(out)).toEqual(['defect', 'before']);
  folder.remove();
});

it('ends well, with all lines, when their reader is late', async () => {
  const body = `
    process.stdout.write('');
    for (let count = 0; count < 400; count += 1) logger.info({ padding: 'x'.repeat(300) }, 'request');
    logger.info('closed');
    endWith(0, logger);
  `;
  const command = '("$0" --input-type=module -e "$1"; echo "exit $?" >&2) | (sleep 1; cat)';
  const child = spawn('sh', ['-c', command, process.execPath, program(body)]);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(err).toBe('exit 0\n');
  expect(messages(out)).toEqual([...Array.from({ length: 400 }, () => 'request'), 'closed']);
});
