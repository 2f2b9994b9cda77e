// The demo workspace of a first local start: an owner, two keys, believable data, and the text that shows them once.
import { randomBytes } from 'node:crypto';
import sql from 'sql-template-tag';
import { systemContext, type SystemServices } from '../access/system-context.ts';
import { createApiKey } from '../features/api-keys/index.ts';
import { createWorkspace } from '../features/users/index.ts';
import type { ScopePreset } from '../access/scope-catalogue.ts';

export interface Demo {
  readonly email: string;
  readonly password: string;
  readonly readKey: string;
  readonly writeKey: string;
  readonly customers: number;
}

const demoCustomers = 250;

async function makeKey(
  operator: SystemServices,
  workspaceId: string,
  label: string,
  preset: ScopePreset,
): Promise<string> {
  const made = await createApiKey(systemContext(operator, workspaceId), { label, preset });
  if (!('secret' in made)) throw new Error(`The demo key "${label}" could not be made.`);
  return made.secret;
}

async function hasWorkspace({ database }: SystemServices): Promise<boolean> {
  const [existing] = await database.query(sql`SELECT "id" FROM "workspaces" LIMIT 1`);
  return existing !== undefined;
}

/** Null when another server that began at the same moment was first: the store has an e-mail address once. */
async function makeWorkspace(
  operator: SystemServices,
  owner: { readonly email: string; readonly password: string },
): Promise<string | null> {
  try {
    return (await createWorkspace(operator, { name: 'Stillwater Studios', ...owner })).workspaceId;
  } catch (error) {
    if (await hasWorkspace(operator)) return null;
    throw error;
  }
}

/**
 * Null when the store holds a workspace already. Of several servers that begin together one makes it; the others go on, and
 * may serve before all of its customers are there.
 */
export async function createDemoWorkspace(operator: SystemServices): Promise<Demo | null> {
  if (await hasWorkspace(operator)) return null;
  const owner = { email: 'owner@demo.example', password: randomBytes(9).toString('base64url') };
  const workspaceId = await makeWorkspace(operator, owner);
  if (workspaceId === null) return null;
  // Its texts are needed on this one start only.
  const { seedWorkspace } = await import('./seed.ts');
  const { customers } = await seedWorkspace(systemContext(operator, workspaceId), {
    customers: demoCustomers,
    seed: 1,
  });
  const readKey = await makeKey(operator, workspaceId, 'Demo: read', 'READ');
  const writeKey = await makeKey(operator, workspaceId, 'Demo: read and write', 'WRITE');
  return { ...owner, readKey, writeKey, customers };
}

/** What a new user needs to begin. Shown once: the keys are stored nowhere. */
export function describeDemo({ email, password, readKey, writeKey, customers }: Demo, url: string): string {
  const query =
    '{ customers(first: 3) { totalCount nodes { name city inquiries(first: 1) { nodes { subject status } } } } }';
  const headers = `-H 'content-type: application/json' -H 'authorization: Bearer ${readKey}'`;
  return `
A demo workspace with ${customers} customers was made. This is shown once:

  owner           ${email}
  password        ${password}
  read-only key   ${readKey}
  read/write key  ${writeKey}

Try it:

  curl -s ${url} ${headers} -d '${JSON.stringify({ query })}'

Explore:  ${url} (Apollo Sandbox), ${new URL('/graphiql', url).href} (GraphiQL, works offline)
Read on:  ${new URL('/docs', url).href} (the handbook)
`;
}
