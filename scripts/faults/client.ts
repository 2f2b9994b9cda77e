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

export interface Ask {
  readonly method: 'GET' | 'POST';
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

export interface Client {
  /** Any request, by whatever door. */
  ask(request: Ask): Promise<Reply>;
  /** An operation of GraphQL. */
  send(query: string, variables?: object, headers?: Readonly<Record<string, string>>): Promise<Reply>;
  close(): void;
}

const cut = (sentMs: number, error: NodeJS.ErrnoException): Reply => ({
  ...{ sentMs, status: null, body: '', retryAfter: undefined, error: error.code ?? error.message },
});

/** `key` null: nobody's. */
export function createClient(origin: string, key: string | null): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = ({ method, path, headers: extra = {}, body }: Ask) =>
    new Promise<Reply>((resolve) => {
      const credential = key === null ? {} : { authorization: `Bearer ${key}` };
      const content = body ? { 'content-type': 'application/json' } : {};
      const headers = { ...content, ...credential, ...extra };
      const sentMs = performance.now();
      const fail = (error: NodeJS.ErrnoException) => resolve(cut(sentMs, error));
      const sent = request(`${origin}${path}`, { agent, method, headers }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => (text += part));
        answer.on('error', fail);
        const retryAfter = answer.headers['retry-after'];
        answer.on('end', () =>
          resolve({ sentMs, status: answer.statusCode ?? null, body: text, retryAfter, error: null }),
        );
      });
      sent.on('error', fail).end(body ? JSON.stringify(body) : undefined);
    });
  return {
    ask,
    send: (query, variables = {}, headers = {}) =>
      ask({ method: 'POST', path: '/graphql', headers, body: { query, variables } }),
    close: () => agent.destroy(),
  };
}
