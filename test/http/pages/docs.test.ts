// The handbook at /docs: each page with all that it shows, from here, below any path of a proxy, without a script.
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageNames } from '../../../scripts/handbook/pages.ts';
import { buildCommands } from '../../support/processes/commands.ts';
import { createToy, type Toy } from '../../support/toy-server.ts';

let toy: Toy;
beforeAll(async () => {
  await buildCommands();
  toy = await createToy();
});
afterAll(() => toy.server.close());

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const get = (url: string, headers: Record<string, string> = browser) => toy.server.inject({ url, headers });
const addresses = ['/docs', '/docs/all', ...pageNames.map((name) => `/docs/${name}`)];
/** Addresses of a page as its browser sees them, when the page is at `url`. */
const addressesIn = (html: string, url: string) =>
  [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, address]) => new URL(address!, `http://host${url}`));

describe('A page of the handbook', () => {
  it.each(addresses)('%s is a page of ours alone: no script, nothing from elsewhere', async (url) => {
    const reply = await get(url);
    expect([reply.statusCode, reply.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(reply.headers['content-security-policy']).toBe(
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'self'; img-src 'self'",
    );
    expect(reply.headers['cache-control']).toBe('no-store');
    expect(reply.body).toMatch(/<h1[ >]/);
    expect(reply.body).not.toMatch(/<script|<style|\sstyle=|\son[a-z]+=/);
    expect(
      [...reply.body.matchAll(/(?:href|src)="(\/[^"]*|http:[^"]*)"/g)].map(([, address]) => address),
    ).toEqual([]);
  });

  it.each(addresses)('%s names nothing that is not there, also below the path of a proxy', async (url) => {
    const { body } = await get(url);
    for (const { pathname, hash, origin } of addressesIn(body, `/api/latchkey${url}`)) {
      if (origin !== 'http://host') continue;
      expect(pathname).toMatch(/^\/api\/latchkey\//);
      const found = await get(pathname.replace('/api/latchkey', ''));
      expect([pathname, found.statusCode]).toEqual([pathname, 200]);
      if (hash !== '') expect(found.body).toContain(` id="${decodeURIComponent(hash.slice(1))}"`);
    }
  });

  it('has what it shows under the hash of its content, for a browser to keep', async () => {
    const { body } = await get('/docs/start');
    const assets = addressesIn(body, '/docs/start').filter(({ pathname }) => /\.(css|png)$/.test(pathname));
    expect(assets).toHaveLength(2);
    for (const { pathname } of assets) {
      const whole = await get(pathname);
      const gzipped = await get(pathname, { 'accept-encoding': 'gzip' });
      expect(whole.headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect(pathname).toContain(createHash('sha256').update(whole.rawPayload).digest('hex').slice(0, 32));
      expect(gunzipSync(gzipped.rawPayload).equals(whole.rawPayload)).toBe(true);
      const refused = await get(pathname, { 'accept-encoding': 'br, gzip;q=0' });
      expect(refused.rawPayload.equals(whole.rawPayload)).toBe(true);
    }
  });

  it.each(['/docs', '/docs/limits'])(
    '%s has the head of its GET, and sends a last slash away',
    async (url) => {
      const [got, head] = [
        await get(url),
        await toy.server.inject({ url, method: 'HEAD', headers: browser }),
      ];
      expect([head.statusCode, head.body]).toEqual([200, '']);
      expect(head.headers['content-length']).toBe(got.headers['content-length']);
      const slash = await get(`${url}/`);
      expect(slash.statusCode).toBe(308);
      expect(new URL(String(slash.headers.location), `http://host${url}/`).pathname).toBe(url);
    },
  );

  it('takes GET and HEAD only', async () => {
    for (const url of ['/docs', '/docs/limits']) {
      const { statusCode, headers } = await toy.server.inject({ url, method: 'POST' });
      expect([url, statusCode, headers.allow]).toEqual([url, 405, 'GET, HEAD']);
    }
  });

  it.each(['/docs/nothing', '/docs/index', '/docs/%2e%2e%2fstart', '/docs/limits/more', '/docs/start.html'])(
    'is not there: %s is a 404, a page for people and JSON for programs',
    async (url) => {
      const page = await get(url);
      expect([page.statusCode, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
      const program = await get(url, {});
      expect(program.statusCode).toBe(404);
      expect(program.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    },
  );

  it('is found on the list of pages, by its title, and marks where its reader is', async () => {
    const index = await get('/docs');
    const page = await get('/docs/limits');
    expect(page.body).toContain('<a href="limits" aria-current="page">Limits</a>');
    expect(index.body).toContain('<a href="docs/limits">Limits</a>');
  });

  it('is on the page with everything, for a search by the browser', async () => {
    const { body } = await get('/docs/all');
    for (const name of pageNames) expect(body).toContain(`<h1 id="${name}">`);
    const ids = [...body.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });
});
