// After a full tour, in which secrets are also sent where they do not belong, nothing that the server keeps or says holds
// one: not the database files, not the log at its most talkative, not the messages of errors, not the traces.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger } from '../../src/core/logger.ts';
import { tableOf } from '../../src/db/store/table.ts';
import { describeEachEngine } from '../support/engines.ts';
import { bearer, openTestHouse, testSecrets, type TestHouse, type TestWorkspace } from '../support/house.ts';
import { callerWith, colleague, keyAdmin, use, withOtherSecret, type KeyAdmin } from '../support/keys.ts';
import { openTracer, openTraceReceiver, type TraceReceiver } from '../support/outside/trace-receiver.ts';
import { ask, done } from '../support/users.ts';
import { allRows, entities } from '../db/support/store.ts';

const escrowSecret = 'an-escrow-secret-of-more-than-32-characters';
const newPassword = 'Tr0ub4dor&3 and more of it';

describeEachEngine('Secrets', (engine) => {
  const lines: string[] = [];
  /** Every `errors` and `userErrors` that was answered, as text. */
  const messages: string[] = [];
  let receiver: TraceReceiver;
  let house: TestHouse;
  let workspace: TestWorkspace;
  let admin: KeyAdmin;
  /** What must stand nowhere. */
  const hidden = new Map<string, string>();

  beforeAll(async () => {
    const logger = createLogger({ level: 'trace', destination: { write: (line) => void lines.push(line) } });
    receiver = await openTraceReceiver();
    house = await openTestHouse(engine, {
      logger,
      tracer: openTracer(receiver.endpoint, logger),
      env: { KEY_ESCROW_SECRET: escrowSecret, LOG_LEVEL: 'trace' },
    });
    const { send } = house;
    const listening: TestHouse['send'] = async (...request) => {
      const answer = await send(...request);
      note(answer.errors);
      note(JSON.stringify(answer.data ?? null).match(/"userErrors":\[[^\]]*\]/g));
      return answer;
    };
    Object.assign(house, { send: listening });
    workspace = await house.workspace();
    admin = keyAdmin(house, workspace);
    hide('owner password', workspace.ownerPassword);
    hide('pepper', testSecrets.keyPepper);
    hide('token secret', testSecrets.jwtSecrets[0]);
    hide('escrow secret', escrowSecret);
    hide('new password', newPassword);
    await tour();
  });
  afterAll(async () => {
    await house.close();
    await receiver.close();
  });

  const hide = (what: string, text: string) => void hidden.set(text, what);
  const note = (value: unknown) => void (value == null || messages.push(JSON.stringify(value)));
  /** Its secret part; the beginning is public. */
  const hideKey = (what: string, { secret }: { secret: string }) => {
    hide(what, secret.slice(-38));
    hide(`${what}, without its check`, secret.slice(-38, -6));
  };
  const hideToken = (what: string, token: string) => {
    hide(what, token);
    token
      .split('.')
      .slice(1)
      .forEach((part, index) => hide(`${what}, part ${index + 1}`, part));
  };

  async function raw(request: { url?: string; method?: 'GET' | 'POST'; headers?: object; payload?: string }) {
    const { headers, ...rest } = request;
    const { body } = await house.app.http.inject({
      ...{ method: 'POST', url: '/graphql', ...rest },
      headers: { 'content-type': 'application/json', ...headers },
    });
    try {
      note((JSON.parse(body) as { errors?: unknown }).errors);
    } catch {
      note(body);
    }
  }

  /** The life of keys and users as it should be. */
  async function properTour() {
    const key = await admin.create({ preset: 'FULL_ACCESS', scopes: null });
    hideKey('key', key);
    await use(house, key);
    const rotated = await admin.rotate(key.apiKeyId, 60);
    hideKey('rotated key', rotated);
    await use(house, rotated);
    const regenerated = await admin.regenerate(key.apiKeyId);
    hideKey('regenerated key', regenerated);
    await use(house, key);
    await use(house, regenerated);
    await admin.send('mutation ($id: ID!) { revealApiKey(id: $id) { secret userErrors { code } } }', {
      id: key.apiKeyId,
    });
    const member = await colleague(house, admin, 'MEMBER');
    hide('member password', member.password);
    const token = await member.token();
    hideToken('member token', token);
    const input = { currentPassword: member.password, newPassword };
    const changed = await done(callerWith(house, token), 'changePassword', { input });
    hideToken('new token', changed.token);
    await callerWith(house, token).send('{ viewer { kind } }');
    await house.send(
      { 'idempotency-key': 'once', ...bearer(changed.token) },
      'mutation { createCustomer(input: { name: "Once" }) { customerId } }',
    );
    return { key: regenerated.secret, token: changed.token as string, password: newPassword, member };
  }

  async function tour() {
    const { key, token, password, member } = await properTour();
    const revoked = await admin.create();
    hideKey('revoked key', revoked);
    await admin.payload('RevokeApiKey', { id: revoked.apiKeyId });
    await use(house, revoked);
    await use(house, { secret: withOtherSecret(revoked) });
    for (const secret of [key, token, password]) {
      await inHeaders(secret);
      await inVariables(secret);
      await inQueryText(secret);
      await inUrlsAndBodies(secret);
    }
    await ask(admin, 'createUser', { input: { email: password, password: member.email, role: 'MEMBER' } });
    await ask(admin, 'createUser', { input: { email: key, password: token, role: 'MEMBER' } });
    await house.app.lastUsed.flush();
    await house.scheduler.elapse(10_000);
  }

  async function inHeaders(secret: string) {
    const query = '{ viewer { kind } }';
    const glued = ['x', 'id_', 'n', ''].map((before) => ({ 'x-request-id': `${before}${secret}` }));
    const basic = (user: string, pass: string) =>
      `Basic ${Buffer.from(`${user}:${pass}`).toString('base64')}`;
    const headers: Record<string, string>[] = [
      ...[
        { 'x-api-key': secret },
        { authorization: secret },
        { authorization: `Bearer ${secret} ${secret}` },
      ],
      ...[{ authorization: `Token ${secret}` }, { authorization: basic(secret, 'nothing') }],
      ...[{ authorization: basic('me', secret) }, { cookie: `session=${secret}` }, { 'user-agent': secret }],
      ...[
        { 'idempotency-key': secret },
        { 'x-forwarded-for': secret },
        { referer: `https://x/?key=${secret}` },
      ],
    ];
    for (const header of headers) {
      await house.send(header, query);
      await admin.send(query);
    }
    // Only such as HTTP and our own rule let through; a password with a space is neither.
    for (const header of glued.filter((one) => /^[A-Za-z0-9._~-]{1,128}$/.test(one['x-request-id']))) {
      const signedIn = await house.send(
        {},
        'mutation ($input: LoginInput!) { login(input: $input) { token } }',
        {
          input: { email: workspace.ownerEmail, password: workspace.ownerPassword },
        },
      );
      const authorization = bearer(signedIn.data.login.token);
      hideToken('token', signedIn.data.login.token);
      await house.send({ ...authorization, ...header }, query);
      await house.send(
        { ...authorization, ...header, 'idempotency-key': secret },
        'mutation { createApiKey(input: { label: "Traced", preset: READ }) { apiKeyId } }',
      );
      await house.send(header, query);
    }
  }

  async function inVariables(secret: string) {
    const login =
      'mutation ($input: LoginInput!) { login(input: $input) { token userErrors { code message } } }';
    for (const input of [
      ...[
        { email: secret, password: 'x' },
        { email: workspace.ownerEmail, password: secret },
      ],
      ...[{ email: workspace.ownerEmail, passwort: secret }, { password: secret }, secret, [secret]],
      ...[
        { email: { deep: secret }, password: secret },
        { email: 7, password: secret },
      ],
    ]) {
      await house.send({}, login, { input });
    }
    const create =
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { userErrors { code field message } } }';
    for (const input of [
      ...[
        { label: 'x', scopes: [secret] },
        { label: 'x', preset: secret },
        { label: 'x', environment: secret },
      ],
      ...[
        { label: 'x', preset: 'READ', expiresAt: secret },
        { label: 'x', preset: 'READ', venueIds: [secret] },
      ],
      ...[
        { label: 'x', preset: 'READ', ipAllowlist: [secret] },
        { secret, preset: 'READ' },
      ],
      ...[{ label: 'x', preset: 'READ', rateLimitPerMinute: secret }],
    ]) {
      await admin.send(create, { input });
    }
    await admin.send('query ($id: ID!) { apiKey(id: $id) { id } node(id: $id) { id } }', { id: secret });
    await admin.send('mutation ($id: ID!) { revokeApiKey(id: $id) { userErrors { message } } }', {
      id: secret,
    });
    const list =
      'query ($after: String, $first: Int, $text: String) { customers(first: $first, after: $after, filter: { name: { contains: $text } }) { nodes { id } } }';
    await admin.send(list, { after: secret });
    await admin.send(list, { first: secret });
    await admin.send(list, { text: secret, first: 1 });
    await admin.send(list, { first: 1 }, secret);
    const change =
      'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { userErrors { code message } } }';
    await admin.send(change, { input: { currentPassword: secret } });
    await admin.send(change, { input: { currentPassword: secret, newPassword: 'short' } });
  }

  async function inQueryText(secret: string) {
    const text = JSON.stringify(secret);
    const name = secret.replace(/[^A-Za-z0-9_]/g, '_');
    for (const query of [
      ...[
        `{ customers(filter: { name: { contains: ${text} } }) { nodes { id } } }`,
        `{ customer(id: ${text}) { id } }`,
      ],
      ...[
        `# ${secret}\n{ viewer { kind } }`,
        `{ ${name} }`,
        `{ viewer { ${name} } }`,
        `query ${name} { viewer { kind } }`,
      ],
      ...[
        `{ viewer(key: ${text}) { kind } }`,
        `{ viewer @${name} { kind } }`,
        `{ ...${name} }`,
        secret,
        `{ ${text} }`,
      ],
      ...[
        `{ ${name}: viewer { kind } }`,
        `query ($${name}: String!) { viewer { kind } }`,
        `{ customers(first: ${text}) { nodes { id } } }`,
      ],
      ...[
        `mutation { revokeApiKey(id: ${text}) { userErrors { message } } }`,
        `{ scopes { ... on ${name} { name } } }`,
      ],
    ]) {
      await admin.send(query);
      await house.send({}, query);
    }
    // A name that is not valid GraphQL ends in a syntax error, a long one is cut: neither is repeated.
    await admin.send(`{ viewer { kind } } ${secret}`);
  }

  async function inUrlsAndBodies(secret: string) {
    const inUrl = encodeURIComponent(secret);
    for (const url of [`/graphql?key=${inUrl}`, `/graphql?query=%7Bviewer%7Bkind%7D%7D&token=${inUrl}`]) {
      await raw({ url, method: 'GET' });
      await raw({ url, payload: JSON.stringify({ query: '{ viewer { kind } }' }) });
    }
    const isNoUrl = /[^A-Za-z0-9._~-]/.test(secret);
    if (!isNoUrl)
      for (const path of [`/${secret}`, `/graphql/x${secret}`, `/v1_${secret}/x`]) await raw({ url: path });
    for (const payload of [
      secret,
      `{"query": ${secret}`,
      `{"query": "{ viewer { kind } }", "${secret}": 1}`,
    ]) {
      await raw({ payload, headers: bearer('nonsense') });
    }
    await raw({ payload: JSON.stringify({ query: '{ viewer { kind } }', variables: secret }) });
    await raw({ payload: JSON.stringify({ query: '{ viewer { kind } }', extensions: { secret } }) });
    await raw({
      payload: secret,
      headers: { 'content-type': `text/${/^[\w.-]+$/.test(secret) ? secret : 'x'}` },
    });
  }

  /** Names of what is found, not the secrets themselves: a failing test must not print them either. */
  const foundIn = (text: string): string[] =>
    [...hidden].filter(([secret]) => text.includes(secret)).map(([, what]) => what);

  it('made a tour worth its name', () => {
    expect(hidden.size).toBeGreaterThan(15);
    expect(lines.length).toBeGreaterThan(200);
    expect(messages.length).toBeGreaterThan(150);
    // And the search finds what is there.
    expect(foundIn(`a text with ${newPassword} in it`)).toEqual(['new password']);
  });

  it('are not in the log, at any level', () => {
    expect(lines.filter((line) => foundIn(line).length > 0).flatMap(foundIn)).toEqual([]);
  });

  it('are not in the traces', async () => {
    const { headers } = await house.send({}, '{ viewer { kind } }');
    await receiver.traceOf(headers['x-request-id']);
    expect(receiver.spans().length).toBeGreaterThan(500);
    expect(receiver.received.flatMap(foundIn)).toEqual([]);
  });

  it('are not in the messages of errors', () => {
    const bad = messages.filter((text) => foundIn(text).length > 0);
    expect(bad.map((text) => text.slice(0, 120))).toEqual([]);
  });

  it('are not in any table', async () => {
    for (const entity of entities) {
      const { name } = tableOf(entity);
      const rows = await allRows(house.app.database, name);
      expect([name, foundIn(JSON.stringify(rows))]).toEqual([name, []]);
    }
    const secrets = await allRows(house.app.database, 'api_key_secrets');
    expect(secrets.length).toBeGreaterThan(3);
  });

  if (engine === 'sqlite') {
    it('are not in the database files, deleted rows and write-ahead log included', () => {
      const path = house.engine.url.replace(/^sqlite:/, '');
      const files = readdirSync(dirname(path)).filter((name) => name.startsWith('test.sqlite'));
      expect(files).toEqual(expect.arrayContaining(['test.sqlite', 'test.sqlite-wal']));
      for (const name of files) {
        const bytes = readFileSync(`${dirname(path)}/${name}`).toString('latin1');
        expect([name, foundIn(bytes)]).toEqual([name, []]);
      }
    });
  }
});
