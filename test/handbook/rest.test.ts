// Every request of the page on REST, against a server on a socket, on each engine.
import { afterAll, beforeAll } from 'vitest';
import { describeEachEngine } from '../support/engines.ts';
import { runBlocks } from './blocks.ts';
import { restRunners, serveRest, type RestWorld } from './rest.ts';

describeEachEngine('The page on REST', (engine) => {
  let world: RestWorld;
  beforeAll(async () => {
    world = await serveRest(engine);
  });
  afterAll(() => world.close());

  runBlocks(restRunners, () => world);
});
