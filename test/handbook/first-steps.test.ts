// README and the start page as their reader follows them: `npm start`, sign in, make a key, ask.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildCommands } from '../support/processes/commands.ts';
import { newEngine, type Engine } from '../support/engines.ts';
import { runBlocks } from './blocks.ts';
import { firstStepRunners, takeFirstSteps, type FirstSteps } from './first-steps.ts';

let engine: Engine;
let steps: FirstSteps;
beforeAll(async () => {
  await buildCommands();
  engine = await newEngine('sqlite');
  steps = await takeFirstSteps(engine.url);
});
afterAll(async () => {
  await steps?.stop();
  await engine.remove();
});

runBlocks(firstStepRunners, () => steps);

it('leads from the root to the page that says what to do at 429', async () => {
  const page = async (path: string) =>
    (await fetch(`${steps.origin}${path}`, { headers: { accept: 'text/html' } })).text();
  expect(await page('/')).toContain('href="docs"');
  expect(await page('/docs')).toContain('href="docs/limits"');
  expect(await page('/docs/limits')).toContain('<h2 id="429-what-to-do">');
});
