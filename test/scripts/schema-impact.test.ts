// `npm run -s schema:impact -- OLD.graphql [OLD-scopes.json]`, as a process on a store with recorded requests.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImpactReport } from '../../scripts/impact/report.ts';
import { describeEachEngine } from '../support/engines.ts';
import { openTestHouse, testSecrets, type KeyCaller, type TestHouse } from '../support/house.ts';
import { buildCommands, emptyFolder, runCommand, runNpm } from '../support/processes/commands.ts';

const flushMs = 10_000;
const schema = readFileSync('schema/schema.graphql', 'utf8');
const scopes = readFileSync('schema/scopes.json', 'utf8');
const secrets = { JWT_SECRET: testSecrets.jwtSecrets[0], KEY_PEPPER: testSecrets.keyPepper };

/** The schema and the scopes of a version in which two fields were what they are no more. */
const oldSchema = schema.replace(/(^type Customer [^]*?^ {2}email: String)/m, '$1!');
const oldScopes = scopes.replace(
  '"Customer.phone": [["read:customers"]]',
  '"Customer.phone": "authenticated"',
);

beforeAll(buildCommands);

describeEachEngine('schema:impact', (engine) => {
  const folder = emptyFolder();
  const write = (name: string, text: string) => writeFileSync(join(folder.path, name), text);
  let house: TestHouse;
  let key: KeyCaller;
  const impact = (...args: string[]) =>
    runCommand('schema-impact', args, {
      cwd: folder.path,
      env: { DATABASE_URL: house.engine.url, ...secrets },
    });

  beforeAll(async () => {
    expect(oldSchema).not.toBe(schema);
    expect(oldScopes).not.toBe(scopes);
    write('same.graphql', schema);
    write('old.graphql', oldSchema);
    write('same.json', scopes);
    write('old.json', oldScopes);
    house = await openTestHouse(engine);
    key = await (await house.workspace('Acme')).key('read:customers');
    await key.send('query Mails { customers(first: 1) { nodes { email } } }');
    await key.send('query Mails { customers(first: 2) { nodes { email } } }');
    await house.scheduler.elapse(flushMs);
  });
  afterAll(async () => {
    await house.close();
    folder.remove();
  });

  it('ends with 0 when nothing changed, and says since when it knows', async () => {
    const { code, stdout, stderr } = await impact('same.graphql', 'same.json');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^No breaking change\.\nRecorded since 20\S+Z; nothing is known of the time before\.\n$/,
    );
  });

  it('ends with 1 and names the key, how often and when, and the operations that are kept', async () => {
    const { code, stdout } = await impact('old.graphql', 'same.json');
    expect(code).toBe(1);
    const at = new Date(house.clock.nowMs()).toISOString();
    expect(stdout).toContain('Customer.email changed type from String! to String.\n');
    expect(stdout).toMatch(
      new RegExp(`^  breaks: key ${key.apiKeyId} ".*" of "Acme": 2 requests, last ${at}, Mails$`, 'm'),
    );
    expect(stdout).toContain('  breaks: stored operation GET /api/v1/customers\n');
    const answered = await impact('--json', 'old.graphql', 'same.json');
    expect(answered.code).toBe(1);
    const report = answered.json() as unknown as ImpactReport;
    expect(report).toMatchObject({ breaks: true, unknownRequests: 0, scopesCompared: true });
    expect(report.changes).toHaveLength(1);
    expect(report.changes[0]!.callers).toMatchObject([{ id: key.apiKeyId, requests: 2, lastUsedAt: at }]);
  });

  it('compares scopes where it is given them: a key that has what is asked now is not broken', async () => {
    const { code, stdout } = await impact('same.graphql', 'old.json');
    expect(stdout).toContain('Customer.phone asks for read:customers instead of authenticated.\n');
    expect(stdout).not.toContain(key.apiKeyId);
    expect(stdout).toContain('stored operation GET /api/v1/customers');
    expect(code).toBe(1);
    const without = await impact('same.graphql');
    expect(without.code).toBe(0);
    expect(without.stdout).toContain('Scopes were not compared: no file of scopes was given.\n');
  });

  it('takes every change for used when requests are not recorded', async () => {
    const { database } = house.app;
    const set = (since: string | null) =>
      database.write((connection) => connection.execute(sql`UPDATE "recording" SET "since" = ${since}`));
    await set(null);
    const text = `${schema}\ntype Gone { id: ID! }\n`;
    write('gone.graphql', text);
    const unknown = await impact('gone.graphql', 'same.json');
    expect(unknown.code).toBe(1);
    expect(unknown.stdout).toContain('Requests are not recorded now');
    expect((await impact('same.graphql', 'same.json')).code).toBe(0);
    await set('2026-01-01T00:00:00.000Z');
    const known = await impact('gone.graphql', 'same.json');
    expect([known.code, known.stdout.split('\n')[0]]).toEqual([
      0,
      '1 breaking change that no recorded operation uses.',
    ]);
  });
});

describe('schema:impact refuses', () => {
  const folder = emptyFolder();
  const url = `sqlite:${join(folder.path, 'store.sqlite')}`;
  const impact = (...args: string[]) =>
    runCommand('schema-impact', args, { cwd: folder.path, env: { DATABASE_URL: url, ...secrets } });
  beforeAll(() => {
    writeFileSync(join(folder.path, 'same.graphql'), schema);
    writeFileSync(join(folder.path, 'broken.graphql'), 'type Query {');
    writeFileSync(join(folder.path, 'query.graphql'), '{ customers { totalCount } }');
    writeFileSync(join(folder.path, 'broken.json'), '{');
    writeFileSync(join(folder.path, 'other.json'), '{ "Customer.email": "anyone" }');
  });
  afterAll(() => folder.remove());

  it.each([
    [['nope.graphql'], /^nope\.graphql: there is no such file\.\n$/],
    [['.'], /^\.: this is a folder; name a file in it\.\n$/],
    [['broken.graphql'], /^broken\.graphql: this is no schema: Syntax Error/],
    [['query.graphql'], /^query\.graphql: this is no schema: Query root type must be provided/],
    [['same.graphql', 'nope.json'], /^nope\.json: there is no such file\.\n$/],
    [['same.graphql', 'broken.json'], /^broken\.json: this is no JSON\.\n$/],
    [['same.graphql', 'other.json'], /^other\.json: this is no list of scopes .*see "Customer\.email"\.\n$/],
    [['same.graphql'], /^There is no store .*store\.sqlite: DATABASE_URL names the one that recorded\.\n$/],
  ])('%j', async (args, message) => {
    const refused = await impact(...args);
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(message) });
  });

  it.each([
    [[], /No file is given/],
    [['a', 'b', 'c'], /More than two files/],
    [['--days', '0', 'a'], /--days is a whole number/],
  ])('to be called wrongly: %j', async (args, message) => {
    expect(await impact(...args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(message),
    });
  });

  it('a store without recorded use, by npm from any folder', async () => {
    writeFileSync(join(folder.path, 'empty.sqlite'), '');
    const env = { DATABASE_URL: `sqlite:${join(folder.path, 'empty.sqlite')}`, ...secrets };
    const refused = await runNpm('schema:impact', ['same.graphql'], { cwd: folder.path, env });
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/no tables for recorded use/) });
  });
});
