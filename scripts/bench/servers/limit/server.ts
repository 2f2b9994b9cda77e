// The limit: a bare Node server with hand-written SQL for exactly these answers. No GraphQL and no key: one workspace.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jsonAnswers } from './json.ts';
import { rowAnswers } from './rows.ts';
import { openLimit } from './store.ts';

const { DATABASE_URL = '', BENCH_WORKSPACE = '', BENCH_FORM = 'rows', BENCH_NULLED = '' } = process.env;
const limit = openLimit(DATABASE_URL);
// It is asked the same with every key; which fields a key would be denied is told at the start.
const nameOf = (name: string) => (name === 'Dashboard' && BENCH_NULLED !== '' ? 'DashboardHalf' : name);
const answers = (BENCH_FORM === 'json' ? jsonAnswers : rowAnswers)(limit, BENCH_WORKSPACE);

async function readJson(request: IncomingMessage) {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString('utf8')) as {
    operationName: string;
    variables: Record<string, unknown>;
  };
}

const server = createServer((request, response) => {
  readJson(request)
    .then(({ operationName, variables }) => answers[nameOf(operationName)]!(variables))
    .then(
      (text) => {
        const headers = {
          'content-type': 'application/json; charset=utf-8',
          'content-length': Buffer.byteLength(text),
        };
        response.writeHead(200, headers).end(text);
      },
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listening at http://127.0.0.1:${(server.address() as AddressInfo).port}/\n`);
});
