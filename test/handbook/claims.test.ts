// README and the handbook hold what they promise of themselves: every block is run by somebody, every link leads somewhere, every
// file and command that is named is there, README is short.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildASTSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { headingId, pageNames } from '../../scripts/handbook/pages.ts';
import { allBlocks, idOf } from './blocks.ts';
import { clientRunners } from './clients.ts';
import { commandRunners } from './commands.ts';
import { firstStepRunners } from './first-steps.ts';
import { generatedRunners } from './generated.ts';
import { restRunners } from './rest.ts';

const root = join(import.meta.dirname, '../..');
const runners = [clientRunners, commandRunners, firstStepRunners, generatedRunners, restRunners].flatMap(
  Object.keys,
);
const files = ['README.md', ...pageNames.map((name) => `src/handbook/${name}.md`)];
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');
/** Without blocks, whose text is code. */
const proseOf = (file: string) => textOf(file).replaceAll(/^```[^]*?^```$/gm, '');

describe('Every block of code', () => {
  it('has a name that stands once in its file', () => {
    expect(
      allBlocks.filter(({ name }) => name === '').map(({ file, text }) => `${file}: ${text.slice(0, 60)}`),
    ).toEqual([]);
    const ids = allBlocks.map(idOf);
    expect(ids).toEqual([...new Set(ids)]);
  });

  it('is claimed by exactly one runner, and no runner is left without its block', () => {
    expect([...runners].sort()).toEqual(allBlocks.map(idOf).sort());
  });
});

describe('The handbook', () => {
  it('is all that is in its folder', () => {
    const pages = readdirSync(join(root, 'src/handbook')).filter((name) => name.endsWith('.md'));
    expect(pages.sort()).toEqual(pageNames.map((name) => `${name}.md`).sort());
  });

  it('names every room of the house, and what stands beside them', () => {
    const house = readFileSync(join(root, 'src/handbook/architecture.md'), 'utf8');
    const there = readdirSync(join(root, 'src'), { withFileTypes: true }).map((entry) =>
      entry.isDirectory() ? `\`src/${entry.name}/\`` : `\`src/${entry.name}\``,
    );
    expect(there.filter((name) => !house.includes(name))).toEqual([]);
  });

  it.each(files)('%s links to what is there', (file) => {
    const idsOf = (target: string) =>
      [...proseOf(target).matchAll(/^#+ (.+)$/gm)].map(([, title]) => headingId(title!.replaceAll('`', '')));
    for (const [, href = ''] of proseOf(file).matchAll(/\]\(([^)]+)\)/g)) {
      if (/^https:/.test(href)) continue;
      const [path = '', id] = href.split('#');
      const target = path === '' ? file : join(dirname(file), path);
      expect(existsSync(join(root, target)), `${file}: ${href}`).toBe(true);
      if (id !== undefined) expect(idsOf(target), `${file}: ${href}`).toContain(id);
    }
  });

  it.each(files)('%s names files and folders that are there', (file) => {
    const named = [...proseOf(file).matchAll(/`((?:src|test|scripts|schema)\/[\w./-]+)`/g)].map(
      ([, path]) => path!,
    );
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it.each(files)('%s names commands that there are', (file) => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const named = [...textOf(file).matchAll(/npm run (?:-s )?([\w:]+(?:-\w+)*)/g)].map(([, name]) => name!);
    expect(named.filter((name) => name !== 'NAME' && !(name in scripts))).toEqual([]);
  });

  it('has queries within its sentences that fit the schema', () => {
    const schema = buildASTSchema(parse(textOf('schema/schema.graphql')));
    const queries = files.flatMap((file) =>
      [...proseOf(file).matchAll(/`(\{ \w+ \{[^`…]*\})`/g)].map(([, query]) => query!),
    );
    expect(queries.length).toBeGreaterThanOrEqual(3);
    for (const query of queries) expect(validate(schema, parse(query)), query).toEqual([]);
  });

  it.each(files)('%s names settings that there are', async (file) => {
    const { settingDefaults } = await import('../../src/config/config.ts');
    const ours =
      /^(MODE|PORT|HOST|DATABASE_URL|REDIS_URL|JWT_|KEY_(PEPPER|ESCROW|INACT)|OIDC_|INTROSPECTION|CORS_|TRUST_|MAX_CONN|METRICS_|LOG_|RATE_LIMIT_[RC]|DEMO)/;
    const named = [...proseOf(file).matchAll(/`([A-Z][A-Z_]+)(?:=[^`]*)?`/g)].map(([, name]) => name!);
    expect(named.filter((name) => ours.test(name) && !(name in settingDefaults()))).toEqual([]);
  });
});

describe('README', () => {
  it('has at most 250 lines', () => {
    expect(textOf('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(250);
  });

  it('holds ten promises, each with tests that are there', () => {
    const [, table = ''] = /## Ten promises[^\n]*\n([^]*?)\n## /.exec(textOf('README.md')) ?? [];
    const rows = table.split('\n').filter((line) => /^\| [A-Z]/.test(line));
    expect(rows).toHaveLength(10);
    for (const row of rows) expect(row).toMatch(/`test\//);
  });
});
