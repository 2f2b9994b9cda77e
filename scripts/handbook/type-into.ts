// Types into the editors of GraphiQL.
import type { Page } from 'playwright-core';

/** Replaces what an editor shows, and tries again: an editor that is still being set up loses what is typed. */
export async function typeInto(page: Page, pane: string, text: string): Promise<void> {
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
