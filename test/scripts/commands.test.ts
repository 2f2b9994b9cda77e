// The operator's commands: what they print, what they write, how they refuse. Real processes on a real store, beside a
// running server.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { buildCommands, emptyFolder, runCommand } from '../support/processes/commands.ts';
import { describeEachEngine, newEngine } from '../support/engines.ts';
import { bearer, openTestHouse, testSecrets, type TestHouse } from '../support/house.ts';

const clock = { ...systemClock, advance: () => undefined };
const secrets = { JWT_SECRET: testSecrets.jwtSecrets[0], KEY_PEPPER: testSecrets.keyPepper };
const password = 'correct horse battery';

interface Failed {
  readonly errors: readonly { readonly code: string; readonly field: string[]; readonly message: string }[];
}

// Every command is a process that loads the whole program.
beforeAll(buildCommands);

describeEachEngine('commands beside a running server', (engineName) => {
  let house: TestHouse;
  let workspaceId: string;
  let userId: string;
  const run = (name: string, args: readonly string[], stdin = '') =>
    runCommand(name, [...args, '--json'], { env: { DATABASE_URL: house.engine.url, ...secrets }, stdin });
  const create = (email: string) =>
    run('workspace-create', ['--name', 'Acme', '--email', email, '--password-stdin'], `${password}\n`);
  const key = async (...args: string[]) =>
    (await run('key-create', ['--workspace', workspaceId, '--label', 'Test', ...args])).json<{
      apiKeyId: string;
      secret: string;
    }>();
  const count = async (table: 'customers' | 'venues' | 'api_keys') => {
    const text = { customers: sql`customers`, venues: sql`venues`, api_keys: sql`api_keys` }[table];
    const [row] = await house.app.database.query<{ n: number | string }>(
      sql`SELECT count(*) AS "n" FROM ${text}`,
    );
    return Number(row!.n);
  };

  beforeAll(async () => {
    house = await openTestHouse(engineName, { clock });
    ({ workspaceId, userId } = (await create('owner@acme.example')).json<{
      workspaceId: string;
      userId: string;
    }>());
  });
  afterAll(() => house.close());

  it('makes a workspace whose owner can sign in, with the password from stdin less its last line break', async () => {
    expect(workspaceId).toMatch(/^wks_/);
    const answer = await house.send(
      {},
      'mutation ($input: LoginInput!) { login(input: $input) { user { id role workspace { id name } } } }',
      { input: { email: 'owner@acme.example', password } },
    );
    expect(answer.data.login.user).toEqual({
      id: userId,
      role: 'OWNER',
      workspace: { id: workspaceId, name: 'Acme' },
    });
  });

  it('refuses an e-mail address that is taken, in any case of letters', async () => {
    const refused = await create('OWNER@acme.example');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('email: There is a user with this e-mail address already.');
    expect(refused.json<Failed>().errors).toMatchObject([{ code: 'TAKEN', field: ['email'] }]);
  });

  it('makes a key that the running server takes at once', async () => {
    const made = await key('--scopes', 'read:customers, customers:write', '--environment', 'TEST');
    expect(Object.keys(made)).toEqual(['apiKeyId', 'secret']);
    expect(made.secret).toMatch(/^lk_test_[0-9a-f]{12}_[0-9A-Za-z]{38}$/);
    const { data } = await house.send(bearer(made.secret), '{ viewer { scopes apiKey { id label } } }');
    expect(data.viewer).toEqual({
      scopes: ['read:customers', 'write:customers'],
      apiKey: { id: made.apiKeyId, label: 'Test' },
    });
  });

  it('restricts a key to venues and to a time', async () => {
    await run('seed', ['--workspace', workspaceId, '--customers', '1']);
    const all = await key('--preset', 'READ');
    const listed = await house.send(bearer(all.secret), '{ venues(first: 2) { nodes { id } } }');
    const ids = (listed.data.venues.nodes as { id: string }[]).map((venue) => venue.id).sort();
    const limits = ['--venues', ids.join(','), '--expires-at', '2199-01-31T10:00:00+01:00'];
    const few = await key('--preset', 'READ', ...limits);
    const query = '{ venues { nodes { id } } viewer { apiKey { expiresAt venues { id } } } }';
    const { data } = await house.send(bearer(few.secret), query);
    expect((data.venues.nodes as { id: string }[]).map((venue) => venue.id).sort()).toEqual(ids);
    expect(data.viewer.apiKey).toEqual({
      expiresAt: '2199-01-31T09:00:00.000Z',
      venues: ids.map((id) => ({ id })),
    });
  });

  it('gives a key the life that its workspace says when none is asked for', async () => {
    const email = 'life@acme.example';
    const { workspaceId: own } = (await create(email)).json<{ workspaceId: string }>();
    const login = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
    const { data } = await house.send({}, login, { input: { email, password } });
    const headers = bearer(data.login.token as string);
    const update =
      'mutation ($input: UpdateWorkspaceSettingsInput!) { updateWorkspaceSettings(input: $input) { userErrors { code } } }';
    for (const [days, settings] of [
      [5, { maximumKeyLifeDays: 5 }],
      [3, { maximumKeyLifeDays: null, defaultKeyLifeDays: 3 }],
    ] as const) {
      const changed = await house.send(headers, update, { input: settings });
      expect(changed.data.updateWorkspaceSettings.userErrors).toEqual([]);
      const lifeMs = days * 86_400_000;
      const earliestMs = Date.now() + lifeMs;
      const made = await run('key-create', ['--workspace', own, '--label', 'Life', '--preset', 'READ']);
      const latestMs = Date.now() + lifeMs;
      const { secret } = made.json<{ secret: string }>();
      const shown = await house.send(bearer(secret), '{ viewer { apiKey { expiresAt } } }');
      const expiresMs = Date.parse(shown.data.viewer.apiKey.expiresAt as string);
      expect(expiresMs >= earliestMs && expiresMs <= latestMs).toBe(true);
    }
  });

  it('refuses a key that the API would refuse, and makes none', async () => {
    const before = await count('api_keys');
    const cases: [string[], string, string][] = [
      [['--workspace', workspaceId], 'REQUIRED', 'scopes'],
      [['--workspace', workspaceId, '--scopes', 'read:customers,nope'], 'INVALID', 'scopes.1'],
      [['--workspace', workspaceId, '--scopes', 'workspace:manage'], 'NOT_ALLOWED', 'scopes.0'],
      [['--workspace', workspaceId, '--preset', 'READ', '--venues', 'ven_1'], 'NOT_FOUND', 'venueIds.0'],
      [
        ['--workspace', workspaceId, '--preset', 'READ', '--expires-at', '2001-01-01T00:00:00Z'],
        'INVALID',
        'expiresAt',
      ],
      [['--workspace', 'wks_none', '--preset', 'READ'], 'NOT_FOUND', 'workspace'],
    ];
    const results = await Promise.all(
      cases.map(([args]) => run('key-create', ['--label', 'Refused', ...args])),
    );
    results.forEach((result, index) => {
      const [, code, field] = cases[index]!;
      expect(result.code).toBe(1);
      expect(result.stderr).toMatch(new RegExp(`^${field}: .+\n$`));
      expect(result.json<Failed>().errors[0]).toMatchObject({ code });
    });
    expect(await count('api_keys')).toBe(before);
  });

  it('seeds what it says, tells the same story for the same seed, and goes on where it ended', async () => {
    const stories = await Promise.all(
      ['a', 'b'].map(async (name) => {
        const made = (await create(`${name}@seed.example`)).json<{ workspaceId: string }>();
        const seed = (customers: string) =>
          run('seed', ['--workspace', made.workspaceId, '--customers', customers, '--seed', '7']);
        const first = (await seed('30')).json<Record<string, number>>();
        const second = (await seed('10')).json<Record<string, number>>();
        const reader = ['--workspace', made.workspaceId, '--label', 'Reader', '--preset', 'READ'];
        const { secret } = (await run('key-create', reader)).json<{ secret: string }>();
        const query =
          '{ customers(first: 100, orderBy: { field: NAME, direction: ASC }) { totalCount nodes { name email } } inquiries { totalCount } followUps { totalCount } venues { totalCount } }';
        return { first, second, data: (await house.send(bearer(secret), query)).data };
      }),
    );
    const [a, b] = stories;
    expect(a!.first).toMatchObject({ venues: 5, customers: 30 });
    expect(a!.second).toMatchObject({ venues: 0, customers: 10 });
    const sum = (what: string) => a!.first[what]! + a!.second[what]!;
    expect(a!.data.customers.totalCount).toBe(40);
    expect(a!.data.inquiries.totalCount).toBe(sum('inquiries'));
    expect(a!.data.followUps.totalCount).toBe(sum('followUps'));
    expect(a!.data.venues.totalCount).toBe(5);
    const emails = (a!.data.customers.nodes as { email: string | null }[]).flatMap(
      ({ email }) => email ?? [],
    );
    expect(emails).toEqual([...new Set(emails)]);
    expect(b!.data.customers).toEqual(a!.data.customers);
  });

  it('seeds nothing into a workspace that does not exist', async () => {
    const before = [await count('customers'), await count('venues')];
    const refused = await run('seed', ['--workspace', 'wks_none', '--customers', '5']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toBe('workspace: No workspace with this id.\n');
    expect(refused.json<Failed>().errors).toMatchObject([{ code: 'NOT_FOUND', field: ['workspace'] }]);
    expect([await count('customers'), await count('venues')]).toEqual(before);
  });

  it('migrates an empty database once', async () => {
    const engine = await newEngine(engineName);
    try {
      const migrate = () =>
        runCommand('migrate', ['--json'], { env: { DATABASE_URL: engine.url, ...secrets } });
      const first = (await migrate()).json<{ applied: string[] }>();
      expect(first.applied.length).toBeGreaterThan(0);
      expect((await migrate()).json()).toEqual({ applied: [], unknown: [], details: [] });
    } finally {
      await engine.remove();
    }
  });
});

describe('commands that are called wrongly', () => {
  const folder = emptyFolder();
  const run = (name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    runCommand(name, args, { cwd: folder.path, env, stdin: password });
  afterAll(() => folder.remove());

  it('end with code 2, a sentence and the usage, before anything is opened', async () => {
    const key = ['--workspace', 'wks_1', '--label', 'L', '--preset', 'READ'];
    const cases: [string, string[], string][] = [
      ['workspace-create', ['--name', 'Acme', '--email', 'a@b.example'], '--password-stdin is missing'],
      [
        'workspace-create',
        ['--name', 'Acme', '--email', 'a@b.example', '--password', 'x'],
        "Unknown option '--password'",
      ],
      ['key-create', [...key, 'read:customers'], "Unexpected argument 'read:customers'"],
      ['key-create', [...key, '--scopes'], "Option '--scopes <value>' argument missing"],
      ['key-create', [...key, '--venues='], '--venues has an empty item.'],
      ['key-create', [...key, '--label', 'M'], '--label is given more than once.'],
      ['key-create', [...key.slice(0, 4), '--preset', 'ALL'], '--preset is one of READ, WRITE, FULL_ACCESS.'],
      ['key-create', [...key, '--expires-at', 'tomorrow'], '--expires-at is an instant with an offset'],
      ['key-create', key.slice(2), '--workspace is missing.'],
      ['seed', ['--workspace', 'wks_1', '--customers', '1e3'], '--customers is a whole number from 1'],
    ];
    const results = await Promise.all(cases.map(([name, args]) => run(name, ['--json', ...args])));
    results.forEach((result, index) => {
      const message = cases[index]![2];
      expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining(message) as unknown });
      expect(result.stderr).toMatch(/^Usage: .*npm run -s /m);
      expect(result.json<Failed>().errors).toHaveLength(1);
      expect(result.json<Failed>().errors[0]!.message).toContain(message);
    });
    expect(() => statSync(join(folder.path, 'data'))).toThrow(/ENOENT/);
  });

  it('explain in production mode which secrets they need', async () => {
    const refused = await run('seed', ['--workspace', 'wks_1', '--customers', '1'], { MODE: 'production' });
    expect(refused.code).toBe(1);
    expect(refused.stdout).toBe('');
    expect(refused.stderr).toContain('KEY_PEPPER: is missing.');
    expect(refused.stderr).toContain('Give them the values that the server has');
  });

  it('say so when the store does not answer', async () => {
    const refused = await run('migrate', ['--json'], { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
    expect(refused.code).toBe(1);
    expect(refused.json<Failed>().errors).toMatchObject([
      { code: 'SERVICE_UNAVAILABLE', message: expect.stringContaining('ECONNREFUSED') as string },
    ]);
  });

  it('print their usage on --help', async () => {
    const { code, stdout } = await run('key-create', ['--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: npm run -s key:create[^]*\n\nMakes an API key .*\.\n$/);
  });
});

describe('local mode without settings', () => {
  it('makes the secrets that the server will use, readable by their owner alone, and shows people plain lines', async () => {
    const folder = emptyFolder();
    try {
      const args = ['--name', 'Acme', '--email', 'owner@acme.example', '--password-stdin'];
      const made = await runCommand('workspace-create', args, { cwd: folder.path, stdin: password });
      expect(made).toMatchObject({ code: 0, stderr: '' });
      expect(made.stdout).toMatch(/^workspace {2}wks_\w+\nowner {6}usr_\w+\n$/);
      const file = join(folder.path, 'data/local-secrets.json');
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveProperty('keyPepper');
    } finally {
      folder.remove();
    }
  });
});
