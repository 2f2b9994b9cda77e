// What becomes of the lines of the log where they can be written, and where they cannot.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, expect, it } from 'vitest';
import { createLogOutput } from '../../src/core/log-output.ts';
import { buildCommands, emptyFolder } from '../support/processes/commands.ts';

beforeAll(buildCommands);

it('writes every line once and in order, and says when', async () => {
  const folder = emptyFolder();
  const path = join(folder.path, 'log');
  const fd = openSync(path, 'w');
  const output = createLogOutput(fd);
  const lines = Array.from({ length: 2_000 }, (_, index) => `line ${index}: žluťoučký\n`);
  for (const [index, line] of lines.entries()) {
    output.write(line);
    if (index % 100 === 0) await new Promise(setImmediate);
  }
  await new Promise<void>((resolve) => output.flush(resolve));
  expect(readFileSync(path, 'utf8')).toBe(lines.join(''));
  closeSync(fd);
  folder.remove();
});

it.skipIf(!existsSync('/dev/full'))('goes on where the system refuses, and says when it has', async () => {
  const fd = openSync('/dev/full', 'w');
  const output = createLogOutput(fd);
  for (let count = 0; count < 3; count += 1) {
    output.write('a line\n');
    output.write('another\n');
    await new Promise<void>((resolve) => output.flush(resolve));
  }
  closeSync(fd);
});

const module = JSON.stringify(join(import.meta.dirname, '../../dist/src/core/log-output.js'));

it('keeps the lines whole of processes that share a pipe whose reader is slow', async () => {
  const program = `
    import { createLogOutput } from ${module};
    const output = createLogOutput(1);
    for (let index = 0; index < 2_000; index += 1) {
      output.write(JSON.stringify({ id: process.argv[1], index, padding: 'x'.repeat(250) }) + '\\n');
      if (index % 50 === 0) await new Promise(setImmediate);
    }
    await new Promise((resolve) => output.flush(resolve));
  `;
  // The reader stays away until both have filled the pipe.
  const command = `(for id in a b; do "$0" --input-type=module -e "$1" $id & done; wait) | (sleep 1; cat)`;
  const child = spawn('sh', ['-c', command, process.execPath, program]);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(err).toBe('');
  const lines = out.trimEnd().split('\n');
  const entries = lines.map((line) => JSON.parse(line) as { id: string; index: number });
  const all = Array.from({ length: 2_000 }, (_, index) => index);
  for (const name of ['a', 'b'])
    expect(entries.filter(({ id }) => id === name).map(({ index }) => index)).toEqual(all);
});

it('keeps no more than a limit for a reader that does not read', async () => {
  const program = `
    import { createLogOutput } from ${module};
    const output = createLogOutput(1);
    const line = 'x'.repeat(1023) + '\\n';
    for (let index = 0; index < 40_000; index += 1) output.write(line);
    await new Promise((resolve) => output.flush(resolve));
  `;
  const command = '"$0" --input-type=module -e "$1" | (sleep 1; wc -c)';
  const child = spawn('sh', ['-c', command, process.execPath, program]);
  expect(Number(await text(child.stdout))).toBe(16 * 1024 * 1024);
});

it('goes on with what waits when it is no longer refused, also when there was too much', async () => {
  const folder = emptyFolder();
  const path = join(folder.path, 'log');
  expect(spawnSync('mkfifo', [path]).status).toBe(0);
  const first = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  closeSync(first);
  const output = createLogOutput(fd);
  const line = `${'x'.repeat(1023)}\n`;
  for (let index = 0; index < 20_000; index += 1) output.write(line);
  await new Promise<void>((resolve) => output.flush(resolve));

  const second = openSync(path, 'r');
  const reader = spawn('cat', { stdio: [second, 'pipe', 'inherit'] });
  closeSync(second);
  let received = 0;
  reader.stdout!.on('data', (bytes: Buffer) => (received += bytes.length));
  output.write(line);
  await expect.poll(() => received).toBeGreaterThan(0);
  await new Promise<void>((resolve) => output.flush(resolve));
  closeSync(fd);
  await once(reader, 'close');
  expect(received).toBe(16 * 1024 * 1024);
  folder.remove();
});
