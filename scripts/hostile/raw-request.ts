// Sends bytes to a server and waits for its answer, without an HTTP client that would correct them.
import { connect } from 'node:net';
import type { HostileRequest } from './request.ts';

interface RawAnswer {
  /** 0 when the connection was closed without an answer. */
  readonly status: number;
  /** Of head and body. */
  readonly bytes: number;
  readonly text: string;
}

function bytesOf(
  { head = 'POST /graphql', headers = [], body = '' }: HostileRequest,
  credential: string | null,
) {
  const names = headers.map((line) => line.split(':', 1)[0]!.toLowerCase());
  const isFramed = names.includes('content-length') || names.includes('transfer-encoding');
  const lines = [
    `${head} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: close',
    ...(credential === null || names.includes('authorization')
      ? []
      : [`Authorization: Bearer ${credential}`]),
    ...(head.startsWith('POST') && !names.includes('content-type') ? ['Content-Type: application/json'] : []),
    ...(isFramed || body.length === 0 ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
    ...headers,
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), Buffer.from(body)]);
}

/** `credential` null: none. Rejects when there is neither an answer nor an end within `limitMs`. */
export function sendRaw(
  port: number,
  request: HostileRequest,
  credential: string | null,
  limitMs: number,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const parts: Buffer[] = [];
    const timer = setTimeout(() => {
      reject(new Error(`${request.name}: no answer within ${limitMs} ms`));
      socket.destroy();
    }, limitMs);
    socket.on('data', (part) => parts.push(part));
    // A server that has answered may close while the rest is still on its way.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearTimeout(timer);
      const answer = Buffer.concat(parts);
      const text = answer.toString('utf8');
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), bytes: answer.length, text });
    });
    socket.write(bytesOf(request, credential));
    // Only then: to a server of Node the end of the sending side is the end of the connection.
    if (request.isCutOff) socket.end();
  });
}
