// `npm run -s scopes:for -- FILE…`: the smallest set of scopes for the operations of files, said without any server.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCommands, emptyFolder, runCommand, runNpm } from '../support/processes/commands.ts';
import { contractOperation } from '../support/contract.ts';

const examples = join(import.meta.dirname, '../../schema/examples');
const dashboardScopes = ['read:customers', 'read:followups', 'read:inquiries'];

// Each is a process that loads the whole program.

describe('scopes:for', () => {
  const folder = emptyFolder();
  const write = (name: string, text: string) => writeFileSync(join(folder.path, name), text);
  /** Without any setting, in a folder of its own. */
  const scopesFor = (...args: string[]) => runCommand('scopes-for', args, { cwd: folder.path });

  beforeAll(async () => {
    await buildCommands();
    write('dashboard.graphql', contractOperation('Dashboard'));
    write('venues.graphql', '{ venues { totalCount } }');
    write('form.graphql', contractOperation('CreateInquiry'));
    write('viewer.graphql', '{ viewer { kind } }');
  });
  afterAll(() => folder.remove());

  it('prints what Dashboard needs, one scope a line, and nothing else', async () => {
    const stdout = dashboardScopes.map((scope) => `${scope}\n`).join('');
    expect(await scopesFor('dashboard.graphql')).toMatchObject({ code: 0, stdout, stderr: '' });
  });

  it('runs by npm from any folder, with a file named from where its user stands', async () => {
    const ended = await runNpm('scopes:for', ['venues.graphql'], { cwd: folder.path });
    expect(ended).toMatchObject({ code: 0, stdout: 'read:venues\n' });
    const absolute = await runNpm('scopes:for', ['--json', join(examples, 'dashboard.graphql')]);
    expect(JSON.parse(absolute.stdout)).toEqual({ scopes: dashboardScopes });
  });

  it('prints one set for several files together, each scope once', async () => {
    const { stdout } = await scopesFor('dashboard.graphql', 'venues.graphql', 'form.graphql');
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toEqual([...lines].sort());
    expect(lines).toEqual(expect.arrayContaining([...dashboardScopes, 'read:venues', 'write:inquiries']));
    expect(new Set(lines).size).toBe(lines.length);
    const alone = await Promise.all(
      ['dashboard.graphql', 'venues.graphql', 'form.graphql'].map((file) => scopesFor('--json', file)),
    );
    const union = new Set(alone.flatMap((ended) => ended.json<{ scopes: string[] }>().scopes));
    expect(lines).toEqual([...union].sort());
  });

  it('prints nothing, or an empty list, for what takes no scope', async () => {
    expect(await scopesFor('viewer.graphql')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect((await scopesFor('viewer.graphql', '--json')).json()).toEqual({ scopes: [] });
  });

  it.each([
    ['unknown.graphql', '{ customers { nodes { nam } } }', 'GRAPHQL_VALIDATION_FAILED', /"nam"/],
    ['broken.graphql', '{ customers {', 'GRAPHQL_PARSE_FAILED', /Syntax Error/],
    ['empty.graphql', '', 'GRAPHQL_PARSE_FAILED', /Syntax Error/],
  ])('names the file whose document is not valid: %s', async (name, text, code, message) => {
    write(name, text);
    const refused = await scopesFor('dashboard.graphql', name);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(new RegExp(`^${name}: [^\n]+\n$`));
    expect(refused.stderr).toMatch(message);
    const json = await scopesFor('--json', 'dashboard.graphql', name);
    expect(json.code).toBe(1);
    expect(json.json()).toMatchObject({ errors: [{ code, message: expect.stringMatching(message) }] });
  });

  it('says in words that a file does not exist, or is a folder', async () => {
    mkdirSync(join(folder.path, 'queries'));
    const cases: [string, string][] = [
      ['nope.graphql', 'nope.graphql: there is no such file.\n'],
      ['dashboard.graphql/nope.graphql', 'dashboard.graphql/nope.graphql: there is no such file.\n'],
      ['queries', 'queries: this is a folder; name a file in it.\n'],
    ];
    for (const [file, stderr] of cases) {
      expect(await scopesFor('dashboard.graphql', file)).toMatchObject({ code: 1, stdout: '', stderr });
    }
  });

  it('explains itself when it is called without a file, or with an option that it does not know', async () => {
    for (const args of [[], ['--jsn', 'dashboard.graphql']]) {
      const refused = await scopesFor(...args);
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toContain('Usage: npm run -s scopes:for -- [--json] FILE.graphql…');
    }
  });
});
