// A flood by runaway keys, which use up the requests and points of their workspace and go on: how long the owner waits to
// switch one of them off, and that nothing of it is let in afterwards.
import { setTimeout as wait } from 'node:timers/promises';
import type { Cleanup } from '../bench/cleanup.ts';
import { createClient, nestedRead, type Client, type Reply } from './client.ts';
import { prepareGround, type Ground } from './ground.ts';
import { startTarget, type Target } from './server.ts';

const customers = 500;
const loopsOfKey = 4;
/** What is promised. */
const limitMs = 1_000;

const login = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
const createKey =
  'mutation { createApiKey(input: { label: "Runaway", preset: WRITE }) { apiKeyId secret userErrors { code } } }';
const disable = 'mutation ($id: ID!) { disableApiKey(id: $id) { apiKey { status } userErrors { code } } }';
const enable = 'mutation ($id: ID!) { enableApiKey(id: $id) { apiKey { status } userErrors { code } } }';

interface RunawayKey {
  readonly id: string;
  readonly secret: string;
}

export interface FloodReport {
  readonly keys: number;
  readonly tries: number;
  /** Tries in which the key was off within a second, and let nothing in afterwards. */
  readonly succeeded: number;
  readonly slowestMs: number;
  /** Of each try; null when it did not work. */
  readonly disabledMs: readonly (number | null)[];
  /** What the keys were answered, by status. */
  readonly flood: Readonly<Record<string, number>>;
}

const dataOf = <T>({ body }: Reply): T | undefined => (JSON.parse(body) as { data?: T }).data;

async function signIn(origin: string, { owner }: Ground): Promise<string> {
  const client = createClient(origin, null);
  const reply = await client.send(login, { input: owner });
  client.close();
  const token = dataOf<{ login: { token: string } }>(reply)?.login.token;
  if (!token) throw new Error(`Signing in was answered ${reply.status}: ${reply.body}`);
  return token;
}

async function makeKey(owner: Client): Promise<RunawayKey> {
  const reply = await owner.send(createKey);
  const made = dataOf<{ createApiKey: { apiKeyId: string; secret: string } }>(reply)?.createApiKey;
  if (!made) throw new Error(`Making a key was answered ${reply.status}: ${reply.body}`);
  return { id: made.apiKeyId, secret: made.secret };
}

/** Sends as fast as it is answered, until it is told to end. */
async function loop(client: Client, statuses: Map<string, number>, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const { status } = await client.send(nestedRead);
    statuses.set(String(status), (statuses.get(String(status)) ?? 0) + 1);
    if (status === null) return;
  }
}

/** Until the workspace has nothing left. */
async function untilUsedUp(client: Client): Promise<void> {
  for (let status: number | null = 200; status === 200; await wait(50)) {
    ({ status } = await client.send('{ viewer { kind } }'));
  }
}

/** How long it took, or null when it did not work. */
async function tryToDisable(origin: string, owner: Client, key: RunawayKey): Promise<number | null> {
  const startMs = performance.now();
  const reply = await owner.send(disable, { id: key.id });
  const tookMs = performance.now() - startMs;
  const client = createClient(origin, key.secret);
  const after = await client.send('{ viewer { kind } }');
  client.close();
  const isOff =
    reply.status === 200 && reply.body.includes('DISABLED') && [401, 429].includes(after.status ?? 0);
  // What was refused before the flood had the limits' say is a 401; an address with many refusals is told 429.
  const isOn = (await owner.send(enable, { id: key.id })).body.includes('ACTIVE');
  return isOff && isOn ? tookMs : null;
}

async function flood(origin: string, ground: Ground, count: number, tries: number): Promise<FloodReport> {
  const owner = createClient(origin, await signIn(origin, ground));
  const keys: RunawayKey[] = [];
  for (let made = 0; made < count; made += 1) keys.push(await makeKey(owner));
  const statuses = new Map<string, number>();
  let isOver = false;
  const clients = keys.flatMap(({ secret }) =>
    Array.from({ length: loopsOfKey }, () => createClient(origin, secret)),
  );
  const loops = clients.map((client) => loop(client, statuses, () => isOver));
  const times: (number | null)[] = [];
  try {
    await untilUsedUp(clients[0]!);
    for (let done = 0; done < tries; done += 1) {
      times.push(await tryToDisable(origin, owner, keys[done % count]!));
      await wait(200);
    }
  } finally {
    isOver = true;
    await Promise.all(loops);
    [owner, ...clients].forEach((client) => client.close());
  }
  const succeeded = times.filter((ms) => ms !== null && ms < limitMs).length;
  const disabledMs = times.map((ms) => (ms === null ? null : Math.round(ms)));
  const slowestMs = Math.max(...disabledMs.map((ms) => ms ?? Infinity));
  return { keys: count, tries, succeeded, slowestMs, disabledMs, flood: Object.fromEntries(statuses) };
}

/** By one key and by ten, each on a server of its own with the limits that a server has. */
export async function runFloods(
  target: Target,
  { rounds, onRound }: { readonly rounds: number; onRound(done: number): void },
  cleanup: Cleanup,
): Promise<{ readonly floods: readonly FloodReport[] }> {
  const ground = await prepareGround(target.databaseUrl, customers);
  const floods: FloodReport[] = [];
  for (const count of [1, 10]) {
    const server = await startTarget({ ...target, limits: 'default' }, cleanup);
    floods.push(await flood(server.origin, ground, count, rounds));
    await server.end('SIGTERM');
    onRound(floods.length);
  }
  return { floods };
}
