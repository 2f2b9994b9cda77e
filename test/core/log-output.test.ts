// What becomes of the lines of the log where they can be written, and where they cannot.
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createLogOutput } from '../../src/core/log-output.ts';
import { emptyFolder } from '../support/commands.ts';

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

it.skipIf(!existsSync('/dev/full'))('loses what the system refuses, and goes on', async () => {
  const fd = openSync('/dev/full', 'w');
  const output = createLogOutput(fd);
  for (let count = 0; count < 3; count += 1) {
    output.write('a line\n');
    output.write('another\n');
    await new Promise<void>((resolve) => output.flush(resolve));
  }
  closeSync(fd);
});
