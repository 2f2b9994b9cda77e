// Callers that go away in the middle: a line in the log that says so, and never one of a defect.
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createToy, type Toy } from '../../support/toy-server.ts';

let toy: Toy;
let port: number;
async function openToy(): Promise<void> {
  toy = await createToy();
  port = Number(new URL((await toy.server.listen('127.0.0.1', 0)).url).port);
}
beforeAll(openToy);
afterAll(() => toy.server.close());
beforeEach(() => void (toy.lines.length = 0));

const post = (framing: string) =>
  `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${framing}\r\n\r\n`;
const heldQuery = '{"query":"{held}"}';

async function leaveAfter(bytes: string, how: 'end' | 'reset'): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  await new Promise((resolve) => socket.write(bytes, resolve));
  // The server has read it: a connection that ends before its first byte is no request.
  await new Promise((resolve) => setTimeout(resolve, 30));
  if (how === 'reset') socket.resetAndDestroy();
  else socket.destroy();
}

/** Waits for the line of the request; the log has it when the connection is gone. */
async function theLine(): Promise<Record<string, unknown>> {
  const isRequest = ({ msg }: Record<string, unknown>) => msg === 'request';
  await expect.poll(() => toy.lines.some(isRequest), { timeout: 20_000, interval: 20 }).toBe(true);
  return toy.lines.find(isRequest)!;
}

describe.each(['end', 'reset'] as const)('a caller whose connection ends by %s', (how) => {
  it.each([
    ['in the middle of a body with a length', `${post('Content-Length: 500')}{"query":`],
    ['in the middle of a chunk', `${post('Transfer-Encoding: chunked')}1f4\r\n{"query":`],
    ['between two chunks', `${post('Transfer-Encoding: chunked')}9\r\n{"query":\r\n`],
    ['before a body', post('Content-Length: 500')],
  ])('%s leaves no defect in the log', async (_when, bytes) => {
    await leaveAfter(bytes, how);
    expect(await theLine()).toMatchObject({ level: 'info', aborted: true });
    expect(toy.lines.filter(({ level }) => level !== 'info' && level !== 'debug')).toEqual([]);
  });

  it('while the operation runs leaves no defect in the log', async () => {
    const shared = { toy, port };
    await openToy();
    await leaveAfter(`${post(`Content-Length: ${heldQuery.length}`)}${heldQuery}`, how);
    expect(await theLine()).toMatchObject({ level: 'info', aborted: true });
    // An operation goes on without its caller; its end must be quiet as well.
    toy.held.release();
    await toy.server.close();
    expect(toy.lines.filter(({ level }) => level !== 'info' && level !== 'debug')).toEqual([]);
    ({ toy, port } = shared);
  });
});

it(
  'a caller whose body comes in crumbs and is cut off leaves no defect either',
  { timeout: 60_000 },
  async () => {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true).on('error', () => {});
    await once(socket, 'connect');
    socket.write(post('Content-Length: 200000'));
    const gone = once(socket, 'close');
    for (let sent = 0; sent < 40_000 && !socket.destroyed; sent += 1) {
      await new Promise((resolve) => socket.write(' ', resolve));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await gone;
    expect(await theLine()).toMatchObject({ aborted: true });
    expect(toy.lines.filter(({ msg }) => msg === 'defect')).toEqual([]);
  },
);

it('a defect is still one', async () => {
  await toy.server.inject({
    method: 'POST',
    url: '/graphql',
    headers: { 'content-type': 'application/json' },
    payload: '{"query":"{fail(kind:\\"x\\")}"}',
  });
  expect(toy.lines.filter(({ msg }) => msg === 'defect')).toHaveLength(1);
});

describe('a probe', () => {
  it('that is well is a line at debug, one that is not is one at info', async () => {
    await toy.server.inject({ url: '/health/live' });
    await toy.server.inject({ url: '/health/ready' });
    const levels = () => toy.lines.filter(({ msg }) => msg === 'request').map(({ level }) => level);
    await expect.poll(levels).toEqual(['debug', 'debug']);
    const sick = await createToy({ isReady: async () => ({ ready: false, checks: {} }) });
    await sick.server.inject({ url: '/health/ready' });
    expect(sick.lines.find(({ msg }) => msg === 'request')?.['level']).toBe('info');
    await sick.server.close();
  });
});

it('two Host headers are refused, whatever they say', async () => {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => (received += text));
  socket.write('GET /health/live HTTP/1.1\r\nHost: a\r\nHost: a\r\nConnection: close\r\n\r\n');
  await once(socket, 'close');
  expect(received).toContain('HTTP/1.1 400 ');
  expect(received).toContain('more than one Host header');
});
