// What a fault needs before it can happen: a migrated store, a workspace, a key.
import { operatorContext } from '../../src/access/operator.ts';
import { openHouse } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { createApiKey } from '../../src/features/api-keys/index.ts';
import { createWorkspace } from '../../src/features/users/index.ts';
import { seedWorkspace } from '../../src/demo/seed.ts';
import { faultSecrets } from './server.ts';

/** Returns a key that may read and write everything. */
export async function prepareGround(databaseUrl: string, customers: number): Promise<string> {
  const config = readConfig({ DATABASE_URL: databaseUrl, DEMO: '0' });
  const { jwtSecret, keyPepper } = faultSecrets;
  const house = await openHouse({ config, secrets: { jwtSecrets: [jwtSecret], keyPepper } });
  try {
    const owner = { name: 'Faults', email: 'owner@faults.example', password: 'a long password' };
    const { workspaceId } = await createWorkspace(house, owner);
    const context = operatorContext(house, workspaceId);
    if (customers > 0) await seedWorkspace(context, { customers, seed: 1 });
    const made = await createApiKey(context, { label: 'Faults', preset: 'WRITE' });
    if (!('secret' in made)) throw new Error('The key could not be made.');
    return made.secret;
  } finally {
    await house.close();
  }
}
