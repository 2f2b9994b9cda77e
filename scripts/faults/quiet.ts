// The quiet workspace beside a noisy one: what it asks, when, and how long each answer took.
import { setTimeout as wait } from 'node:timers/promises';
import { createClient, type Client } from './client.ts';
import type { Ground } from './ground.ts';
import { sender } from './sender.ts';

/** Under the default limit of 600 a minute, so that the quiet workspace never meets it. */
const everyMs = 110;

type Body = readonly [query: string, variables: object, wanted: string];

export interface Quiet {
  readonly clients: readonly Client[];
  readonly bodies: readonly Body[];
}

export interface Timed {
  readonly tookMs: number;
  /** What was wrong with the answer; null = nothing. */
  readonly fault: string | null;
}

async function ask({ clients, bodies }: Quiet, turn: number): Promise<Timed> {
  const [query, variables, wanted] = bodies[turn % bodies.length]!;
  const startedMs = performance.now();
  const { status, body, error } = await clients[turn % clients.length]!.send(query, variables);
  const isGood = status === 200 && body.includes(wanted) && !body.includes('"errors":[');
  const fault = isGood ? null : `${status} ${error ?? body.slice(0, 300)}`;
  return { tookMs: performance.now() - startedMs, fault };
}

/** Sends at fixed times, whether or not the answers before have come: a slow answer hides no other. */
export async function askFor(quiet: Quiet, seconds: number): Promise<Timed[]> {
  const asked: Promise<Timed>[] = [];
  const count = Math.round((seconds * 1_000) / everyMs);
  const startedMs = performance.now();
  for (let turn = 0; turn < count; turn += 1) {
    await wait(Math.max(0, startedMs + turn * everyMs - performance.now()));
    asked.push(ask(quiet, turn));
  }
  return Promise.all(asked);
}

const oneRow = 'query ($id: ID!) { customer(id: $id) { name email } }';
const nested = '{ customers(first: 5) { nodes { name inquiries(first: 2) { nodes { subject } } } } }';
const write =
  'mutation ($input: CreateInquiryInput!) { createInquiry(input: $input) { inquiryId userErrors { code } } }';

/** One row, a nested list and a write in turn, by eight connections that are spread over the processes. */
export async function quietOf(origins: readonly string[], { key }: Ground): Promise<Quiet> {
  const found = await sender(origins[0]!, key)('{ customers(first: 1) { nodes { id } } }');
  const { id } = (found['customers'] as { nodes: { id: string }[] }).nodes[0]!;
  const input = { customerId: id, subject: 'Quiet', body: 'A question', channel: 'WEB' };
  return {
    clients: Array.from({ length: 8 }, (_, number) => createClient(origins[number % origins.length]!, key)),
    bodies: [
      [oneRow, { id }, '"name"'],
      [nested, {}, '"nodes"'],
      [write, { input }, '"inq_'],
    ],
  };
}
