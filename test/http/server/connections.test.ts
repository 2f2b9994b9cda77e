// How many connections there may be, and the end of those whose answers nobody reads.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { ConnectionLimits } from '../../../src/http/server/connections.ts';
import { createToy, type Toy } from '../../support/toy-server.ts';

let toy: Toy | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await toy?.server.close();
  toy = undefined;
});

async function start(connections: Partial<ConnectionLimits>, trustProxyHops = 0): Promise<number> {
  toy = await createToy({ connections, trustProxyHops });
  const { url } = await toy.server.listen('127.0.0.1', 0);
  return Number(new URL(url).port);
}

/** Resolves with the socket once its first request was answered, or with null when it was closed instead. */
async function open(port: number): Promise<Socket | null> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  sockets.push(socket);
  socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n');
  const first = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => null)]);
  return first === null ? null : socket;
}

const ask = (megabytes: number) =>
  `GET /graphql?query=%7Bbig(megabytes:${megabytes})%7D HTTP/1.1\r\nHost: x\r\nApollo-Require-Preflight: 1\r\n\r\n`;

/** Asks for a large answer and reads nothing. `closed` resolves when the server has ended the connection. */
async function askAndIgnore(port: number, megabytes: number) {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  socket.pause();
  socket.write(ask(megabytes));
  return socket;
}

/** A paused socket does not notice its end; what it was sent until then does. */
async function isEnded(socket: Socket): Promise<number> {
  let bytes = 0;
  const closed = once(socket, 'close');
  socket.on('data', (chunk: Buffer) => void (bytes += chunk.length)).resume();
  await closed;
  return bytes;
}

const faults = () => toy!.lines.filter(({ fault }) => fault !== undefined).map(({ fault }) => fault);

describe('connections', () => {
  it('of one address are counted, and a closed one makes room', async () => {
    const port = await start({ perAddress: 3 });
    const opened = [await open(port), await open(port), await open(port)];
    expect(opened.includes(null)).toBe(false);
    expect([await open(port), await open(port)]).toEqual([null, null]);
    expect(faults()).toEqual(['too many connections of one address']);
    opened[0]!.destroy();
    await expect.poll(async () => (await open(port)) !== null, { timeout: 20_000 }).toBe(true);
  });

  it('of one address are as many as there are where that address is a proxy', async () => {
    const port = await start({ perAddress: 3 }, 1);
    for (let count = 0; count < 10; count += 1) expect(await open(port)).not.toBeNull();
  });

  it('of all addresses are counted too', async () => {
    const port = await start({ total: 4 }, 1);
    for (let count = 0; count < 4; count += 1) expect(await open(port)).not.toBeNull();
    expect(await open(port)).toBeNull();
    expect(faults()).toEqual(['too many connections']);
  });
});

// Larger than what the system takes off the server's hands for both ends of a connection.
const large = 40;

describe('an answer that is not read', { timeout: 60_000 }, () => {
  it('ends with its connection once nothing moves', async () => {
    const port = await start({ stalledMs: 500 });
    const socket = await askAndIgnore(port, large);
    await expect
      .poll(() => toy!.lines.some(({ aborted }) => aborted === true), { timeout: 50_000 })
      .toBe(true);
    expect(await isEnded(socket)).toBeLessThan(large * 1_000_000);
  });

  it('is not kept alive by the beginning of another request', async () => {
    const port = await start({ stalledMs: 1_500 });
    const socket = await askAndIgnore(port, large);
    const dribble = setInterval(() => socket.write(ask(large)), 200);
    await expect
      .poll(() => toy!.lines.some(({ aborted }) => aborted === true), { timeout: 50_000 })
      .toBe(true);
    clearInterval(dribble);
  });

  it('is sent to its end when it is read slowly', async () => {
    const stalledMs = 5_000;
    const port = await start({ stalledMs });
    const socket = await askAndIgnore(port, large);
    let bytes = 0;
    const begunMs = Date.now();
    // A megabyte at a time, over more than twice the limit.
    while (bytes < large * 1_000_000) {
      const chunk = socket.read() as Buffer | null;
      if (chunk) bytes += chunk.length;
      else await once(socket, 'readable');
      const dueMs = (bytes / (large * 1_000_000)) * 2.5 * stalledMs - (Date.now() - begunMs);
      if (dueMs > 100) await wait(dueMs);
    }
    expect(toy!.lines.some(({ aborted }) => aborted === true)).toBe(false);
  });

  it('is ended when all of them together are too much to hold, the largest first', async () => {
    const port = await start({ unreadBytes: 60_000_000 });
    const small = await askAndIgnore(port, 20);
    const others = [await askAndIgnore(port, 45), await askAndIgnore(port, 45)];
    await expect.poll(() => faults(), { timeout: 50_000 }).toEqual(['too many unread bytes']);
    for (const socket of others) void isEnded(socket);
    // Read now, the small one comes whole.
    let bytes = 0;
    small.on('data', (chunk: Buffer) => void (bytes += chunk.length)).resume();
    await expect.poll(() => bytes > 20_000_000, { timeout: 50_000 }).toBe(true);
  });
});
