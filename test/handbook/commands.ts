// The commands of the handbook for operators, typed as they stand there, on stores of the test's own.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { apiKeyPattern } from '../../src/access/credentials/api-key.ts';
import { emptyFolder } from '../support/processes/commands.ts';
import { newEngine, type Engine } from '../support/engines.ts';
import { bearer, openTestHouse } from '../support/house.ts';
import { patternOf, stepsOf, textOf, type Block, type Runners } from './blocks.ts';
import { bash, root, startServer } from '../support/processes/shell.ts';

export interface CommandWorld {
  /** Null where there is no Postgres: what needs it is left out. */
  readonly postgres: Engine | null;
  /** The store of the set-up; later blocks find it. */
  readonly sqlite: Engine;
}

const examplePostgres = 'postgres://USER:PASSWORD@HOST/DATABASE';

/** Figures and sums in the place of those that are printed: they are others on another machine. */
const withoutFigures = (text: string) =>
  text
    .replaceAll(/\b[0-9a-f]{32}\b/g, 'SUM')
    .replaceAll(/\d[\d.,]*\d|\d/g, 'N')
    .replaceAll(/ +/g, ' ');

async function setUp(block: Block, { sqlite }: CommandWorld): Promise<void> {
  const ids = new Map<string, string>();
  for (const { command, output } of stepsOf(block)) {
    const typed = command.replaceAll(/wks_\w+/g, (id) => ids.get(id) ?? id);
    const { code, stdout, stderr } = await bash(typed, { env: { DATABASE_URL: sqlite.url } });
    expect([command, code, stderr.match(/error/i)]).toEqual([command, 0, null]);
    if (!output.startsWith('{')) {
      expect(stdout.trim()).toBe(output);
      continue;
    }
    const [shown, printed] = [output, stdout].map(
      (text) => JSON.parse(text) as Record<string, string | number>,
    );
    expect(Object.keys(printed!)).toEqual(Object.keys(shown!));
    for (const name of ['venues', 'treatments', 'customers']) expect(printed![name]).toEqual(shown![name]);
    if (shown!['workspaceId']) ids.set(String(shown!['workspaceId']), String(printed!['workspaceId']));
  }
}

/** The one that is refused names a workspace that is not there: its scopes are looked at as well. */
async function refused(block: Block, { sqlite }: CommandWorld): Promise<void> {
  const owner = `printf 'a long password' | npm run -s workspace:create -- --name B --email b@acme.example --password-stdin --json`;
  const made = await bash(owner, { env: { DATABASE_URL: sqlite.url } });
  const { workspaceId } = JSON.parse(made.stdout) as { workspaceId: string };
  const [{ command, output }] = stepsOf(block) as [{ command: string; output: string }];
  const typed = command.replaceAll(/wks_\w+/g, workspaceId);
  const { code, stderr } = await bash(typed, { env: { DATABASE_URL: sqlite.url } });
  expect([code, stderr.trim()]).toEqual([1, output]);
}

async function scopesFor(block: Block): Promise<void> {
  for (const { command, output } of stepsOf(block)) expect((await bash(command)).stdout.trim()).toBe(output);
}

async function settingFaults(block: Block): Promise<void> {
  const [{ command, output }] = stepsOf(block) as [{ command: string; output: string }];
  const { code, stderr } = await bash(command);
  expect(code).toBe(1);
  expect(stderr).toContain(output);
}

/** A store with one workspace and its key, in a folder as a server's. */
async function storeIn(folder: string): Promise<string> {
  mkdirSync(join(folder, 'data'));
  const url = `sqlite:${join(folder, 'data/latchkey.sqlite')}`;
  expect((await bash('npm run -s migrate', { env: { DATABASE_URL: url } })).code).toBe(0);
  return url;
}

/** SQLite's own program, which not every machine has, by the same library. */
const sqlite3 = `sqlite3() { node -e "const [file, sql] = process.argv.slice(1);
  const db = new (require('${root}/node_modules/sqlite3').Database)(file);
  db.run(sql, (error) => { if (error) throw error; db.close(); });" "$@"; }
`;

async function backUp({ text }: Block, { postgres }: CommandWorld): Promise<void> {
  const folder = emptyFolder();
  try {
    await storeIn(folder.path);
    if (postgres)
      expect((await bash('npm run -s migrate', { env: { DATABASE_URL: postgres.url } })).code).toBe(0);
    const typed = text
      .split('\n')
      .filter((line) => postgres || !line.startsWith('pg_dump'))
      .join('\n')
      .replace('postgres://USER@HOST/DATABASE', postgres?.url ?? '');
    const { code, stderr } = await bash(sqlite3 + typed, { cwd: folder.path });
    expect([code, stderr]).toEqual([0, '']);
    const today = new Date().toISOString().slice(0, 10);
    const made = ['sqlite', ...(postgres ? ['dump'] : [])].map((kind) => `data/backup-${today}.${kind}`);
    expect(made.filter((file) => !existsSync(join(folder.path, file)))).toEqual([]);
  } finally {
    folder.remove();
  }
}

async function restore({ text }: Block, { postgres }: CommandWorld): Promise<void> {
  if (!postgres) return;
  const [folder, target] = [emptyFolder(), await newEngine('postgres')];
  try {
    const dumped = await bash(`pg_dump --format=custom --file backup.dump ${postgres.url}`, {
      cwd: folder.path,
    });
    expect([dumped.code, dumped.stderr]).toEqual([0, '']);
    const typed = text.replace('postgres://USER@HOST/NEW', target.url);
    expect(await bash(typed, { cwd: folder.path })).toMatchObject({ code: 0, stderr: '' });
    const pending = await bash('npm run -s migrate', { env: { DATABASE_URL: target.url } });
    expect(pending.stdout.trim()).toBe('Nothing to apply.');
  } finally {
    folder.remove();
    await target.remove();
  }
}

async function typeorm({ text }: Block, { sqlite }: CommandWorld): Promise<void> {
  const { code, stdout } = await bash(text, { env: { DATABASE_URL: sqlite.url } });
  expect(code).toBe(0);
  expect(stdout).toMatch(/\[X\].*Accounts1767225600001/);
  expect(stdout).not.toContain('[ ]');
}

async function cluster(block: Block, { sqlite }: CommandWorld): Promise<void> {
  const [{ command, output }] = stepsOf(block) as [{ command: string; output: string }];
  const env = { DATABASE_URL: sqlite.url, PORT: '0', LOG_LEVEL: 'silent' };
  const running = await startServer(`exec ${command}`, { env, until: /workers\n/ });
  const said = running.said().trim().replaceAll(running.origin, 'http://127.0.0.1:4000');
  await running.stop();
  expect(said).toMatch(patternOf(output));
}

async function move(block: Block, { postgres }: CommandWorld): Promise<void> {
  if (!postgres) return;
  const [target, folder] = [await newEngine('postgres'), emptyFolder()];
  try {
    const from = await storeIn(folder.path);
    const [{ command, output }] = stepsOf(block) as [{ command: string; output: string }];
    const typed = command.replace('sqlite:data/latchkey.sqlite', from).replace(examplePostgres, target.url);
    const { code, stdout, stderr } = await bash(typed);
    expect([code, stderr.match(/error/i)]).toEqual([0, null]);
    // In this order, with other tables in the place of `...`.
    const shown = withoutFigures(output)
      .split('\n')
      .filter((line) => line !== '...');
    expect(
      withoutFigures(stdout)
        .split('\n')
        .filter((line) => shown.includes(line)),
    ).toEqual(shown);
  } finally {
    folder.remove();
    await target.remove();
  }
}

/** Everything up to the server, which is asked whether it is ready, and whether it asks for its secrets. */
async function production({ text }: Block, { postgres }: CommandWorld): Promise<void> {
  const store = await newEngine(postgres ? 'postgres' : 'sqlite');
  try {
    const typed = text
      .replace('PORT=4000', 'PORT=0 LOG_LEVEL=silent')
      .replace(examplePostgres, store.url)
      .replace(/^npm start.*$/m, 'exec npm start');
    const running = await startServer(typed, { env: { OWNER_PASSWORD: 'a long password of the owner' } });
    const ready = await fetch(`${running.origin}/health/ready`);
    const anonymous = await fetch(`${running.origin}/schema.graphql`);
    expect([ready.status, anonymous.status]).toEqual([200, 401]);
    expect(await running.stop()).toBe(0);
  } finally {
    await store.remove();
  }
}

async function headers({ text }: Block): Promise<void> {
  const house = await openTestHouse('sqlite');
  try {
    const { secret } = await (await house.workspace()).key('read:venues');
    const { url } = await house.app.http.listen('127.0.0.1', 0);
    const lines = text
      .trim()
      .split('\n')
      .map((line) => line.replace('lk_live_…', secret).replace('lk_live_…', secret));
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      const [name = '', ...rest] = line.split(': ');
      const [value = ''] = rest.join(': ').split('   ');
      const encoded = value.replace(/base64\(<any name>(:[^)]*)\)/, (_all, pair: string) =>
        Buffer.from(`any${pair}`).toString('base64'),
      );
      const answer = await house.send({ [name.toLowerCase()]: encoded }, '{ viewer { kind } }');
      expect(answer.data.viewer.kind).toBe('API_KEY');
    }
    const [, curl] = /(curl -u .*)$/.exec(lines[2]!)!;
    const asked = await bash(
      `${curl} -s ${url}/graphql -H 'content-type: application/json' -d '{"query":"{ viewer { kind } }"}'`,
    );
    expect(JSON.parse(asked.stdout)).toMatchObject({ data: { viewer: { kind: 'API_KEY' } } });
  } finally {
    await house.close();
  }
}

/** On each engine that is there. */
async function script(block: Block, { postgres }: CommandWorld): Promise<void> {
  for (const engine of ['sqlite', ...(postgres ? (['postgres'] as const) : [])] as const)
    await runScript(block, engine);
}

/** The script that reads and writes through ormconfig.ts, on a store with two venues. */
async function runScript({ text }: Block, engineName: Engine['name']): Promise<void> {
  const house = await openTestHouse(engineName);
  const folder = join(root, '.cache', `script-${process.pid}`);
  try {
    const workspace = await house.workspace();
    const owner = await workspace.owner();
    for (const [name, city] of [
      ['North', 'Cologne'],
      ['South', 'Bonn'],
    ]) {
      const made = await owner.send(
        'mutation ($input: CreateVenueInput!) { createVenue(input: $input) { venueId userErrors { message } } }',
        { input: { name, city, timezone: 'Europe/Berlin' } },
      );
      expect(made.data.createVenue.userErrors).toEqual([]);
    }
    mkdirSync(folder, { recursive: true });
    // As if it stood beside dist/.
    writeFileSync(join(folder, 'script.mjs'), text.replaceAll("'./dist/", "'../../dist/"));
    const env = { DATABASE_URL: house.engine.url };
    const { stdout, stderr } = await bash(`node ${join(folder, 'script.mjs')}`, { env });
    expect([stdout.trim(), stderr]).toEqual([textOf('architecture.md', 'script-output').trim(), '']);
    const { secret } = await workspace.key('read:venues');
    const query =
      '{ venues(filter: { name: { eq: "North" } }) { nodes { address version updatedAt createdAt } } }';
    const [north] = (await house.send(bearer(secret), query)).data.venues.nodes as Record<string, unknown>[];
    expect(north).toMatchObject({ address: 'Domkloster 4\n50667 Cologne', version: 2 });
    expect(north!['updatedAt']).not.toBe(north!['createdAt']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await house.close();
  }
}

/** On a store with a key that ran one operation, beside files of a version in which two fields were otherwise. */
async function schemaImpact(block: Block): Promise<void> {
  const house = await openTestHouse('sqlite');
  const folder = emptyFolder();
  try {
    const key = await (await house.workspace('Acme')).key('read:customers');
    for (const first of [1, 2])
      await key.send(`query Mails { customers(first: ${first}) { nodes { email } } }`);
    await house.scheduler.elapse(10_000);
    const [schema, scopes] = ['schema.graphql', 'scopes.json'].map((file) =>
      readFileSync(join(root, 'schema', file), 'utf8'),
    );
    const old = schema!.replace(/(^type Customer [^]*?^ {2}email: String)/m, '$1!');
    const opened = scopes!.replace(/"Venue\.city": [^\n]*(?=,)/, '"Venue.city": "authenticated"');
    writeFileSync(join(folder.path, 'old.graphql'), old);
    writeFileSync(join(folder.path, 'old-scopes.json'), opened);
    const [{ command, output }] = stepsOf(block) as [{ command: string; output: string }];
    const typed = command.replace('npm run', `npm --prefix ${root} run`);
    const ran = await bash(typed, { cwd: folder.path, env: { DATABASE_URL: house.engine.url } });
    expect([ran.code, ran.stderr]).toEqual([1, '']);
    expect(ran.stdout.trim()).toMatch(patternOf(output));
  } finally {
    folder.remove();
    await house.close();
  }
}

export const commandRunners: Runners<CommandWorld> = {
  'operations.md#set-up': setUp,
  'operations.md#refused': refused,
  'operations.md#typeorm': typeorm,
  'operations.md#backup': backUp,
  'operations.md#restore': restore,
  'operations.md#production': production,
  'README.md#production': production,
  'scopes.md#scopes-for': scopesFor,
  'insight.md#schema-impact': schemaImpact,
  'settings.md#faults': settingFaults,
  'scaling.md#cluster': cluster,
  'scaling.md#move': move,
  'keys.md#headers': headers,
  async 'keys.md#pattern'({ text }) {
    expect(text.trim()).toBe(apiKeyPattern);
  },
  'architecture.md#script': script,
  // Compared where the script runs.
  async 'architecture.md#script-output'({ text }) {
    expect(text.trim()).not.toBe('');
  },
};
