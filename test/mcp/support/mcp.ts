// Agents in tests: the official client on a real socket, and messages as they go over the wire.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { App } from '../../../src/app.ts';
import { bearer, type Headers } from '../../support/house.ts';

export interface Agent {
  readonly client: Client;
  /** Names of the tools that are listed, in their order. */
  names(): Promise<string[]>;
  /** Calls a tool: whether it was refused, its texts, and the JSON of the last of them. */
  call(name: string, given?: Readonly<Record<string, unknown>>): Promise<Told>;
  close(): Promise<void>;
}

export interface Told {
  readonly isError: boolean;
  readonly texts: readonly string[];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers of every shape and compare what they find.
  readonly body: any;
}

/** `legacy` shakes hands by `initialize`; `auto` asks which version there is. */
export type Mode = 'legacy' | 'auto';

/** The JSON of a text, in its frame or without one. */
export function jsonIn(text: string): unknown {
  const [, framed] = /^<untrusted-data>\n(.*)\n<\/untrusted-data>$/.exec(text) ?? [];
  return JSON.parse(framed ?? text);
}

/** A client that has shaken hands. */
export async function agentOf(url: string, headers: Headers, mode: Mode = 'legacy'): Promise<Agent> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit: { headers } }));
  return {
    client,
    names: async () => (await client.listTools()).tools.map(({ name }) => name),
    async call(name, given = {}) {
      const { content, isError = false } = await client.callTool({ name, arguments: { ...given } });
      const texts = content.map((part) => (part.type === 'text' ? part.text : ''));
      return { isError, texts, body: jsonIn(texts.at(-1) ?? '') };
    },
    close: () => client.close(),
  };
}

/** An agent with a key. */
export const agentWith = (url: string, secret: string, mode?: Mode) => agentOf(url, bearer(secret), mode);

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers of every shape and compare what they find.
  readonly body: any;
}

/** One message without a client. A text goes as it is. */
export async function post(
  app: App,
  headers: Headers,
  message: unknown,
  method: 'POST' | 'GET' | 'DELETE' | 'PUT' = 'POST',
): Promise<WireAnswer> {
  const payload = typeof message === 'string' ? message : JSON.stringify(message);
  const response = await app.http.inject({
    ...{ method, url: '/mcp' },
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    ...(method === 'GET' || message === undefined ? {} : { payload }),
  });
  const text = response.body;
  return {
    status: response.statusCode,
    headers: response.headers,
    body: text === '' ? null : JSON.parse(text),
  };
}

/** A call of a tool as a message. */
export const callOf = (name: unknown, given: unknown = {}) => ({
  ...{ jsonrpc: '2.0', id: 7, method: 'tools/call' },
  params: { name, arguments: given },
});
