// A server on a store of its own with the demo's story, at a moment that stands still: what it answers is the same each time.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { systemContext } from '../../src/access/system-context.ts';
import { createApp, type App } from '../../src/app.ts';
import { readConfig } from '../../src/config/config.ts';
import { seedWorkspace } from '../../src/demo/seed.ts';
import { createApiKey } from '../../src/features/api-keys/index.ts';
import { createWorkspace } from '../../src/features/users/index.ts';

/** A Friday at noon. The story is told back from here. */
export const demoNow = '2026-11-20T12:00:00.000Z';
const demoOwner = { email: 'owner@demo.example', password: 'the-printed-password' };
/** As many as the demo workspace of a first start has, from the same seed. */
const story = { customers: 250, seed: 1 };

const secrets = {
  jwtSecrets: ['a-secret-of-the-handbook-of-32-characters'] as [string],
  keyPepper: 'a-pepper-of-the-handbook-of-32-characters',
};

export interface DemoAnswer {
  readonly status: number;
  readonly body: DemoBody;
}
export interface DemoBody {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly unknown[];
  readonly extensions?: unknown;
}

export interface DemoRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

export interface DemoStore {
  readonly app: App;
  /** The secret of a new key. */
  key(...scopes: string[]): Promise<string>;
  send(key: string, request: DemoRequest): Promise<DemoAnswer>;
  close(): Promise<void>;
}

async function send(app: App, key: string, request: DemoRequest): Promise<DemoAnswer> {
  const { statusCode, body } = await app.http.inject({
    method: 'POST',
    url: '/graphql',
    headers: {
      ...{ 'content-type': 'application/json', 'x-request-id': 'shown-in-the-log' },
      authorization: `Bearer ${key}`,
    },
    payload: JSON.stringify(request),
  });
  return { status: statusCode, body: JSON.parse(body) as DemoBody };
}

export async function openDemoStore(): Promise<DemoStore> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-handbook-'));
  const app = await createApp({
    config: readConfig({ DATABASE_URL: `sqlite:${join(folder, 'demo.sqlite')}`, DEMO: '0' }),
    clock: { nowMs: () => Date.parse(demoNow) },
    logger: pino({ level: 'silent' }),
    secrets,
  });
  const { workspaceId } = await createWorkspace(app, { name: 'Stillwater Studios', ...demoOwner });
  const context = systemContext(app, workspaceId);
  await seedWorkspace(context, story);
  return {
    app,
    async key(...scopes) {
      const made = await createApiKey(context, { label: 'Handbook', scopes });
      if (!('secret' in made)) throw new Error(JSON.stringify(made.userErrors));
      return made.secret;
    },
    send: (key, request) => send(app, key, request),
    async close() {
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
