// `--help` of every command of package.json that is ours: it says what to type and does nothing else.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildCommands, emptyFolder, runNpm } from '../support/processes/commands.ts';

const root = join(import.meta.dirname, '../..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
/** The others are tools of the shelf (tsc, eslint, ...), whose own help npm shows. */
const ours = Object.entries(scripts).filter(([, command]) => /\bnode\b.*\bscripts\//.test(command));

const writtenAt = (folder: string) =>
  readdirSync(join(root, folder)).map((file) => [file, statSync(join(root, folder, file)).mtimeMs]);

// Each is npm and a process that loads the program, or refuses to load it.
describe('--help', { timeout: 120_000 }, () => {
  beforeAll(buildCommands, 240_000);

  it('is asked of every command', () => {
    expect(ours.length).toBeGreaterThanOrEqual(18);
    const others = Object.keys(scripts).filter((name) => !ours.some(([known]) => known === name));
    expect(others).toEqual([
      'openapi',
      'typecheck',
      'lint',
      'format',
      'format:check',
      'arch',
      'knip',
      'coverage',
      'mutation',
    ]);
  });

  it.each(ours.flatMap(([name]) => [[name, '--help'] as const, [name, '-h'] as const]))(
    'npm run %s -- %s prints how the command is called, and starts nothing',
    async (name, option) => {
      const folder = emptyFolder();
      const written = writtenAt('schema');
      // A command that went on would make its store here, or listen until the test gives up.
      const env = { DATABASE_URL: `sqlite:${join(folder.path, 'store.sqlite')}`, PORT: '0', DEMO: '0' };
      const { code, stdout, stderr } = await runNpm(name, [option], { env });
      const typed = name === 'start' || name === 'test' ? `npm ${name}` : `npm run (-s )?${name}`;
      expect(stdout).toMatch(new RegExp(`^Usage: (printf '%s' PASSWORD \\| )?${typed}\\b`));
      expect([code, stderr]).toEqual([0, '']);
      expect(readdirSync(folder.path)).toEqual([]);
      expect(writtenAt('schema')).toEqual(written);
      folder.remove();
    },
  );
});
