// The reference of REST in a real browser: all of it comes from us, its policy is kept, and an endpoint answers with the key
// that was typed in.
import axe, { type AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestHouse, type KeyCaller, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import {
  hasChromium,
  launchChromium,
  paleTexts,
  servicesAreRequired,
} from '../../support/outside/graphiql-in-browser.ts';

interface Visit {
  readonly page: Page;
  readonly foreign: string[];
  /** Errors of the page, and what its policy refused. */
  readonly faults: string[];
}

describe.skipIf(!hasChromium() && !servicesAreRequired)('The reference of REST in Chromium', () => {
  let house: TestHouse;
  let workspace: TestWorkspace;
  let key: KeyCaller;
  let url: string;
  let browser: Browser;
  beforeAll(async () => {
    house = await openTestHouse('sqlite', { env: { INTROSPECTION: 'keys' } });
    workspace = await house.workspace();
    await workspace.customer({ name: 'Grace Hopper' });
    key = await workspace.key('read:customers', 'write:customers');
    ({ url } = await house.app.http.listen('127.0.0.1', 0));
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    await house.close();
  });

  async function visit(path: string): Promise<Visit> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const foreign: string[] = [];
    const faults: string[] = [];
    await page.route('**/*', async (route) => {
      const { origin, protocol } = new URL(route.request().url());
      if (origin === url || protocol === 'data:') return route.continue();
      foreign.push(route.request().url());
      return route.abort();
    });
    page.on('pageerror', ({ message }) => faults.push(message));
    await page.exposeFunction('noteViolation', (text: string) => faults.push(text));
    await page.addInitScript(
      "document.addEventListener('securitypolicyviolation', (event) => noteViolation(event.violatedDirective + ' ' + event.blockedURI))",
    );
    await page.goto(`${url}${path}`);
    return { page, foreign, faults };
  }

  const giveKey = async (page: Page, secret: string) => {
    await page.getByLabel('API key').fill(secret);
    await page.getByRole('button', { name: 'Use this key' }).click();
    await page.locator('.opblock').first().waitFor();
  };

  it('asks for a key, and shows what that key may call and nothing else', async () => {
    const { page, foreign, faults } = await visit('/api/v1/docs');
    const status = page.getByRole('status');
    await status.getByText('Give a key to see what it may call.').waitFor();
    await page.getByLabel('API key').fill('lk_live_nothing');
    await page.getByRole('button', { name: 'Use this key' }).click();
    await status.getByText('not valid').waitFor();
    await giveKey(page, key.secret);
    const shown = await page.locator('.opblock-summary-path').all();
    const paths = await Promise.all(shown.map((one) => one.getAttribute('data-path')));
    expect(new Set(paths)).toEqual(
      new Set([
        ...['/customers', '/customers/bulk', '/customers/{id}', '/venues/{id}/customers'],
        ...['/me', '/scopes', '/access-check', '/statistics', '/operations/{name}'],
      ]),
    );
    expect([foreign, faults]).toEqual([[], []]);
  });

  /** What axe finds in our own part of the page. What stands in `#reference` is made by Swagger UI. */
  const axeFaults = async (page: Page) => {
    // Evaluated, not added as a script: the policy of the page would refuse that.
    await page.evaluate(axe.source);
    const found = (await page.evaluate("axe.run({ exclude: [['#reference']] })")) as AxeResults;
    const at = (nodes: AxeResults['violations'][number]['nodes']) =>
      nodes.map(({ target }) => String(target));
    const told = (results: AxeResults['violations']) => results.map(({ id, nodes }) => [id, at(nodes)]);
    return { violations: told(found.violations), passes: found.passes.map(({ id }) => id) };
  };

  it('has no fault that axe finds in what is ours, before a key is given and after', async () => {
    const { page } = await visit('/api/v1/docs');
    await page.getByRole('status').getByText('Give a key').waitFor();
    const before = await axeFaults(page);
    await giveKey(page, key.secret);
    const after = await axeFaults(page);
    expect([before.violations, after.violations]).toEqual([[], []]);
    const looked = ['label', 'button-name', 'color-contrast', 'html-has-lang', 'document-title'];
    expect(before.passes).toEqual(expect.arrayContaining(looked));
  });

  it('answers what is tried out, with the key, and keeps the key in memory alone', async () => {
    const { page, foreign, faults } = await visit('/api/v1/docs');
    await giveKey(page, key.secret);
    const block = page.locator('#operations-customers-listCustomers');
    await block.locator('.opblock-summary-control').click();
    await block.getByText('Scopes:').first().waitFor();
    expect(await block.locator('.opblock-description').innerText()).toContain(
      `curl "${url}/api/v1/customers"`,
    );
    await block.getByRole('button', { name: 'Execute' }).click();
    await block.locator('.live-responses-table').getByText('Grace Hopper').first().waitFor();
    const shown = await block.locator('.responses-inner').innerText();
    expect(shown).toContain(`${url}/api/v1/customers`);
    expect(shown).toContain('x-ratelimit-remaining');
    const kept = await page.evaluate(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href])',
    );
    expect(kept).not.toContain(key.secret);
    expect(await paleTexts(page, '.top')).toEqual([]);
    expect([foreign, faults]).toEqual([[], []]);
    await page.reload();
    await page.getByRole('status').getByText('Give a key').waitFor();
  });

  it('leads from an endpoint to the mutation that makes a key for it', async () => {
    const { page } = await visit('/v1/docs');
    await giveKey(page, key.secret);
    const block = page.locator('#operations-customers-createCustomer');
    await block.locator('.opblock-summary-control').click();
    const link = block.getByRole('link', { name: 'Make a key for this endpoint' });
    const address = new URL((await link.getAttribute('href'))!, page.url());
    expect(address.origin + address.pathname).toBe(`${url}/graphiql`);
    const login = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
    const input = { email: workspace.ownerEmail, password: workspace.ownerPassword };
    const { data: signedIn } = await house.send({}, login, { input });
    const headers = { authorization: `Bearer ${signedIn.login.token as string}` };
    const made = await house.send(headers, address.searchParams.get('query')!);
    expect(made.data.createApiKey).toMatchObject({ userErrors: [], secret: expect.any(String) });
    const own = await house.app.http.inject({
      url: '/api/v1/me',
      headers: { authorization: `Bearer ${made.data.createApiKey.secret as string}` },
    });
    expect(own.json()).toMatchObject({ data: { scopes: ['write:customers'] } });
  });
});
