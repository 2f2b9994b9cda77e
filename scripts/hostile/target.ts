// The server that is attacked: in a process of its own on a store with one large workspace, started again when it froze.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { systemContext } from '../../src/access/system-context.ts';
import type { GraphQLSchema } from 'graphql';
import { openServices } from '../../src/services.ts';
import { readConfig } from '../../src/config/config.ts';
import { seedWorkspace } from '../../src/demo/seed.ts';
import { createApiKey } from '../../src/features/api-keys/index.ts';
import { createWorkspace } from '../../src/features/users/index.ts';
import type { Cleanup } from '../bench/cleanup.ts';
import type { Sender } from './attack.ts';

/** CPU of all threads since the start; the longest standstill of the event loop since `reset`; memory in use. */
export interface State {
  readonly cpuMs: number;
  readonly stoodStillMs: number;
  readonly usedMb: number;
}

export interface Target {
  readonly schema: GraphQLSchema;
  readonly port: () => number;
  credentialOf(sender: Sender): string | null;
  /** Answers when the event loop turns: rejects after `limitMs`. */
  ask(question: 'reset' | 'state' | 'collect', limitMs: number): Promise<State>;
  /** Kills it and starts another. */
  restart(): Promise<void>;
  /** Sends SIGTERM. Resolves with how long the end took, or null when it had not come after `limitMs`. */
  terminate(limitMs: number): Promise<number | null>;
}

const secrets = {
  JWT_SECRET: 'a secret for being attacked and of no use elsewhere',
  KEY_PEPPER: 'a pepper for being attacked and of no use elsewhere',
};
const owner = { email: 'owner@hostile.example', password: 'a long password of nobody' };

/** Fills an empty store. */
async function prepare(databaseUrl: string, customers: number) {
  const config = readConfig({ DATABASE_URL: databaseUrl, DEMO: '0' });
  const house = await openServices({
    config,
    secrets: { jwtSecrets: [secrets.JWT_SECRET], keyPepper: secrets.KEY_PEPPER },
  });
  try {
    const { workspaceId } = await createWorkspace(house, { name: 'Hostile', ...owner });
    const context = systemContext(house, workspaceId);
    await seedWorkspace(context, { customers, seed: 1 });
    const made = await createApiKey(context, { label: 'Hostile', preset: 'FULL_ACCESS' });
    if (!('secret' in made)) throw new Error('The key could not be made.');
    return { schema: house.schema.schema, key: made.secret };
  } finally {
    await house.close();
  }
}

async function start(built: string, databaseUrl: string): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(join(built, 'src/main.js'), {
    execArgv: [
      ...['--max-semi-space-size=64', '--expose-gc'],
      ...['--import', join(built, 'scripts/hostile/probe.js')],
    ],
    env: {
      ...{ DATABASE_URL: databaseUrl, PORT: '0', HOST: '127.0.0.1', DEMO: '0', LOG_LEVEL: 'fatal' },
      ...{ NODE_ENV: 'production', ...secrets },
      ...{ RATE_LIMIT_REQUESTS_PER_MINUTE: '1000000', RATE_LIMIT_COST_PER_MINUTE: '1000000000' },
    },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const port = await new Promise<number>((resolve, reject) => {
    let said = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = /listening at http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (found) resolve(Number(found));
    });
    child.once('exit', () => reject(new Error('The server ended while starting.')));
  });
  return { child, port };
}

async function signIn(port: number): Promise<string> {
  const query = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
  const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { input: owner } }),
  });
  return ((await answer.json()) as { data: { login: { token: string } } }).data.login.token;
}

/** Resolves with the end of the process, or null after `limitMs`. */
async function endOf(child: ChildProcess, limitMs: number): Promise<'ended' | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), limitMs)));
  const gone = once(child, 'exit').then(() => 'ended' as const);
  return Promise.race([gone, late]).finally(() => clearTimeout(timer));
}

function askChild(child: ChildProcess, question: string, limitMs: number): Promise<State> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The server stood still for ${limitMs} ms.`)), limitMs);
    child.once('message', (state) => {
      clearTimeout(timer);
      resolve(state as State);
    });
    child.send(question, (error) => error && reject(error));
  });
}

/** `built`: the folder dist/. Fills the empty store first. */
export async function openTarget(
  { built, databaseUrl, customers }: { built: string; databaseUrl: string; customers: number },
  cleanup: Cleanup,
): Promise<Target> {
  const { schema, key } = await prepare(databaseUrl, customers);
  let running = await start(built, databaseUrl);
  const token = await signIn(running.port);
  const kill = async () => {
    if (running.child.exitCode !== null || running.child.signalCode !== null) return;
    const gone = once(running.child, 'exit');
    running.child.kill('SIGKILL');
    await gone;
  };
  cleanup.defer(kill);
  return {
    schema,
    port: () => running.port,
    credentialOf: (sender) => ({ nobody: null, key, owner: token })[sender],
    ask: (question, limitMs) => askChild(running.child, question, limitMs),
    async restart() {
      await kill();
      running = await start(built, databaseUrl);
    },
    async terminate(limitMs) {
      const startMs = performance.now();
      const ended = endOf(running.child, limitMs);
      running.child.kill('SIGTERM');
      return (await ended) === null ? null : performance.now() - startMs;
    },
  };
}
