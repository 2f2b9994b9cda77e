// Every program of the clients page, against a server on a socket.
import { afterAll, beforeAll } from 'vitest';
import { serve, type Served } from '../clients/support/served.ts';
import { runBlocks } from './blocks.ts';
import { clientRunners } from './clients.ts';

let served: Served;
beforeAll(async () => {
  served = await serve();
});
afterAll(() => served.close());

runBlocks(clientRunners, () => served);
