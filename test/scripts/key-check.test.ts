// `npm run -s key:check`: whether a text is a well-formed key, said offline and without ever repeating it.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiKeyPattern, makeApiKey } from '../../src/access/credentials/api-key.ts';
import { buildCommands, emptyFolder, runCommand, type CommandResult } from '../support/processes/commands.ts';

const { key } = makeApiKey('LIVE');
const root = join(import.meta.dirname, '../..');

// Each check is a process of its own.

describe('key:check', () => {
  const folder = emptyFolder();
  beforeAll(buildCommands);
  afterAll(() => folder.remove());

  /** Nowhere near a store, without any setting. */
  const check = (args: readonly string[], stdin = '') =>
    runCommand('key-check', args, { cwd: folder.path, env: {}, stdin });

  function expectSilence({ stdout, stderr }: CommandResult, ...given: string[]): void {
    for (const text of given.flatMap((one) => [one, one.slice(0, 20), one.slice(-38), one.slice(-6)])) {
      if (text.length >= 6) expect(stdout + stderr).not.toContain(text);
    }
  }

  it.each(['LIVE', 'TEST'] as const)(
    'says yes to a %s key, without repeating any of it',
    async (environment) => {
      const made = makeApiKey(environment).key;
      const result = await check([made]);
      expect(result).toMatchObject({ code: 0, stderr: '' });
      expect(result.stdout).toContain(`A well-formed ${environment} key.`);
      expectSilence(result, made);
    },
  );

  it('reads the key from standard input, where no list of processes shows it', async () => {
    const result = await check(['-'], `${key}\n`);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expectSilence(result, key);
    expect((await check(['-'], '')).code).toBe(1);
  });

  it.each([
    ['a mistyped key', `${key.slice(0, 25)}${key[25] === 'x' ? 'y' : 'x'}${key.slice(26)}`],
    ['a key that was cut', key.slice(0, -1)],
    ['a key with something behind it', `${key}A`],
    ['a key with a line break behind it', `${key}\n`],
    ['a key of another kind', key.replace('lk_live_', 'lk_prod_')],
    ['a JWT', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c3JfMSJ9.c2lnbmF0dXJlLXNpZ25hdHVyZQ'],
    ['an empty text', ''],
    ['an option', '--verbose'],
  ])('says no to %s, without repeating it', async (_title, text) => {
    const result = await check([text]);
    expect(result).toMatchObject({ code: 1, stdout: 'Not a Latchkey key.\n', stderr: '' });
    expectSilence(result, text);
  });

  it('answers --json with one object, without repeating the key', async () => {
    const yes = await check(['--json', key]);
    expect(yes).toMatchObject({ code: 0, stderr: '' });
    expect(yes.json()).toEqual({ wellFormed: true, environment: 'LIVE' });
    expectSilence(yes, key);
    const no = await check(['-', '--json'], key.slice(0, -1));
    expect(no).toMatchObject({ code: 1, stderr: '' });
    expect(no.json()).toEqual({ wellFormed: false, environment: null });
    const none = await check(['--json']);
    expect(none.code).toBe(2);
    expect(none.json()).toMatchObject({ errors: [{ code: 'USAGE' }] });
  });

  it('explains itself when it is called with nothing, or with more than one text', async () => {
    for (const args of [[], [key, key]]) {
      const result = await check(args);
      expect(result).toMatchObject({ code: 2, stdout: '' });
      expect(result.stderr).toContain('npm run -s key:check -- KEY');
      expectSilence(result, key);
    }
  });

  it('leaves nothing behind, and needs nothing', () => {
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('is the command that the handbook names', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(manifest.scripts['key:check']).toBe('node scripts/run.mjs key-check');
    const page = readFileSync(join(root, 'src/handbook/keys.md'), 'utf8');
    expect(page).toContain('npm run -s key:check -- KEY');
    expect(key).toMatch(new RegExp(apiKeyPattern));
  });
});
