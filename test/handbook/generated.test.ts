// What is generated of README and the handbook is what the sources say, and `npm run handbook` writes the same each time.
import 'reflect-metadata';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeParts, type WrittenFile } from '../../scripts/handbook/parts.ts';
import { scopeTable, shortScopeTable } from '../../scripts/handbook/scopes.ts';
import { defaultPageSize, maxPageSize } from '../../src/core/page-size.ts';
import { openTestHouse } from '../support/house.ts';
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

  it('are joined by sentences that have the same numbers and names', () => {
    const page = (name: string) => readFileSync(join(root, 'src/handbook', name), 'utf8');
    expect(page('start.md')).toContain(
      `A page has ${defaultPageSize} items when nothing is said, and at most ${maxPageSize}.`,
    );
    const [, list] = /\| `src\/features\/` +\| ([^|]+) \|/.exec(page('architecture.md'))!;
    const folders = readdirSync(join(root, 'src/features')).filter((name) => !name.endsWith('.ts'));
    expect(list!.trim().split(', ').sort()).toEqual(folders);
  });

  it('have a line for each scope, whatever it opens', async () => {
    const house = await openTestHouse('sqlite');
    const { scopes, explainer } = house.app;
    const more = ['export:customers', 'write:exports'];
    const catalogue = {
      ...scopes,
      dataScopes: [...scopes.dataScopes, ...more],
      entries: [
        ...scopes.entries,
        ...more.map((name) => ({ ...scopes.entries[0]!, name, description: `About ${name}.` })),
      ],
    };
    const grantsOf: typeof explainer.grantsOf = (scope, schema) =>
      more.includes(scope) ? ['Query.customers(search)'] : explainer.grantsOf(scope, schema);
    const told = { ...explainer, grantsOf };
    const linesOf = (text: string) => text.split('\n').map((line) => line.replace(/ +/g, ' '));
    const short = linesOf(shortScopeTable(catalogue, told));
    expect(short).toContain('| `export:customers` | About export:customers. | | |');
    expect(short).toContain('| | | `write:exports` | `Query.customers(search)` |');
    expect(short.join()).not.toContain('read:exports');
    expect(linesOf(scopeTable(catalogue, told))).toContain(
      '| `export:customers` | About export:customers. | `Query.customers(search)` |',
    );
    await house.close();
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
