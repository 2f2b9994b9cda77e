// Uses /graphiql of any running server as a person does, in Chromium without a network but that server.
import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { typeInto } from '../../../scripts/handbook/type-into.ts';

const chromiumPath = '/usr/bin/chromium';

export interface GraphiqlVisit {
  /** The server, e.g. `http://127.0.0.1:4000`. */
  readonly url: string;
  /** Typed into the headers pane. */
  readonly headers: Readonly<Record<string, string>>;
  /** Typed into the query pane; without it the example document is run. */
  readonly query?: string;
  /** A text that the response pane must show; waits for it up to 40 s. */
  readonly expectedText: string;
  readonly screenshotPath?: string;
}

export interface GraphiqlReport {
  /** Requests that left for another origin, all of them blocked. */
  readonly foreignRequests: readonly string[];
  readonly faults: readonly string[];
  /** Headers and bodies of the operations that were sent to /graphql. */
  readonly operations: readonly { headers: Record<string, string>; body: string }[];
  readonly initialQuery: string;
  /** Names of the tabs, before anything is typed. */
  readonly tabs: readonly string[];
  readonly response: string;
  readonly localStorage: string;
}

/** Set where a missing browser is a failure, not a reason to skip. */
export const servicesAreRequired = process.env['LATCHKEY_TEST_REQUIRE_SERVICES'] !== undefined;

export function hasChromium(): boolean {
  return existsSync(chromiumPath);
}

export async function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      ...[
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
      ],
      ...['--disable-component-update', '--disable-sync'],
    ],
  });
}

export async function textOf(page: Page, pane: string): Promise<string> {
  // The editor writes non-breaking spaces.
  return (await page.locator(`${pane} .view-lines`).first().innerText()).replaceAll('\u00a0', ' ');
}

async function visit(page: Page, target: GraphiqlVisit) {
  await page.goto(`${target.url}/graphiql`);
  await page.locator('.graphiql-query-editor .view-lines').waitFor();
  const initialQuery = await textOf(page, '.graphiql-query-editor');
  const tabs = await page.locator('.graphiql-tab-button').allInnerTexts();
  if (target.query !== undefined) await typeInto(page, '.graphiql-query-editor', target.query);
  const headersTab = page.getByRole('button', { name: 'Headers', exact: true });
  if ((await headersTab.getAttribute('class'))?.includes('active') !== true) await headersTab.click();
  await typeInto(page, '.graphiql-editor-tool', JSON.stringify(target.headers));
  await page.locator('.graphiql-execute-button').click();
  await page.locator('.result-window').getByText(target.expectedText).first().waitFor({ timeout: 40_000 });
  const response = await textOf(page, '.result-window');
  const localStorage = await page.evaluate('JSON.stringify(window.localStorage)');
  return { initialQuery, tabs, response, localStorage: String(localStorage) };
}

export async function useGraphiql(target: GraphiqlVisit): Promise<GraphiqlReport> {
  const { origin } = new URL(target.url);
  const foreignRequests: string[] = [];
  const faults: string[] = [];
  const operations: { headers: Record<string, string>; body: string }[] = [];
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.route('**/*', async (route) => {
      const { protocol, origin: wanted, pathname } = new URL(route.request().url());
      if (wanted !== origin && !['data:', 'blob:'].includes(protocol)) {
        foreignRequests.push(route.request().url());
        return route.abort();
      }
      if (pathname === '/graphql') {
        operations.push({ headers: route.request().headers(), body: route.request().postData() ?? '' });
      }
      return route.continue();
    });
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    const seen = await visit(page, target).finally(async () => {
      if (target.screenshotPath !== undefined) await page.screenshot({ path: target.screenshotPath });
    });
    return { foreignRequests, faults, operations, ...seen };
  } finally {
    await browser.close();
  }
}

/**
 * Texts on the page that are too pale (below 4.5 to 1, WCAG 2.2, 1.4.3), each with its contrast. Looks at what has a colour of
 * its own behind it; texts of editors are its syntax and left out.
 */
export async function paleTexts(page: Page, within = '.graphiql-container'): Promise<readonly string[]> {
  return page.evaluate(`(() => {
    const numbers = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
    const mix = (over, under) => over.slice(0, 3).map((part, at) => part * (over[3] ?? 1) + under[at] * (1 - (over[3] ?? 1)));
    const behind = (element) => {
      const layers = [];
      for (let at = element; at; at = at.parentElement) layers.push(numbers(getComputedStyle(at).backgroundColor));
      return layers.reverse().reduce((under, over) => mix(over, under), [255, 255, 255]);
    };
    const light = (colour) => {
      const [r, g, b] = colour.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ownText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    return [...document.querySelectorAll('${within} *')].filter((element) =>
      ownText(element) && !element.closest('.monaco-editor, svg, style') && element.checkVisibility()
    ).flatMap((element) => {
      const ground = behind(element);
      const [a, b] = [light(ground), light(mix(numbers(getComputedStyle(element).color), ground))];
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      return contrast < 4.5 ? [element.textContent.slice(0, 40) + ' ' + contrast.toFixed(2)] : [];
    });
  })()`);
}
