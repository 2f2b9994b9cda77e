// `npm run handbook:picture`: takes the picture of README and of the start page: GraphiQL with the first query and its partial
// answer, in Chromium, from the demo store whose clock stands still.
import 'reflect-metadata';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { runCommand } from './command-line/command.ts';
import { openDemoStore } from './handbook/demo.ts';

const file = 'src/handbook/partial-answer.png';
/** Debian's. */
const executablePath = '/usr/bin/chromium';

const query =
  '{ customers(first: 1) { nodes { name inquiries(first: 1) { nodes { subject } } followUps(first: 1) { nodes { note status } } } } }';

/** An editor that is still being set up loses what is typed. */
async function typeInto(page: Page, pane: string, text: string): Promise<void> {
  const editor = page.locator(`${pane} .monaco-editor:visible`).first();
  const shown = async () => (await editor.locator('.view-lines').innerText()).replaceAll(/\s/g, '');
  for (let attempt = 1; attempt <= 20; attempt += 1) {
    await editor.click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.press('Delete');
    // Inserted, not typed: the editor would close brackets on its own.
    await page.keyboard.insertText(text);
    // It tells the rest of the page a moment later.
    await page.waitForTimeout(500);
    if ((await shown()) === text.replaceAll(/\s/g, '')) return;
  }
  throw new Error(`The editor ${pane} shows ${await shown()}, not what was typed.`);
}

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
