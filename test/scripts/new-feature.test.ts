// `npm run new-feature`: in a copy of this checkout it writes a feature that every tool accepts as it is, with tests that
// pass; and it writes nothing at all when a name is wrong or taken.
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../../src/db/migrations/index.ts';
import { buildCommands } from '../support/processes/commands.ts';
import { hasPostgres } from '../support/engines.ts';
import { copyTree, type TreeCopy } from '../support/tree-copy.ts';

/** Has two words, a plural of `y`, and begins with a vowel: what a template of names gets wrong first. */
const [plural, singular] = ['outing-companies', 'outing-company'];
const folder = `src/features/${plural}`;
const lists = ['src/features/index.ts', 'src/db/migrations/index.ts'] as const;
/** The numbers of migrations count from here. */
const migrationEpoch = 1_767_225_600_000;
/** One more than that of the last migration. */
const number = Math.max(...migrations.map(({ name }) => Number(name.slice(-13)))) + 1 - migrationEpoch;
const migrationFile = `${number}-${plural}.ts`;
const made = [
  `src/db/migrations/versions/${migrationFile}`,
  `${folder}/index.ts`,
  ...['entity', 'inputs', 'resolver', 'resource', 'service'].map(
    (kind) => `${folder}/${singular}.${kind}.ts`,
  ),
  `test/features/${plural}/${plural}.test.ts`,
];

// The copy is built and checked as a whole several times, each in a process of its own.
describe('new-feature', { timeout: 600_000 }, () => {
  let tree: TreeCopy;
  let before: Readonly<Record<string, string>>;

  beforeAll(async () => {
    await buildCommands();
    tree = copyTree();
    before = tree.sources();
  }, 600_000);
  afterAll(() => tree.remove());

  const newFeature = (args: string) => tree.run(`npm run -s new-feature -- ${args}`);
  /** The program that the last build made: the fault is in a source that it reads, and no build is of use. */
  const builtFeature = (args: string) => tree.run(`node dist/scripts/new-feature.js ${args}`);
  const expectPassing = async (command: string) => {
    const { code, stdout, stderr } = await tree.run(command);
    expect([command, code, code === 0 ? '' : stdout + stderr]).toEqual([command, 0, '']);
  };

  describe('writes nothing and says in a sentence why', () => {
    it.each([
      ['', 2, 'Give one NAME, such as gift-cards.'],
      ['gift cards', 2, 'Give one NAME, such as gift-cards.'],
      ['GiftCards', 2, 'NAME is words of lower-case letters with hyphens between them'],
      ['../venues', 2, 'NAME is words of lower-case letters with hyphens between them'],
      [`${'long-'.repeat(8)}names`, 2, 'at most 40 characters'],
      ['sheep', 2, '"sheep" does not look like a plural. Give its singular: --singular WORD.'],
      ['sheep --singular sheep', 2, 'The singular and the plural are the same word.'],
      ['mice --singular Mouse', 2, '--singular is words of lower-case letters'],
      ['venues', 1, 'There is already src/features/venues, test/features/venues, the type Venue,'],
      ['places --singular venue', 1, 'There is already the type Venue,'],
      ['audit-entries', 1, 'There is already the type AuditEntry,'],
      ['row-counts', 1, 'There is already the table row_counts.'],
      ['follow-ups', 1, 'the scope read:followups, the scope write:followups'],
      ['scopes', 1, 'the query scopes.'],
      ['viewers', 1, 'the query viewer.'],
      ['contexts', 1, 'The code of a feature uses Context for something else, nothing was written.'],
    ])('%s', async (args, code, sentence) => {
      const ended = await builtFeature(args);
      expect(ended).toMatchObject({ code, stdout: '' });
      expect(ended.stderr).toContain(sentence);
      expect(tree.sources()).toEqual(before);
    });

    it.each([
      [lists[0], 'export const features: readonly Feature[] = ['],
      [lists[1], 'export const migrations = ['],
    ])('a list of %s that is not where it is expected', async (file, line) => {
      writeFileSync(join(tree.path, file), before[file]!.replace(line, 'export const others = ['));
      const ended = await builtFeature('gift-cards');
      expect(ended).toMatchObject({ code: 1, stdout: '' });
      expect(ended.stderr).toBe(`${file} has no line "${line}", so nothing was written.\n`);
      writeFileSync(join(tree.path, file), before[file]!);
      expect(tree.sources()).toEqual(before);
    });
  });

  describe('writes a feature', () => {
    it('as new files, with an import and a line in two lists, and names them', async () => {
      const { code, stdout, stderr } = await newFeature(`${plural} --json`);
      expect([code, stderr]).toEqual([0, '']);
      expect(JSON.parse(stdout)).toEqual({ made, changed: lists });
      const after = tree.sources();
      const names = Object.keys(after).filter((file) => after[file] !== before[file]);
      expect(names.sort()).toEqual([...made, ...lists].sort());
      for (const [file, lines] of [
        [
          lists[0]!,
          [`import { outingCompaniesFeature } from './${plural}/index.ts';`, '  outingCompaniesFeature,'],
        ],
        [
          lists[1],
          [
            `import { OutingCompanies${migrationEpoch + number} } from './versions/${migrationFile}';`,
            `  OutingCompanies${migrationEpoch + number},`,
          ],
        ],
      ] as const) {
        const known = before[file]!.split('\n');
        expect(after[file]!.split('\n').filter((line) => !known.includes(line))).toEqual(lines);
      }
    });

    it('in which nothing of the template is left', () => {
      for (const file of made) expect(tree.read(file), file).not.toMatch(/spare|spp|scripts\/new-feature/i);
    });

    it('that the compiler accepts, as a part of the whole project', () =>
      expectPassing('node_modules/.bin/tsc --project tsconfig.json'));

    it('that the linter, the formatter, the architecture and the search for dead code accept', async () => {
      const config = 'scripts/checks';
      const paths = `${folder} test/features/${plural} src/db/migrations/versions/${migrationFile} ${lists.join(' ')}`;
      await expectPassing(
        `node_modules/.bin/eslint --config ${config}/eslint.config.js --max-warnings 0 ${paths}`,
      );
      await expectPassing(`node_modules/.bin/prettier --check ${paths}`);
      await expectPassing('npm run -s arch');
      await expectPassing('npm run -s knip');
    });

    it('with tests that pass on each store that is there', async () => {
      const file = made.at(-1)!;
      const { code, stdout, stderr } = await tree.run(
        `NO_COLOR=1 node_modules/.bin/vitest run --project full --reporter verbose ${file}`,
      );
      expect([code, code === 0 ? '' : stdout + stderr]).toEqual([0, '']);
      for (const engine of ['sqlite', ...(hasPostgres ? ['postgres'] : [])])
        expect(stdout).toMatch(new RegExp(`✓[^\\n]* ${plural} \\[${engine}\\] > creates one`));
    });

    it('whose types, operations and scopes are in the schema, which the linter accepts', async () => {
      await expectPassing('npm run -s schema');
      const schema = tree.read('schema/schema.graphql');
      expect(schema).toContain('type OutingCompany implements Node');
      for (const field of [
        'outingCompany(',
        'outingCompanies(',
        'createOutingCompany(',
        'updateOutingCompany(',
      ])
        expect(schema).toContain(`  ${field}`);
      const scopes = JSON.parse(tree.read('schema/scopes.json')) as Record<string, unknown>;
      expect(scopes).toMatchObject({
        'OutingCompany.name': [['read:outingcompanies']],
        'Mutation.createOutingCompany': [['write:outingcompanies']],
      });
      await expectPassing(
        'node_modules/.bin/eslint --config scripts/checks/eslint.config.js --max-warnings 0 schema',
      );
    });

    it('once: the second time its names are taken', async () => {
      const written = tree.sources();
      const ended = await builtFeature(plural);
      expect(ended).toMatchObject({ code: 1, stdout: '' });
      expect(ended.stderr).toContain(
        `There is already ${folder}, test/features/${plural}, the type OutingCompany,`,
      );
      expect(tree.sources()).toEqual(written);
    });

    it('that goes again with its files and its lines', async () => {
      for (const file of made) rmSync(join(tree.path, file));
      for (const folder of new Set(made.map((file) => dirname(file)).filter((name) => name.endsWith(plural))))
        rmSync(join(tree.path, folder), { recursive: true });
      for (const file of lists) writeFileSync(join(tree.path, file), before[file]!);
      expect(tree.sources()).toEqual(before);
      await expectPassing('npm run -s schema');
      expect(tree.read('schema/schema.graphql')).not.toContain('OutingCompany');
    });
  });
});
