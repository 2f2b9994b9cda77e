// What the keys of the recording drill ask, by every door, and the keys themselves.
import type { Ask } from './client.ts';
import { nestedRead } from './client.ts';
import { sender } from './sender.ts';

/** How a request is counted beside `requests`. */
export type Meaning = 'ok' | 'denied' | 'failed';

export interface RecordedAsk extends Ask {
  /** Of an answer that no limit and no revoked credential stands in the way of. */
  readonly means: Meaning;
}

export interface RecordedKey {
  readonly name: string;
  readonly id: string;
  readonly secret: string;
  readonly asks: readonly RecordedAsk[];
}

/** What an answer is counted as: one that was refused or failed before it was decided about is `failed`, whatever was asked. */
export function meaningOf({ means }: RecordedAsk, status: number): Meaning {
  return status === 401 || status === 429 || status >= 500 ? 'failed' : means;
}

const graphql = (query: string, means: Meaning = 'ok'): RecordedAsk => ({
  ...{ method: 'POST', path: '/graphql', body: { query }, means },
});
const rest = (path: string, headers = {}, means: Meaning = 'ok'): RecordedAsk => ({
  ...{ method: 'GET', path: `/api/v1${path}`, headers, means },
});
const mcp = (method: string, params = {}, means: Meaning = 'ok'): RecordedAsk => ({
  means,
  ...{ method: 'POST', path: '/mcp', headers: { accept: 'application/json, text/event-stream' } },
  body: { jsonrpc: '2.0', id: 1, method, params },
});

const viewer = graphql('{ viewer { kind } }');
const read = graphql('{ customers(first: 5) { nodes { name } } }');
const refused = graphql('{ inquiries(first: 1) { nodes { id } } }', 'denied');
const partly = graphql(
  '{ customers(first: 1) { nodes { id } } inquiries(first: 1) { nodes { id } } }',
  'denied',
);
const create = graphql('mutation { createCustomer(input: { name: "Recorded" }) { customerId } }');
const badInput = graphql('mutation { createCustomer(input: { name: "" }) { userErrors { code } } }');
const unknownField = graphql('{ nonsense }', 'failed');
const noDocument = graphql('{ customers(', 'failed');
const nextPage = rest('/customers?limit=3');
const allRows = rest('/customers?all=true', { accept: 'application/x-ndjson' });
const refusedByRest = rest('/inquiries', {}, 'denied');
const tools = mcp('tools/list');
const noTool = mcp('tools/call', { name: 'nonsense', arguments: {} }, 'failed');
/** Null for GraphQL, 404 here. */
const notThere = rest('/customers/cus_06gzr9m4sssrzer5sxbt3mnrd0', {}, 'failed');

const keys = [
  { name: 'writer', input: { preset: 'WRITE' }, asks: [create, graphql(nestedRead), badInput, nextPage] },
  {
    name: 'reader',
    input: { scopes: ['read:customers'] },
    asks: [
      ...[read, partly, refused, unknownField, noDocument],
      ...[nextPage, refusedByRest, allRows, tools, noTool, notThere],
    ],
  },
  // Most of what it asks is a 429.
  { name: 'limited', input: { preset: 'WRITE', rateLimitPerMinute: 10 }, asks: [read, nextPage, tools] },
  { name: 'revoked', input: { scopes: ['read:customers'] }, asks: [viewer, nextPage, tools] },
] as const;

const make =
  'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKeyId secret userErrors { message } } }';
const revoke = 'mutation ($id: ID!) { revokeApiKey(id: $id) { apiKeyId } }';

/** Nothing of it is a request of the keys. */
export async function makeRecordedKeys(origin: string, token: string): Promise<RecordedKey[]> {
  const byOwner = sender(origin, token);
  const made: RecordedKey[] = [];
  for (const { name, input, asks } of keys) {
    const answer = await byOwner(make, { input: { label: name, ...input } });
    const { apiKeyId: id, secret } = answer['createApiKey'] as { apiKeyId: string; secret: string };
    if (name === 'revoked') await byOwner(revoke, { id });
    made.push({ name, id, secret, asks });
  }
  return made;
}

const usage =
  'query ($id: ID!, $from: DateTime!, $to: DateTime!) { apiKey(id: $id) { usage(from: $from, to: $to, bucket: HOUR) { requests denied failed } } }';

/** What `ApiKey.usage` has of the key since then. */
export type Recorded = Readonly<Record<(typeof countNames)[number], number>>;
export const countNames = ['requests', 'denied', 'failed'] as const;

export async function recordedOf(
  origin: string,
  token: string,
  { id }: RecordedKey,
  since: Date,
): Promise<Recorded> {
  const range = { from: since.toISOString(), to: new Date(Date.now() + 60_000).toISOString() };
  const answer = await sender(origin, token)(usage, { id, ...range });
  const { usage: buckets } = answer['apiKey'] as { usage: Recorded[] };
  const sum = (name: keyof Recorded) => buckets.reduce((total, bucket) => total + bucket[name], 0);
  return { requests: sum('requests'), denied: sum('denied'), failed: sum('failed') };
}
