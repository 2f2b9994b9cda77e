// One caller on one kept-alive connection.
import { Agent, request } from 'node:http';

/** What a dashboard asks: three tables, two levels. */
export const nestedRead =
  '{ customers(first: 20) { nodes { name inquiries(first: 3) { nodes { subject } } followUps(first: 3) { nodes { note } } } } }';

export interface Reply {
  /** performance.now() before the request was handed to its socket. */
  readonly sentMs: number;
  /** null when there was no whole answer. */
  readonly status: number | null;
  readonly body: string;
  readonly retryAfter: string | undefined;
  /** The code of the socket's error. */
  readonly error: string | null;
}

export interface Client {
  send(query: string, variables?: object, headers?: Readonly<Record<string, string>>): Promise<Reply>;
  close(): void;
}

/** `key` null: nobody's. */
export function createClient(origin: string, key: string | null): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    send: (query, variables = {}, extra = {}) =>
      new Promise((resolve) => {
        const credential = key === null ? {} : { authorization: `Bearer ${key}` };
        const headers = { 'content-type': 'application/json', ...credential, ...extra };
        const sentMs = performance.now();
        const fail = (error: NodeJS.ErrnoException) =>
          resolve({
            sentMs,
            status: null,
            body: '',
            retryAfter: undefined,
            error: error.code ?? error.message,
          });
        const sent = request(`${origin}/graphql`, { agent, method: 'POST', headers }, (answer) => {
          let body = '';
          answer.setEncoding('utf8').on('data', (text: string) => (body += text));
          answer.on('error', fail);
          const retryAfter = answer.headers['retry-after'];
          answer.on('end', () =>
            resolve({ sentMs, status: answer.statusCode ?? null, body, retryAfter, error: null }),
          );
        });
        sent.on('error', fail).end(JSON.stringify({ query, variables }));
      }),
    close: () => agent.destroy(),
  };
}
