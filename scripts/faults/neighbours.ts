// One workspace does its worst within the default limits, in nine ways, beside a quiet one. The quiet one's answers are timed,
// alone and beside each of them: none may fail, and its slowest hundredth may take at most three times as long.
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Cleanup } from '../bench/cleanup.ts';
import { startNode } from '../bench/server-process.ts';
import { createClient, type Client, type Reply } from './client.ts';
import { prepareGround, type Ground } from './ground.ts';
import { noiseOf, type NoiseName, type NoisyRows } from './noise.ts';
import type { NoiseCounts, NoiseJob } from './noise-worker.ts';
import { startTarget, type Target } from './server.ts';

export interface NeighbourSizes {
  readonly kinds: readonly NoiseName[];
  readonly processes: number;
  readonly seconds: number;
  readonly customers: number;
}

interface Figures {
  readonly requests: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The first answer that was not as wanted. */
  readonly fault?: string;
  /** Answers that the noisy workspace got, by status. */
  readonly noise?: NoiseCounts;
}

export type NeighbourReport = Readonly<Record<string, Figures>>;

/** Under the default limit of 600 a minute, so that the quiet workspace never meets it. */
const everyMs = 110;
/** So long the noise goes on before the quiet workspace is looked at, and after it the server may come to rest. */
const settleMs = 500;
const quietCustomers = 200;

interface Quiet {
  readonly clients: readonly Client[];
  readonly bodies: readonly (readonly [query: string, variables: object, wanted: string])[];
}

interface Timed {
  readonly tookMs: number;
  readonly fault: string | null;
}

async function ask({ clients, bodies }: Quiet, turn: number): Promise<Timed> {
  const [query, variables, wanted] = bodies[turn % bodies.length]!;
  const startedMs = performance.now();
  const { status, body }: Reply = await clients[turn % clients.length]!.send(query, variables);
  const isGood = status === 200 && body.includes(wanted) && !body.includes('"errors":[');
  return { tookMs: performance.now() - startedMs, fault: isGood ? null : `${status} ${body.slice(0, 200)}` };
}

/** Sends at fixed times, whether or not the answers before have come: a slow answer hides no other. */
async function askFor(quiet: Quiet, seconds: number): Promise<Figures> {
  const asked: Promise<Timed>[] = [];
  const count = Math.round((seconds * 1_000) / everyMs);
  const startedMs = performance.now();
  for (let turn = 0; turn < count; turn += 1) {
    await wait(Math.max(0, startedMs + turn * everyMs - performance.now()));
    asked.push(ask(quiet, turn));
  }
  const answers = await Promise.all(asked);
  const times = answers.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  const at = (share: number) => Math.round(times[Math.min(count - 1, Math.floor(count * share))]! * 10) / 10;
  const faults = answers.flatMap(({ fault }) => fault ?? []);
  return {
    ...{ requests: count, failed: faults.length, p50Ms: at(0.5), p99Ms: at(0.99) },
    ...(faults.length > 0 ? { fault: faults[0]! } : {}),
  };
}

type Send = (query: string, variables?: object) => Promise<Record<string, never>>;

function sender(origin: string, credential: string | null): Send {
  const client = createClient(origin, credential);
  return async (query, variables) => {
    const { status, body } = await client.send(query, variables);
    client.close();
    if (status !== 200) throw new Error(`The ground could not be prepared: ${status} ${body.slice(0, 300)}`);
    return (JSON.parse(body) as { data: Record<string, never> }).data;
  };
}

const weekdays = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];

async function signIn(origin: string, { owner }: Ground): Promise<string> {
  const login = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
  const answer = await sender(origin, null)(login, { input: owner });
  return answer['login']!['token'] as string;
}

async function noisyRows(origin: string, { key }: Ground, token: string): Promise<NoisyRows> {
  const byKey = sender(origin, key);
  const hours = weekdays.map((weekday) => ({ weekday, opens: '00:00', closes: '24:00' }));
  const make = async (field: string, type: string, id: string, input: object, send = byKey) => {
    const query = `mutation ($input: ${type}!) { made: ${field}(input: $input) { id: ${id} userErrors { message } } }`;
    return (await send(query, { input }))['made']!['id'] as string;
  };
  const venue = { name: 'Noise', timezone: 'UTC', openingHours: hours };
  const venueId = await make('createVenue', 'CreateVenueInput', 'venueId', venue);
  const treatment = { venueId, name: 'Noise', durationMinutes: 30, priceCents: 1, currency: 'EUR' };
  const member = {
    ...{ email: `member-${venueId}@faults.example`, password: 'quite a long password', role: 'MEMBER' },
  };
  return {
    venueId,
    customerId: await make('createCustomer', 'CreateCustomerInput', 'customerId', { name: 'Noise' }),
    treatmentId: await make('createTreatment', 'CreateTreatmentInput', 'treatmentId', treatment),
    memberId: await make('createUser', 'CreateUserInput', 'userId', member, sender(origin, token)),
  };
}

async function quietOf(origins: readonly string[], { key }: Ground): Promise<Quiet> {
  const send = sender(origins[0]!, key);
  const found = await send('{ customers(first: 1) { nodes { id } } }');
  const id = (found['customers']!['nodes'] as { id: string }[])[0]!.id;
  const input = { customerId: id, subject: 'Quiet', body: 'A question', channel: 'WEB' };
  return {
    clients: Array.from({ length: 8 }, (_, number) => createClient(origins[number % origins.length]!, key)),
    bodies: [
      ['query ($id: ID!) { customer(id: $id) { name email } }', { id }, '"name"'],
      ['{ customers(first: 5) { nodes { name inquiries(first: 2) { nodes { subject } } } } }', {}, '"nodes"'],
      [
        'mutation ($input: CreateInquiryInput!) { createInquiry(input: $input) { inquiryId userErrors { code } } }',
        { input },
        '"inq_',
      ],
    ],
  };
}

/** The worker as it was built with the server's program, wherever this module was loaded from. */
function startNoise({ program }: Target, cleanup: Cleanup) {
  const entry = join(dirname(program), '../scripts/faults/noise-worker.js');
  const child = startNode('load', { entry, nodeFlags: [], env: {} }, cleanup);
  const tell = (message: NoiseJob | 'end') => child.send(message);
  return {
    begin: (job: NoiseJob) => void tell(job),
    end: () =>
      new Promise<NoiseCounts>((resolve) => {
        child.once('message', (counts) => resolve(counts as NoiseCounts));
        tell('end');
      }),
  };
}

export async function runNeighbours(
  target: Target,
  { kinds, processes, seconds, customers }: NeighbourSizes,
  say: (line: string) => void,
  cleanup: Cleanup,
): Promise<NeighbourReport> {
  const quietGround = await prepareGround(target.databaseUrl, quietCustomers);
  const grounds = new Map<NoiseName, Ground>();
  // Each kind has a workspace of its own, with limits that nothing has been taken from.
  for (const kind of kinds) grounds.set(kind, await prepareGround(target.databaseUrl, customers));
  const limits = { RATE_LIMIT_REQUESTS_PER_MINUTE: '600', RATE_LIMIT_COST_PER_MINUTE: '60000' };
  const servers = [];
  for (let number = 0; number < processes; number += 1) {
    servers.push(await startTarget({ ...target, settings: limits }, cleanup));
  }
  const origins = servers.map(({ origin }) => origin);
  const quiet = await quietOf(origins, quietGround);
  await askFor(quiet, 2);
  const report: Record<string, Figures> = {};
  const note = (name: string, figures: Figures) => {
    report[name] = figures;
    say(`${name}: ${JSON.stringify(figures)}`);
  };
  note('alone', await askFor(quiet, seconds));
  const noise = startNoise(target, cleanup);
  for (const [kind, ground] of grounds) {
    const token = await signIn(origins[0]!, ground);
    const { connections, isOwner, body } = noiseOf(kind, await noisyRows(origins[0]!, ground, token));
    const bodies = Array.from({ length: Math.min(600, connections * 5) }, (_, turn) => body(turn));
    noise.begin({ origins, credential: isOwner ? token : ground.key, bodies, connections });
    await wait(settleMs);
    const figures = await askFor(quiet, seconds);
    note(kind, { ...figures, noise: await noise.end() });
    await wait(settleMs * 4);
  }
  note('alone again', await askFor(quiet, seconds));
  return report;
}
