// Every command of the handbook for operators.
import { afterAll, beforeAll } from 'vitest';
import { buildCommands } from '../support/processes/commands.ts';
import { hasPostgres, newEngine } from '../support/engines.ts';
import { runBlocks } from './blocks.ts';
import { commandRunners, type CommandWorld } from './commands.ts';

let world: CommandWorld;
beforeAll(async () => {
  await buildCommands();
  world = { sqlite: await newEngine('sqlite'), postgres: hasPostgres ? await newEngine('postgres') : null };
});
afterAll(async () => {
  await world.sqlite.remove();
  await world.postgres?.remove();
});

runBlocks(commandRunners, () => world);
