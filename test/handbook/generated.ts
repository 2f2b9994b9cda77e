// Blocks of the examples page: each is what the demo store answers now.
import { expect } from 'vitest';
import { allBlocks, idOf, type Block, type Runners } from './blocks.ts';

/** Id of a block -> its text as the sources say it. */
export type Generated = ReadonlyMap<string, string>;

const isGenerated = ({ file, name }: Block) =>
  file === 'examples.md' && /^(operation|variables|answer)-/.test(name);

export const generatedRunners: Runners<Generated> = Object.fromEntries(
  allBlocks
    .filter(isGenerated)
    .map((block) => [
      idOf(block),
      async ({ text }: Block, world: Generated) => expect(text).toBe(world.get(idOf(block))),
    ]),
);
