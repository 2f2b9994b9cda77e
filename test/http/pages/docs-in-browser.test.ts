// The handbook in a real browser without scripts: on a telephone, in light and dark, with nothing from elsewhere.
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageNames } from '../../../scripts/handbook/pages.ts';
import { buildCommands } from '../../support/processes/commands.ts';
import {
  hasChromium,
  launchChromium,
  paleTexts,
  servicesAreRequired,
} from '../../support/outside/graphiql-in-browser.ts';
import { createToy, type Toy } from '../../support/toy-server.ts';

const addresses = ['/docs', '/docs/all', ...pageNames.map((name) => `/docs/${name}`)];

describe.skipIf(!hasChromium() && !servicesAreRequired)('The handbook in Chromium', () => {
  let toy: Toy;
  let url: string;
  let browser: Browser;
  beforeAll(async () => {
    await buildCommands();
    toy = await createToy();
    ({ url } = await toy.server.listen('127.0.0.1', 0));
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await toy.server.close();
  });

  async function open(path: string, options: BrowserContextOptions) {
    const page = await (await browser.newContext({ javaScriptEnabled: false, ...options })).newPage();
    const faults: string[] = [];
    page.on('console', (message) => void (message.type() === 'error' && faults.push(message.text())));
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== url) faults.push(request.url());
    });
    page.on('response', (answer) => void (answer.status() >= 400 && faults.push(answer.url())));
    await page.goto(`${url}${path}`);
    return { page, faults };
  }

  describe.each(['light', 'dark'] as const)('in %s colours, 390 pixels wide', (colorScheme) => {
    it.each(addresses)('%s needs no sideways scrolling, and every text can be read', async (path) => {
      const { page, faults } = await open(path, { colorScheme, viewport: { width: 390, height: 844 } });
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect(width).toBe(390);
      expect(await paleTexts(page, 'body')).toEqual([]);
      const ground = String(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
      expect(ground === 'rgb(255, 255, 255)').toBe(colorScheme === 'light');
      expect(faults).toEqual([]);
      await page.context().close();
    });
  });

  it('leads from the start page to what to do at 429, by clicks alone', async () => {
    const { page } = await open('/', { viewport: { width: 1280, height: 800 } });
    await page.getByRole('link', { name: 'Handbook' }).click();
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Limits' }).click();
    await page.getByRole('link', { name: '429: what to do' }).click();
    expect(page.url()).toBe(`${url}/docs/limits#429-what-to-do`);
    expect(await page.locator('h2:target').innerText()).toBe('429: what to do');
    await page.context().close();
  });
});
