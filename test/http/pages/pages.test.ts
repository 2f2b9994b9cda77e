// Sandbox and GraphiQL: when they are shown, and that each page's policy lets in what its HTML names, nothing else.
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCommands } from '../../support/processes/commands.ts';
import { exampleDocument, exampleFiles } from '../../support/contract.ts';
import { openTestHouse } from '../../support/house.ts';
import { createToy, type Toy } from '../../support/toy-server.ts';

let toy: Toy;
beforeAll(async () => {
  // The handbook is there where it was built.
  await buildCommands();
  toy = await createToy();
});
afterAll(() => toy.server.close());

const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8' };

function policyOf(headers: Record<string, unknown>): Map<string, string[]> {
  const directives = String(headers['content-security-policy']).split('; ');
  return new Map(directives.map((text) => [text.split(' ')[0] ?? '', text.split(' ').slice(1)]));
}

describe('The root', () => {
  it('leads a browser on, and tells a program where the API is', async () => {
    const page = await toy.server.inject({ url: '/', headers: browser });
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('<h1>Latchkey</h1>');
    const { statusCode, body } = await toy.server.inject({ url: '/' });
    expect([statusCode, body]).toEqual([200, '{"graphql":"/graphql"}']);
  });

  it.each(['/', '/schema.graphql', '/favicon.ico', '/health/live/'])(
    '%s takes GET and HEAD only',
    async (url) => {
      const { statusCode, headers } = await toy.server.inject({ url, method: 'PUT' });
      expect([statusCode, headers.allow]).toEqual([405, 'GET, HEAD']);
    },
  );
});

describe('A page for people', () => {
  it.each([
    ['/', 200],
    ['/foo', 404],
    ['/foo/', 404],
    ['/graphql/foo', 404],
  ])('%s, a %d, loads nothing from elsewhere, and its links lead to what is there', async (url, status) => {
    const reply = await toy.server.inject({ url, headers: browser });
    expect([reply.statusCode, reply.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8']);
    expect(reply.headers['x-request-id']).toMatch(/./);
    const policy = policyOf(reply.headers);
    const style = /<style>([^]*?)<\/style>/.exec(reply.body)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(Object.fromEntries(policy)).toEqual({
      ...{ 'default-src': ["'none'"], 'base-uri': ["'none'"], 'form-action': ["'none'"] },
      ...{ 'frame-ancestors': ["'none'"], 'img-src': ["'self'"], 'style-src': [`'sha256-${hash}'`] },
    });
    expect(reply.body).not.toMatch(/<script|https?:|\/\//);
    const links = [...reply.body.matchAll(/href="([^"]+)"/g)].map(
      (match) => new URL(match[1]!, `http://host${url}`).pathname,
    );
    expect(links).toEqual([
      '/favicon.ico',
      '/docs',
      '/api/v1/docs',
      '/graphiql',
      '/graphql',
      '/schema.graphql',
      '/health/ready',
    ]);
    for (const link of links) {
      const { statusCode, headers } = await toy.server.inject({ url: link, headers: browser });
      // The toy shows no schema to anybody: its own error, not that of an unknown path.
      expect([link, statusCode]).toEqual([link, link === '/schema.graphql' ? 404 : 200]);
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('does not repeat what was asked for', async () => {
    const reply = await toy.server.inject({ url: '/marker-"><b>?marker', headers: browser });
    expect(reply.body).not.toContain('marker');
  });

  it.each([{}, { accept: '*/*' }, { accept: 'application/json' }])(
    'is JSON for a program: %j',
    async (headers) => {
      const reply = await toy.server.inject({ url: '/foo', headers });
      expect(reply.statusCode).toBe(404);
      expect(reply.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
      const icon = await toy.server.inject({ url: '/favicon.ico', headers });
      expect([icon.statusCode, icon.headers['content-type']]).toEqual([200, 'image/svg+xml']);
    },
  );

  it.each(['/', '/foo', '/favicon.ico', '/graphql', '/graphiql', '/health/live', '/health/ready'])(
    'has the head of its GET, and answers with a last slash alike: %s',
    async (url) => {
      const inner = url === '/' ? '/' : `${url}/`;
      // A page whose own files stand beside it is at one address only.
      const isMoved = url === '/graphiql';
      const [got, head, slash] = [
        await toy.server.inject({ url, headers: browser }),
        await toy.server.inject({ url, headers: browser, method: 'HEAD' }),
        await toy.server.inject({ url: inner, headers: browser }),
      ];
      // Links of a page that lies deeper lead back to the root.
      const lengthOf = ({ body }: typeof got) => body.replaceAll('../', '').length;
      const headOf = ({ statusCode, headers }: typeof got) => [statusCode, headers['content-type']];
      expect([headOf(head), head.body]).toEqual([headOf(got), '']);
      if (isMoved) expect([slash.statusCode, slash.headers.location]).toEqual([308, '../graphiql']);
      else expect([headOf(slash), lengthOf(slash)]).toEqual([headOf(got), lengthOf(got)]);
      const sandbox = url === '/graphql';
      if (!sandbox) expect(head.headers['content-length']).toBe(got.headers['content-length']);
    },
  );
});

describe('Sandbox', () => {
  it("is shown to a browser at /graphql, with a policy that admits Apollo's script and frame", async () => {
    const reply = await toy.server.inject({ url: '/graphql', headers: browser });
    expect([reply.statusCode, reply.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    const policy = policyOf(reply.headers);
    const nonces = [...reply.body.matchAll(/<(?:script|style) nonce="?([0-9a-f]+)/g)].map(
      (match) => match[1],
    );
    expect(nonces).toHaveLength(4);
    expect(new Set(nonces).size).toBe(1);
    expect(policy.get('script-src')).toContain(`'nonce-${nonces[0]}'`);
    expect(policy.get('style-src')).toContain(`'nonce-${nonces[0]}'`);
    const script = /<script nonce="[^"]*" src="(https:\/\/[^/"]+)/.exec(reply.body)?.[1];
    expect(policy.get('script-src')).toContain(script);
    expect(policy.get('frame-src')).toEqual(['https://sandbox.embed.apollographql.com']);
    expect(policy.get('connect-src')).toEqual(["'self'"]);
    expect(policy.get('default-src')).toEqual(["'none'"]);
  });

  it('asks our own origin, so it needs no CORS, and brings the example', async () => {
    const { body } = await toy.server.inject({ url: '/graphql', headers: browser });
    expect(body).toContain('var initialEndpoint = window.location.href;');
    expect(body).toContain('query Example');
    expect(body).not.toContain('Authorization');
    expect(body).toContain('"includeCookies":false');
    expect(body).toContain('"runTelemetry":false');
  });

  it('brings a header to fill in where the schema is shown for a key only', async () => {
    const closed = await createToy({ introspection: 'keys' });
    const { body } = await closed.server.inject({ url: '/graphql', headers: browser });
    expect(body).toContain('"headers":{"Authorization":"Bearer ');
    await closed.server.close();
  });

  it('has a new nonce each time', async () => {
    const [first, second] = await Promise.all(
      [1, 2].map(() => toy.server.inject({ url: '/graphql', headers: browser })),
    );
    expect(first?.headers['content-security-policy']).not.toBe(second?.headers['content-security-policy']);
  });

  it('is not shown to programs, nor in place of an operation', async () => {
    const program = await toy.server.inject({ url: '/graphql', headers: { accept: '*/*' } });
    expect([program.statusCode, program.headers['content-type']]).toEqual([
      400,
      'application/json; charset=utf-8',
    ]);
    const operation = await toy.server.inject({ url: '/graphql?query=%7Bhello%7D', headers: browser });
    expect([operation.statusCode, operation.headers['content-type']]).toEqual([
      400,
      'application/json; charset=utf-8',
    ]);
  });
});

describe('GraphiQL', () => {
  const assetsOf = (html: string) =>
    [...html.matchAll(/(?:src|href)="(graphiql\/[0-9a-f]{32}\.(?:js|css))"/g)].map(([, path]) => `/${path}`);

  it('is a small page whose policy admits what its own server sends, and no other origin', async () => {
    const reply = await toy.server.inject({ url: '/graphiql', headers: browser });
    expect([reply.statusCode, reply.headers['cache-control']]).toEqual([200, 'no-store']);
    expect(reply.body.length).toBeLessThan(2_000);
    expect(reply.body).not.toMatch(/(?:src|href)="(?:https?:|\/)/);
    expect(assetsOf(reply.body)).toHaveLength(2);
    const policy = policyOf(reply.headers);
    expect(policy.get('script-src')).toEqual(["'self'"]);
    expect(policy.get('connect-src')).toEqual(["'self'"]);
    expect(String(reply.headers['content-security-policy'])).not.toMatch(/https?:|\*/);
  });

  it('has its script and styles under the hash of their content, for a browser to keep', async () => {
    const page = await toy.server.inject({ url: '/graphiql' });
    for (const url of assetsOf(page.body)) {
      const whole = await toy.server.inject({ url });
      const gzipped = await toy.server.inject({ url, headers: { 'accept-encoding': 'gzip, br' } });
      expect(whole.headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect([whole.headers['content-encoding'], gzipped.headers['content-encoding']]).toEqual([
        ...[undefined, 'gzip'],
      ]);
      expect(gunzipSync(gzipped.rawPayload).equals(whole.rawPayload)).toBe(true);
      const refused = await toy.server.inject({ url, headers: { 'accept-encoding': 'br, gzip;q=0' } });
      expect(refused.rawPayload.equals(whole.rawPayload)).toBe(true);
      expect(url).toContain(createHash('sha256').update(whole.rawPayload).digest('hex').slice(0, 32));
      expect(whole.headers['x-content-type-options']).toBe('nosniff');
    }
    const missing = await toy.server.inject({ url: `/graphiql/${'0'.repeat(32)}.js` });
    expect([missing.statusCode, missing.headers['cache-control']]).toEqual([404, 'no-store']);
  });

  it('offers every file of schema/examples, behind the operation that it shows', async () => {
    const house = await openTestHouse('sqlite');
    const page = await house.app.http.inject({ url: '/graphiql' });
    const script = assetsOf(page.body).find((path) => path.endsWith('.js'))!;
    const { body } = await house.app.http.inject({ url: script });
    await house.close();
    const tabs = /"defaultTabs":(\[.*?\]),"isHeaders/.exec(body)?.[1] ?? '[]';
    const [first, ...others] = (JSON.parse(tabs) as { query: string }[]).map(({ query }) => query);
    expect(first).toContain('query Dashboard');
    expect(others).toEqual(exampleFiles.map(exampleDocument));
  });
});
