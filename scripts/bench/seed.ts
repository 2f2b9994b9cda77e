// Ten workspaces in an empty store, written by the product's own services; the first, large one is what is measured.
import sql from 'sql-template-tag';
import { systemContext } from '../../src/access/system-context.ts';
import { openServices, resolveSecrets, type AppServices } from '../../src/services.ts';
import { readConfig } from '../../src/config/config.ts';
import { seedWorkspace } from '../../src/demo/seed.ts';
import { createApiKey } from '../../src/features/api-keys/index.ts';
import { createWorkspace } from '../../src/features/users/index.ts';
import { settle, type Store } from './store.ts';

export interface BenchHouse {
  readonly store: Store;
  readonly workspaceId: string;
  readonly keys: { readonly full: string; readonly half: string };
  /** Some of the workspace's customers. */
  readonly customerIds: readonly string[];
}

export interface SeedSizes {
  readonly customers: number;
  /** Customers of each of the other nine workspaces. */
  readonly neighbours: number;
}

export const fullScopes = [
  'read:customers',
  'read:inquiries',
  'read:followups',
  'read:venues',
  'write:inquiries',
];

/** What every server and this process need to work on a store. The limits are set so high that none is met. */
export function settingsFor({ url }: Store): Record<string, string> {
  return {
    DATABASE_URL: url,
    MODE: 'production',
    PORT: '0',
    // As `npm start` does.
    UV_THREADPOOL_SIZE: '10',
    JWT_SECRET: 'a secret for measuring and of no use elsewhere',
    KEY_PEPPER: 'a pepper for measuring and of no use elsewhere',
    LOG_LEVEL: 'warn',
    RATE_LIMIT_REQUESTS_PER_MINUTE: '1000000',
    RATE_LIMIT_COST_PER_MINUTE: '1000000000',
  };
}

/** Of the owner of each workspace, `owner0@bench.example` and so on. */
export const ownerPassword = 'a password that nobody uses';

export function openBenchHouse(store: Store): Promise<AppServices> {
  const config = readConfig(settingsFor(store));
  return openServices({ config, secrets: resolveSecrets(config) });
}

/** Returns the secret. */
export async function makeKey(
  house: AppServices,
  workspaceId: string,
  scopes: readonly string[],
): Promise<string> {
  const made = await createApiKey(systemContext(house, workspaceId), {
    label: 'Bench',
    scopes: [...scopes],
  });
  if (!('secret' in made)) throw new Error(`The key could not be made: ${JSON.stringify(made.userErrors)}`);
  return made.secret;
}

export async function makeWorkspace(house: AppServices, number: number): Promise<string> {
  const email = `owner${number}@bench.example`;
  const input = { name: `Workspace ${number}`, email, password: ownerPassword };
  return (await createWorkspace(house, input)).workspaceId;
}

async function someCustomerIds({ database }: AppServices, workspaceId: string): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    sql`SELECT "id" FROM "customers" WHERE "workspace_id" = ${workspaceId} ORDER BY "id" LIMIT 50`,
  );
  return rows.map(({ id }) => id);
}

export async function seedStore(
  store: Store,
  { customers, neighbours }: SeedSizes,
  say: (line: string) => void,
): Promise<BenchHouse> {
  const house = await openBenchHouse(store);
  try {
    const workspaceIds: string[] = [];
    for (let number = 0; number < 10; number += 1) {
      const workspaceId = await makeWorkspace(house, number);
      workspaceIds.push(workspaceId);
      const count = number === 0 ? customers : neighbours;
      await seedWorkspace(systemContext(house, workspaceId), { customers: count, seed: number });
      say(`${store.engine}: workspace ${number + 1} of 10 has ${count} customers`);
    }
    const workspaceId = workspaceIds[0]!;
    const keys = {
      full: await makeKey(house, workspaceId, fullScopes),
      half: await makeKey(house, workspaceId, ['read:customers']),
    };
    return { store, workspaceId, keys, customerIds: await someCustomerIds(house, workspaceId) };
  } finally {
    await house.close();
    await settle(store);
  }
}
