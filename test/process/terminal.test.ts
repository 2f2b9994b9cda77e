// A server that was begun in a terminal: what becomes of it when the terminal is closed, or shows nothing any more.
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildCommands } from '../support/processes/commands.ts';
import { describeEachEngine, newEngine, type Engine } from '../support/engines.ts';
import {
  hasPython,
  startInTerminal,
  type TerminalKind,
  type TerminalServer,
} from '../support/processes/terminal.ts';

beforeAll(buildCommands);

const single = { name: 'one process', args: ['main.js'] };
const cluster = { name: 'a cluster', args: ['process/cluster.js', '--workers', '2'] };

let engine: Engine;
let server: TerminalServer | undefined;

afterEach(async () => {
  await server?.remove();
  await engine.remove();
});

async function start(engineName: Engine['name'], kind: TerminalKind, args: string[]) {
  server = undefined;
  engine = await newEngine(engineName);
  server = await startInTerminal(kind, args, engine.url);
  return server;
}

/** One request that has its line in the log. */
const ask = async ({ url }: TerminalServer) => (await fetch(url, { method: 'POST' })).status;

describe.skipIf(!hasPython)('A server in a terminal', () => {
  describeEachEngine('that is closed', (engineName) => {
    it.each([single, cluster])('ends well and frees its port: $name', async ({ args }) => {
      const running = await start(engineName, 'own', args);
      expect(await ask(running)).toBe(415);
      running.tell('close');
      expect(await running.ended()).toBe(0);
      await expect(ask(running)).rejects.toThrow();
    });
  });

  it.each([single, cluster])(
    'that is closed without a signal goes on, until it is told: $name',
    async ({ args }) => {
      const running = await start('sqlite', 'lent', args);
      running.tell('close');
      for (let count = 0; count < 20; count += 1) expect(await ask(running)).toBe(415);
      process.kill(running.pid, 'SIGTERM');
      expect(await running.ended()).toBe(0);
    },
  );

  it('that is still there: SIGHUP renews the workers of a cluster', async () => {
    const running = await start('sqlite', 'own', cluster.args);
    process.kill(running.pid, 'SIGHUP');
    await expect.poll(() => running.said()).toContain('all workers are renewed');
    expect(await ask(running)).toBe(415);
  });

  it('that it was left in, in the background: SIGHUP renews the workers of a cluster', async () => {
    const running = await start('sqlite', 'background', cluster.args);
    running.tell('leave');
    await expect.poll(() => running.said()).toContain('the terminal was left');
    process.kill(running.pid, 'SIGHUP');
    await expect.poll(() => running.said()).toContain('all workers are renewed');
    expect(await ask(running)).toBe(415);
  });

  it('that is paused ends all the same when it is told', async () => {
    const running = await start('sqlite', 'own', single.args);
    running.tell('pause');
    // More than a terminal keeps for who does not read.
    for (let count = 0; count < 600; count += 1) expect(await ask(running)).toBe(415);
    process.kill(running.pid, 'SIGTERM');
    // It waits a moment for the log, and then for nothing.
    expect(await running.ended()).toBe(-9);
  });
});
