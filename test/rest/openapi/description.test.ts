// GET /api/v1/openapi.json: it is what the operations say, and shows a caller what that caller may call.
import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openApiText } from '../../../src/rest/openapi/open-api.ts';
import type { App } from '../../../src/app.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { bearer, openTestHouse, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import { restOf } from '../support/rest.ts';

interface Shown {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, { readonly properties?: object }>> };
}

/** GET of the description, which is no answer of an endpoint: its words are those of OpenAPI. */
async function look(app: App, secret: string | null, path = '/api/v1/openapi.json') {
  return app.http.inject({ url: path, headers: secret === null ? {} : bearer(secret) });
}

const endpointsOf = ({ paths }: Shown) =>
  Object.entries(paths)
    .flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`))
    .sort();

describeEachEngine('The description of REST', (engine) => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  beforeAll(async () => {
    house = await openTestHouse(engine, { env: { INTROSPECTION: 'keys' } });
    workspace = await house.workspace();
  });
  afterAll(() => house.close());
  const committed = readFileSync('schema/openapi.json', 'utf8');
  const named = ['GET /operations/{name}', 'POST /operations/{name}'];
  const all = () => [...house.app.operations.map(({ method, path }) => `${method} ${path}`), ...named].sort();
  const seenBy = async (secret: string): Promise<Shown> => {
    const answer = await look(house.app, secret);
    expect(answer.statusCode).toBe(200);
    return answer.json();
  };

  it('is the committed one, has every endpoint and is valid', async () => {
    expect(openApiText(house.app.operations, house.app.schema.schema)).toBe(committed);
    expect(endpointsOf(JSON.parse(committed) as Shown)).toEqual(all());
    const found = await new Validator().validate(committed);
    expect([found.valid, found.errors]).toEqual([true, undefined]);
  });

  it('shows a key what it may call and nothing else, as accessCheck and the endpoints say', async () => {
    for (const scopes of [
      ['read:customers'],
      ['write:customers', 'read:venues'],
      ['read:bookings', 'write:inquiries'],
      ['read:treatments'],
      [...house.app.scopes.dataScopes],
    ]) {
      const key = await workspace.key(...scopes);
      const rest = restOf(house.app, key.secret);
      const shown = endpointsOf(await seenBy(key.secret));
      // Which scopes an operation of the workspace asks for is its own affair.
      expect(shown).toEqual(expect.arrayContaining(named));
      for (const { method, path, documentFor } of house.app.operations) {
        const name = `${method} ${path}`;
        const document = documentFor(new Set(scopes)).text;
        const query = 'query ($document: String!) { accessCheck(document: $document) { allowed } }';
        const { data } = await key.send(query, { document });
        // A document with types that it may not see is not even valid for it.
        const isAllowed = data?.accessCheck?.allowed === true;
        expect([scopes, name, shown.includes(name)]).toEqual([scopes, name, isAllowed]);
        if (method !== 'GET') continue;
        const query2 = '?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z';
        const needsRange = /availability|statistics/.test(path);
        const filled = path.replaceAll(/\{\w+\}/g, 'ven_1') + (needsRange ? query2 : '');
        expect([scopes, name, (await rest('GET', filled)).status !== 403]).toEqual([scopes, name, isAllowed]);
      }
    }
  });

  it('leaves out what the scopes of a key do not open', async () => {
    const narrow = await seenBy((await workspace.key('read:inquiries')).secret);
    const wide = await seenBy((await workspace.key('read:inquiries', 'read:customers')).secret);
    expect(narrow.components.schemas['Inquiry']!.properties).not.toHaveProperty('customer');
    expect(wide.components.schemas['Inquiry']!.properties).toHaveProperty('customer');
    expect(narrow.components.schemas).not.toHaveProperty('Customer');
    const login = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
    const input = { email: workspace.ownerEmail, password: workspace.ownerPassword };
    const { data } = await house.send({}, login, { input });
    expect(endpointsOf(await seenBy(data.login.token as string))).toEqual(all());
  });

  it('is refused in words of REST without a key that works, and takes GET and HEAD only', async () => {
    for (const secret of [null, 'lk_live_nothing'])
      expect(await restOf(house.app, secret)('GET', '/openapi.json')).toMatchObject({
        status: 401,
        body: {
          error: 'Invalid or revoked API key',
          code: 'UNAUTHENTICATED',
          request_id: expect.any(String),
        },
      });
    const rest = restOf(house.app, (await workspace.key('read:venues')).secret);
    expect(await rest('POST', '/openapi.json')).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
    });
    expect(await rest('POST', '/docs')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
    const { secret } = await workspace.key('read:venues');
    expect((await look(house.app, secret, '/v1/openapi.json')).statusCode).toBe(200);
    const head = await rest('HEAD', '/openapi.json');
    expect([head.status, head.text]).toEqual([200, '']);
  });

  it('is shown to everybody or to nobody, as introspection is', async () => {
    const open = await openTestHouse(engine, { sharing: house, env: { INTROSPECTION: 'public' } });
    const shut = await openTestHouse(engine, { sharing: house, env: { INTROSPECTION: 'off' } });
    expect((await look(open.app, null)).body).toBe(committed);
    const { secret } = await workspace.key('read:customers');
    expect((await look(open.app, secret)).body).toBe(committed);
    expect(await restOf(shut.app, secret)('GET', '/openapi.json')).toMatchObject({ status: 404 });
    await open.close();
    await shut.close();
  });

  it('has its reference beside it, whose files a browser keeps', async () => {
    const page = await house.app.http.inject('/api/v1/docs');
    expect(page.headers['content-security-policy']).toContain("script-src 'self'; style-src 'self'");
    const names = [...page.body.matchAll(/(?:src|href)="(docs\/\w+\.(?:js|css))"/g)].map(([, name]) => name!);
    expect(names).toHaveLength(3);
    for (const name of names) {
      const url = `/api/v1/${name}`;
      const zipped = await house.app.http.inject({ url, headers: { 'accept-encoding': 'gzip' } });
      expect(zipped.headers).toMatchObject({
        'content-encoding': 'gzip',
        'cache-control': 'public, max-age=31536000, immutable',
      });
      const head = await house.app.http.inject({ method: 'HEAD', url });
      expect([head.statusCode, head.body]).toEqual([200, '']);
    }
    expect((await house.app.http.inject('/api/v1/docs/nothing.js')).statusCode).toBe(404);
  });
});
