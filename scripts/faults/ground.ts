// What a fault needs before it can happen: a migrated store, a workspace, keys.
import { randomUUID } from 'node:crypto';
import { systemContext } from '../../src/access/system-context.ts';
import { openServices } from '../../src/services.ts';
import { readConfig } from '../../src/config/config.ts';
import { createApiKey } from '../../src/features/api-keys/index.ts';
import { createWorkspace } from '../../src/features/users/index.ts';
import { seedWorkspace } from '../../src/demo/seed.ts';
import { faultSecrets } from './server.ts';

export interface Ground {
  /** May read and write everything. */
  readonly key: string;
  /** The same, `limitPerMinute` times a minute. */
  readonly limitedKey: string;
  readonly owner: { readonly email: string; readonly password: string };
}

const limitPerMinute = 30;

export async function prepareGround(databaseUrl: string, customers: number): Promise<Ground> {
  const config = readConfig({ DATABASE_URL: databaseUrl, DEMO: '0' });
  const { jwtSecret, keyPepper } = faultSecrets;
  const house = await openServices({ config, secrets: { jwtSecrets: [jwtSecret], keyPepper } });
  try {
    // An address belongs to one user of one workspace; a store can have several grounds.
    const owner = { email: `owner-${randomUUID()}@faults.example`, password: 'a long password' };
    const { workspaceId } = await createWorkspace(house, { name: 'Faults', ...owner });
    const context = systemContext(house, workspaceId);
    if (customers > 0) await seedWorkspace(context, { customers, seed: 1 });
    const keyWith = async (limits: { rateLimitPerMinute?: number }) => {
      const made = await createApiKey(context, { label: 'Faults', preset: 'WRITE', ...limits });
      if (!('secret' in made)) throw new Error('The key could not be made.');
      return made.secret;
    };
    return {
      key: await keyWith({}),
      limitedKey: await keyWith({ rateLimitPerMinute: limitPerMinute }),
      owner,
    };
  } finally {
    await house.close();
  }
}
