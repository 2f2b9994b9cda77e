// `npm run handbook:picture`: takes the picture of README and of the start page: GraphiQL with the first query and its partial
// answer, in Chromium, from the demo store whose clock stands still.
import 'reflect-metadata';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { runCommand } from './command-line/command.ts';
import { typeInto } from './handbook/type-into.ts';
import { openDemoStore } from './handbook/demo.ts';

const file = 'src/handbook/partial-answer.png';
/** Debian's. */
const executablePath = '/usr/bin/chromium';

const query =
  '{ customers(first: 1) { nodes { name inquiries(first: 1) { nodes { subject } } followUps(first: 1) { nodes { note status } } } } }';

const headers = (key: string) => ({ Authorization: `Bearer ${key}`, 'X-Request-Id': 'shown-in-the-log' });

async function takePicture(url: string, key: string): Promise<void> {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const page = await browser.newPage({ viewport: { width: 1180, height: 860 }, colorScheme: 'light' });
    await page.goto(`${url}/graphiql`);
    await page.locator('.graphiql-query-editor .view-lines').waitFor();
    await typeInto(page, '.graphiql-editor-tool', JSON.stringify(headers(key)));
    await typeInto(page, '.graphiql-query-editor', query);
    // Over several lines: a long one has its end out of sight, where the editor draws nothing.
    await page.getByRole('button', { name: /prettify/i }).click();
    await page.waitForTimeout(1_000);
    await page.locator('.graphiql-execute-button').click();
    await page.locator('.result-window').getByText('INSUFFICIENT_SCOPE').first().waitFor();
    // The picture must not show the key, even one whose store is gone.
    await page.getByRole('button', { name: 'Variables', exact: true }).click();
    await page.mouse.move(0, 0);
    await page.waitForTimeout(500);
    await page.screenshot({ path: file });
  } finally {
    await browser.close();
  }
}

await runCommand({
  usage: 'npm run handbook:picture [-- --json]',
  does: 'Draws the picture of the README from the running program.',
  options: {},
  async run() {
    const store = await openDemoStore();
    try {
      const key = await store.key('read:customers', 'read:followups');
      const { url } = await store.app.http.listen('127.0.0.1', 0);
      await takePicture(url, key);
    } finally {
      await store.close();
    }
    return { json: { written: [file] }, text: join(process.cwd(), file) };
  },
});
