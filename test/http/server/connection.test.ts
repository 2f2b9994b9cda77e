// What only shows on a real socket: large bodies, broken HTTP, and the end of the server.
import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpServerOptions } from '../../../src/http/server/http.ts';
import { createToy, type Answer, type Toy, type ToyContext } from '../../support/toy-server.ts';

let running: Toy | undefined;
afterEach(async () => {
  await running?.server.close();
  running = undefined;
});

async function start(changes: Partial<HttpServerOptions<ToyContext>> = {}) {
  const toy = await createToy(changes);
  running = toy;
  const { url } = await toy.server.listen('127.0.0.1', 0);
  return { ...toy, url, port: Number(new URL(url).port) };
}

/** Sends bytes as they are and gives back all that comes until the server closes the connection. */
async function exchange(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => (received += text));
  socket.write(bytes);
  await once(socket, 'close');
  return received;
}

const json = { 'content-type': 'application/json' };
const held = JSON.stringify({ query: '{held}' });
/** Longer than any test may take: whoever waits for this limit does not pass. */
const neverMs = 3_600_000;

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** A request on a kept-alive connection; resolves with the whole answer. */
function send(port: number, agent: Agent, options: { path?: string; body?: string } = {}) {
  const method = options.body === undefined ? 'GET' : 'POST';
  return new Promise<{ message: IncomingMessage; body: string }>((resolve, reject) => {
    const sent = httpRequest(
      { port, agent, method, path: options.path ?? '/graphql', headers: json },
      (message) => {
        let body = '';
        message.setEncoding('utf8').on('data', (text: string) => (body += text));
        message.on('end', () => resolve({ message, body }));
      },
    );
    sent.on('error', reject).end(options.body);
  });
}

/** Resolves when the server has read all that was written to it before. */
async function settle(port: number): Promise<void> {
  const agent = new Agent();
  for (let round = 0; round < 3; round += 1) await send(port, agent, { path: '/health/live' });
  agent.destroy();
}

const written = (socket: Socket, bytes: string) =>
  new Promise<void>((resolve) => void socket.write(bytes, () => resolve()));

const post = (body: string) =>
  `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

describe('a body over the limit', () => {
  it.each([300_000, 5_000_000])(
    'is answered with 413 that the caller gets to see: %d bytes',
    async (length) => {
      const { url } = await start();
      for (let repetition = 0; repetition < 10; repetition += 1) {
        const reply = await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: json,
          body: 'x'.repeat(length),
        });
        expect(reply.status).toBe(413);
        const { errors } = (await reply.json()) as Answer;
        expect(errors?.[0]?.extensions).toEqual({
          code: 'BAD_REQUEST',
          requestId: reply.headers.get('x-request-id'),
        });
      }
    },
  );

  it('is also noticed when its length is not announced', async () => {
    const { port } = await start();
    const head =
      'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
    const received = await exchange(port, `${head}493e0\r\n${'x'.repeat(300_000)}\r\n0\r\n\r\n`);
    expect(received).toMatch(/^HTTP\/1\.1 413 /);
    expect(received).toContain('"code":"BAD_REQUEST"');
  });
});

describe('a header sent twice', () => {
  it('reaches the context twice, so that nobody mistakes the first one for the only one', async () => {
    const { port } = await start();
    const body = '{"query":"{credential}"}';
    const received = await exchange(
      port,
      `POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nAuthorization: a\r\nAuthorization: b\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(received).toContain('{"data":{"credential":"a AND b"}}');
  });
});

describe('broken HTTP', () => {
  it.each([
    ['no HTTP at all', 'hello\r\n\r\n', 400],
    ['headers without end', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ])('gets an error in our form: %s', async (_name, bytes, status) => {
    const { port } = await start();
    const received = await exchange(port, bytes);
    expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    const requestId = /^x-request-id: (\S+)\r$/im.exec(received)?.[1];
    const { errors } = JSON.parse(received.slice(received.indexOf('\r\n\r\n') + 4)) as Answer;
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_REQUEST', requestId });
    expect(received).toMatch(/^cache-control: no-store\r$/im);
  });
});

describe('closing', () => {
  it('lets a request in flight have its answer, then ends the connection and calls onClose', async () => {
    const order: string[] = [];
    const toy = await start({ onClose: async () => void order.push('onClose'), drainLimitMs: neverMs });
    const agent = new Agent({ keepAlive: true });
    const answer = send(toy.port, agent, { body: held }).then((reply) => {
      order.push('answer');
      return reply;
    });
    await toy.held.reached;
    const closed = toy.server.close();
    await expect.poll(() => fetch(`${toy.url}/health/live`).catch(() => 'refused')).toBe('refused');
    toy.held.release();
    const { message, body } = await answer;
    expect([message.statusCode, message.headers.connection, JSON.parse(body)]).toEqual([
      200,
      'close',
      { data: { held: 'done' } },
    ]);
    await closed;
    expect(order.toSorted()).toEqual(['answer', 'onClose']);
    agent.destroy();
  });

  it('goes on accepting for its grace, and asks everybody to leave', async () => {
    const { server, url } = await start();
    const closed = server.close(3_000);
    const late = await fetch(`${url}/health/live`);
    expect([late.status, late.headers.get('connection')]).toEqual([200, 'close']);
    expect((await fetch(`${url}/health/ready`)).status).toBe(503);
    await closed;
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
  });

  it('does not wait for connections that wait for nothing', async () => {
    const { server, port } = await start({ drainLimitMs: neverMs });
    const agent = new Agent({ keepAlive: true });
    await send(port, agent, { path: '/health/live' });
    const unused = await open(port);
    await server.close();
    unused.destroy();
    agent.destroy();
  });

  it('answers 503 to a readiness probe that comes on a connection still open, and then ends it', async () => {
    const toy = await start({ drainLimitMs: neverMs });
    const other = new Agent({ keepAlive: true });
    const heldAnswer = send(toy.port, other, { body: held });
    await toy.held.reached;
    const socket = await open(toy.port);
    let received = '';
    socket.setEncoding('utf8').on('data', (text: string) => (received += text));
    // Half a request: the connection is not idle, so it outlives the start of the close.
    await written(socket, 'GET /health/ready HTTP/1.1\r\nHost: x\r\n');
    await settle(toy.port);
    const closed = toy.server.close();
    // A look at the idle connections, or several, and this one stays.
    await wait(150);
    socket.write('\r\n');
    await once(socket, 'close');
    expect(received).toMatch(/^HTTP\/1\.1 503 /);
    expect(received).toMatch(/^connection: close\r$/im);
    expect(received).toContain('{"status":"unavailable","checks":{"server":"closing"}}');
    toy.held.release();
    expect((await heldAnswer).body).toContain('done');
    await closed;
    other.destroy();
  });

  it('does not cut an answer that the caller reads slowly', async () => {
    const { server, port } = await start({ drainLimitMs: neverMs });
    const socket = await open(port);
    await written(socket, post(JSON.stringify({ query: '{big(megabytes:30)}' })));
    await settle(port);
    const closed = server.close();
    await wait(300);
    let receivedBytes = 0;
    socket.on('data', (chunk: Buffer) => (receivedBytes += chunk.length));
    await Promise.all([closed, once(socket, 'close')]);
    expect(receivedBytes).toBeGreaterThan(30_000_000);
  });

  it('waits for an operation whose caller has gone', async () => {
    const order: string[] = [];
    const isOperationOver = () => toy.lines.some((line) => line['aborted'] === true);
    const toy = await start({
      onClose: async () => void order.push(isOperationOver() ? 'after the operation' : 'too early'),
      drainLimitMs: neverMs,
    });
    const socket = await open(toy.port);
    await written(socket, post(held));
    await toy.held.reached;
    socket.destroy();
    await settle(toy.port);
    const closed = toy.server.close();
    await expect.poll(() => fetch(`${toy.url}/health/live`).catch(() => 'refused')).toBe('refused');
    expect(order).toEqual([]);
    toy.held.release();
    await closed;
    expect(order).toEqual(['after the operation']);
  });

  it('gives up after a time, with the answer still open', async () => {
    const toy = await start({ drainLimitMs: 100 });
    const agent = new Agent({ keepAlive: true });
    const cut = expect(send(toy.port, agent, { body: held })).rejects.toThrow();
    await toy.held.reached;
    await toy.server.close();
    await cut;
    toy.held.release();
    agent.destroy();
  });

  it('is the same twice as once', async () => {
    let closes = 0;
    const { server } = await start({ onClose: async () => void (closes += 1) });
    await Promise.all([server.close(), server.close()]);
    await server.close();
    expect(closes).toBe(1);
  });
});
