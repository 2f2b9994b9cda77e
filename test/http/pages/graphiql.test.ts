// GraphiQL in a real browser: everything it needs comes from us, and a key typed into its headers pane reaches the API.
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  hasChromium,
  launchChromium,
  paleTexts,
  servicesAreRequired,
  textOf,
  useGraphiql,
} from '../../support/outside/graphiql-in-browser.ts';
import { typeInto } from '../../../scripts/handbook/type-into.ts';
import { createToy, type Toy } from '../../support/toy-server.ts';

describe.skipIf(!hasChromium() && !servicesAreRequired)('GraphiQL in Chromium', () => {
  let toy: Toy;
  let url: string;
  beforeAll(async () => {
    toy = await createToy({ exampleFiles: ['query Second { hello }', 'query Third { hello }'] });
    ({ url } = await toy.server.listen('127.0.0.1', 0));
  });
  afterAll(() => toy.server.close());

  it(
    'runs a query with the key of its headers pane, with no network but ours',
    { timeout: 120_000 },
    async () => {
      const report = await useGraphiql({
        url,
        headers: { Authorization: 'Bearer typed-by-hand' },
        query: '{ credential }',
        expectedText: 'Bearer typed-by-hand',
      });
      expect(report.foreignRequests).toEqual([]);
      expect(report.faults).toEqual([]);
      expect(report.initialQuery).toContain('query Example');
      expect(report.tabs).toEqual(['Example', 'Second', 'Third']);
      expect(report.response).toContain('"credential": "Bearer typed-by-hand"');
      expect(report.operations.at(-1)?.headers['authorization']).toBe('Bearer typed-by-hand');
      expect(report.operations.map(({ body }) => body).join()).not.toContain('typed-by-hand');
      expect(report.localStorage).not.toContain('typed-by-hand');
    },
  );

  describe('the page', () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchChromium();
    });
    afterAll(() => browser.close());
    const phone = { width: 390, height: 844 };

    async function open(base: string, viewport = { width: 1280, height: 800 }): Promise<Page> {
      const page = await (await browser.newContext({ viewport })).newPage();
      await page.goto(`${base}/graphiql`);
      await page.locator('.graphiql-query-editor .view-lines').waitFor();
      return page;
    }
    const pageAt = async (address: string) => {
      const answer = await fetch(address, { headers: { accept: 'text/html' } });
      return { url: answer.url, text: await answer.text() };
    };
    const run = (page: Page) => page.locator('.graphiql-execute-button').click();
    const shown = (page: Page, text: string) =>
      page.locator('.result-window').getByText(text).first().waitFor({ timeout: 40_000 });

    it(
      'is on the tab that is clicked, with the first click, wherever on the tab',
      { timeout: 120_000 },
      async () => {
        const page = await open(url);
        for (const [name, query] of [
          ['Third', 'query Third'],
          ['Second', 'query Second'],
          ['Example', 'query Example'],
        ] as const) {
          const tab = page.locator('.graphiql-tab', { hasText: name });
          const box = (await tab.boundingBox())!;
          // As a hand does: there, down, a moment, up.
          await page.mouse.move(box.x + box.width / 3, box.y + box.height / 2, { steps: 5 });
          await page.mouse.down();
          await page.waitForTimeout(60);
          await page.mouse.up();
          await expect
            .poll(() => textOf(page, '.graphiql-query-editor'), { timeout: 20_000 })
            .toContain(query);
        }
      },
    );

    it(
      'keeps no variable and no header in the browser, and forgets those of before',
      { timeout: 120_000 },
      async () => {
        const page = await open(url);
        await page.evaluate(`
        localStorage.setItem('graphiql:variables', '{"password":"hunter-of-old"}');
        localStorage.setItem('graphiql:queries', JSON.stringify({ queries: [{ query: '{a}', variables: 'hunter-of-old' }] }));
      `);
        await page.reload();
        await page.locator('.graphiql-query-editor .view-lines').waitFor();
        await typeInto(page, '.graphiql-query-editor', 'query Q($n: String) { hello(name: $n) }');
        await page.getByRole('button', { name: 'Variables', exact: true }).click();
        await typeInto(page, '.graphiql-editor-tool', '{"n": "hunter2"}');
        await page.getByRole('button', { name: 'Headers', exact: true }).click();
        await typeInto(page, '.graphiql-editor-tool', '{"Authorization": "Bearer hunter3"}');
        await run(page);
        await shown(page, 'Hello hunter2');
        // Another tab, and back: this is when it writes.
        await page.locator('.graphiql-tab-add').click();
        await page.waitForTimeout(1_500);
        const stored = String(
          await page.evaluate(
            'JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + document.cookie',
          ),
        );
        expect(stored).not.toMatch(/hunter/);
        // The queries are kept.
        expect(stored).toContain('hello(name: $n)');
        expect(page.url()).not.toMatch(/hunter/);
      },
    );

    it('works under a path of a proxy, and asks nothing beside it', { timeout: 120_000 }, async () => {
      const paths: string[] = [];
      const proxy = createServer((incoming, outgoing) => {
        const path = incoming.url ?? '';
        paths.push(path);
        if (!path.startsWith('/latchkey/')) return void outgoing.writeHead(404).end();
        const { method, headers } = incoming;
        const onward = httpRequest(
          `${url}${path.slice('/latchkey'.length)}`,
          { method, headers },
          (answer) => {
            outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
            answer.pipe(outgoing);
          },
        );
        incoming.pipe(onward);
      });
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
      try {
        const base = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/latchkey`;
        const page = await open(base);
        await typeInto(page, '.graphiql-query-editor', '{ credential }');
        await typeInto(page, '.graphiql-editor-tool', '{"Authorization": "Bearer through-the-proxy"}');
        await run(page);
        await shown(page, 'Bearer through-the-proxy');
        expect(paths).toContain('/latchkey/graphql');
        expect(paths.filter((path) => !path.startsWith('/latchkey/'))).toEqual([]);
        for (const path of ['/', '/not/there', '/graphiql/']) {
          const { url: found, text } = await pageAt(`${base}${path}`);
          const led = [...text.matchAll(/ (?:href|src)="([^"]+)"/g)].map(([, link]) => new URL(link!, found));
          expect(
            led.map(({ pathname }) => pathname).filter((link) => !/^\/latchkey\/|^,$/.test(link)),
          ).toEqual([]);
        }
      } finally {
        proxy.closeAllConnections();
        proxy.close();
      }
    });

    it('loads its script and styles once, and from then on has them', { timeout: 120_000 }, async () => {
      const page = await open(url);
      const loaded: boolean[] = [];
      page.on('requestfinished', async (request) => {
        if (!/\/graphiql\/[0-9a-f]+\.(js|css)$/.test(request.url())) return;
        loaded.push(((await request.sizes()).responseBodySize ?? 0) > 0);
      });
      await page.goto('about:blank');
      await page.goto(`${url}/graphiql`);
      await page.locator('.graphiql-query-editor .view-lines').waitFor();
      await expect.poll(() => loaded.length, { timeout: 20_000 }).toBe(2);
      expect(loaded).toEqual([false, false]);
    });

    it('has no text too pale to read, its documentation open or not', { timeout: 120_000 }, async () => {
      const page = await open(url);
      expect(await paleTexts(page)).toEqual([]);
      await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
      await page.getByText('Root Types').waitFor();
      expect(await paleTexts(page)).toEqual([]);
      for (const link of ['Query', 'page']) {
        await page.locator('.graphiql-plugin').getByRole('link', { name: link, exact: true }).click();
        expect(await paleTexts(page)).toEqual([]);
      }
    });

    it(
      'can be used on a phone: nothing is wider than the screen, and the answer stands below',
      { timeout: 120_000 },
      async () => {
        const page = await open(url, phone);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(phone.width);
        await typeInto(page, '.graphiql-query-editor', '{ hello(name: "Phone") }');
        await run(page);
        await shown(page, 'Hello Phone');
        const answer = page.locator('.graphiql-response');
        await answer.scrollIntoViewIfNeeded();
        const box = (await answer.boundingBox())!;
        expect(box.width).toBeGreaterThan(280);
        expect(box.x + box.width).toBeLessThanOrEqual(phone.width);
        expect(box.height).toBeGreaterThan(200);
        await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
        await page.getByText('Root Types').waitFor();
        const docs = (await page.locator('.graphiql-plugin').boundingBox())!;
        expect([docs.width > 200, docs.x + docs.width <= phone.width]).toEqual([true, true]);
      },
    );
  });
});
