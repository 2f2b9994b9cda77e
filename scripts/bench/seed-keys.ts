// 200 keys of ten workspaces of the same size, made by the product's own services.
import sql from 'sql-template-tag';
import { systemContext } from '../../src/access/system-context.ts';
import { seedWorkspace } from '../../src/demo/seed.ts';
import { fullScopes, makeKey, makeWorkspace, openBenchHouse } from './seed.ts';
import { settle, type Store } from './store.ts';

export const workspaceCount = 10;
export const keysOfWorkspace = 20;

export interface KeyedStore {
  /** In turn of each workspace, so that the next request is always another workspace's. */
  readonly keys: readonly { readonly secret: string; readonly customerId: string }[];
}

export async function seedKeys(
  store: Store,
  customers: number,
  say: (line: string) => void,
): Promise<KeyedStore> {
  const house = await openBenchHouse(store);
  try {
    const perWorkspace: { secret: string; customerId: string }[][] = [];
    for (let number = 0; number < workspaceCount; number += 1) {
      const workspaceId = await makeWorkspace(house, number);
      await seedWorkspace(systemContext(house, workspaceId), { customers, seed: number });
      const rows = await house.database.query<{ id: string }>(
        sql`SELECT "id" FROM "customers" WHERE "workspace_id" = ${workspaceId} ORDER BY "id" LIMIT ${keysOfWorkspace}`,
      );
      const keys: { secret: string; customerId: string }[] = [];
      for (const { id: customerId } of rows)
        keys.push({ secret: await makeKey(house, workspaceId, fullScopes), customerId });
      perWorkspace.push(keys);
    }
    say(
      `${store.engine}: ${workspaceCount * keysOfWorkspace} keys of ${workspaceCount} workspaces are ready`,
    );
    const turns = Array.from({ length: keysOfWorkspace }, (_, turn) =>
      perWorkspace.map((keys) => keys[turn]!),
    );
    return { keys: turns.flat() };
  } finally {
    await house.close();
    await settle(store);
  }
}
