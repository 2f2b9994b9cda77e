// Behaviour of the secrets that local mode makes and keeps, on a real file system and with real processes.
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'vite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadLocalSecrets, LocalSecretsError } from '../../src/config/local-secrets.ts';

let parent: string;
let directory: string;
let file: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'latchkey-secrets-'));
  directory = join(parent, 'data');
  file = join(directory, 'local-secrets.json');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

describe('loadLocalSecrets', () => {
  it('makes two different secrets and finds them again', () => {
    const made = loadLocalSecrets(directory);
    expect(made.jwtSecret.length).toBeGreaterThanOrEqual(32);
    expect(made.keyPepper.length).toBeGreaterThanOrEqual(32);
    expect(made.jwtSecret).not.toBe(made.keyPepper);
    expect(loadLocalSecrets(directory)).toEqual(made);
  });

  it('makes other secrets in another directory', () => {
    const one = loadLocalSecrets(directory);
    const two = loadLocalSecrets(join(parent, 'other'));
    expect(new Set([one.jwtSecret, one.keyPepper, two.jwtSecret, two.keyPepper]).size).toBe(4);
  });

  it('lets only the owner read them, and leaves no draft behind', () => {
    loadLocalSecrets(directory);
    expect(modeOf(directory)).toBe('700');
    expect(modeOf(file)).toBe('600');
    expect(readdirSync(directory)).toEqual(['local-secrets.json']);
  });

  it('leaves the mode of a directory that was there already', () => {
    chmodSync(parent, 0o755);
    loadLocalSecrets(parent);
    expect(modeOf(parent)).toBe('755');
  });

  it('takes back a mode that lets others read', () => {
    loadLocalSecrets(directory);
    chmodSync(file, 0o644);
    loadLocalSecrets(directory);
    expect(modeOf(file)).toBe('600');
  });

  it.each([
    ['an empty file', () => ''],
    ['half a file', (text: string) => text.slice(0, text.length / 2)],
    ['a missing secret', () => JSON.stringify({ jwtSecret: 'k'.repeat(64) })],
    [
      'a secret that is too short',
      () => JSON.stringify({ jwtSecret: 'k'.repeat(64), keyPepper: 'k'.repeat(31) }),
    ],
    ['a secret too many', (text: string) => text.replace('{', '{"other": "x",')],
  ])('refuses %s, keeps it as it is and repeats none of it', (_damage, damage) => {
    const secrets = loadLocalSecrets(directory);
    const damaged = damage(readFileSync(file, 'utf8'));
    writeFileSync(file, damaged);
    let thrown: unknown;
    try {
      loadLocalSecrets(directory);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(LocalSecretsError);
    const { message, cause } = thrown as LocalSecretsError;
    expect(message).toContain(`${file}: is damaged`);
    expect(message).not.toContain(secrets.jwtSecret.slice(0, 8));
    expect(cause).toBeUndefined();
    expect(readFileSync(file, 'utf8')).toBe(damaged);
  });

  it('gives processes that start at once the same secrets', async () => {
    // Node 20 does not read TypeScript: the module is bundled first, so that plain processes can run it.
    await build({
      configFile: false,
      logLevel: 'silent',
      ssr: { noExternal: true },
      build: {
        ssr: 'src/config/local-secrets.ts',
        outDir: join(parent, 'built'),
        rollupOptions: { output: { entryFileNames: 'run.mjs' } },
      },
    });
    const script = join(parent, 'race.mjs');
    writeFileSync(
      script,
      `import { loadLocalSecrets, LocalSecretsError } from ${JSON.stringify(pathToFileURL(join(parent, 'built', 'run.mjs')).href)};
       const [directories, startMs] = [JSON.parse(process.argv[2]), Number(process.argv[3])];
       const seen = directories.map((directory, index) => {
         while (Date.now() < startMs + index * 5);
         return loadLocalSecrets(directory);
       });
       console.log(JSON.stringify(seen));`,
    );
    const directories = Array.from({ length: 100 }, (_, index) => join(parent, `race-${index}`));
    const args = [script, JSON.stringify(directories), String(Date.now() + 1500)];
    const runs = Array.from({ length: 6 }, () => promisify(execFile)(process.execPath, args));
    const outputs = (await Promise.all(runs)).map(({ stdout }) => stdout);
    expect(JSON.parse(outputs[0] ?? '')).toHaveLength(100);
    expect(new Set(outputs).size).toBe(1);
  });
});
