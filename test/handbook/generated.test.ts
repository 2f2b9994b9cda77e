// What is generated of README and the handbook is what the sources say, and `npm run handbook` writes the same each time.
import 'reflect-metadata';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeParts, type WrittenFile } from '../../scripts/handbook/parts.ts';
import { blocksIn, idOf, runBlocks } from './blocks.ts';
import { generatedRunners } from './generated.ts';

const root = join(import.meta.dirname, '../..');

describe('The generated parts', () => {
  let files: readonly WrittenFile[];
  beforeAll(async () => {
    files = await writeParts(root);
  });

  it('are committed as the sources say them', () => {
    for (const { file, before, after } of files) expect(after, file).toBe(before);
  });

  it('are the same when they are made again', async () => {
    expect((await writeParts(root)).map(({ after }) => after)).toEqual(files.map(({ after }) => after));
  });

  runBlocks(
    generatedRunners,
    () =>
      new Map(
        files
          .filter(({ file }) => file.endsWith('examples.md'))
          .flatMap(({ after }) => blocksIn('examples.md', after))
          .map((block) => [idOf(block), block.text]),
      ),
  );
});
