// Many rows, quickly: copies of seeded ones, made by the engine itself. Only what the growth runs read.
import sql, { join, raw, type Sql } from 'sql-template-tag';
import { StoredApiKey, StoredApiKeySecret } from '../../../src/access/authentication/tables.ts';
import { systemContext } from '../../../src/access/system-context.ts';
import type { AppServices } from '../../../src/services.ts';
import { tableOf, type EntityClass } from '../../../src/db/store/table.ts';
import { seedWorkspace } from '../../../src/demo/seed.ts';
import { Customer } from '../../../src/features/customers/index.ts';
import { FollowUp } from '../../../src/features/follow-ups/index.ts';
import { Inquiry } from '../../../src/features/inquiries/index.ts';
import { fullScopes, makeKey, makeWorkspace, openBenchHouse, type BenchHouse } from '../seed.ts';
import { settle, type Store } from '../store.ts';

/** A statement of this many rows stays well under the time that the product allows one on Postgres. */
const rowsPerStatement = 5_000;
/** Customers whose threads are told by the seed; the others are copies of one of them. */
const seeded = 200;

/** `prefix_` and a number of 12 digits: sorts as the row does. `i` is the row's number. */
const idText = (prefix: string) => raw(`'${prefix}' || CAST(100000000000 + i AS text)`);

function instant({ dialect }: AppServices['database']): Sql {
  // After everything that was seeded, so that every page shows copies: pages of the same rows can be compared.
  const seconds = Math.floor(Date.now() / 1_000);
  return dialect.name === 'sqlite'
    ? raw(`strftime('%Y-%m-%dT%H:%M:%fZ', ${seconds} + i, 'unixepoch')`)
    : raw(`to_timestamp(${seconds} + i)`);
}

/** Copies of the table's first row of the workspace, numbered `from` to before `to`. */
async function copyRows(
  { database }: AppServices,
  entity: EntityClass,
  workspaceId: string,
  range: { from: number; to: number },
  replaced: Readonly<Record<string, Sql>>,
): Promise<void> {
  const { name, columns } = tableOf(entity);
  const list = join(columns.map((column) => raw(`"${column.name}"`)));
  const values = join(columns.map((column) => replaced[column.property] ?? raw(`t."${column.name}"`)));
  const first = sql`SELECT * FROM ${raw(`"${name}"`)} WHERE "workspace_id" = ${workspaceId} ORDER BY "id" LIMIT 1`;
  const numbers = raw(
    `n(i) AS (SELECT ${range.from} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${range.to})`,
  );
  await database.write((connection) =>
    connection.execute(
      sql`INSERT INTO ${raw(`"${name}"`)} (${list}) WITH RECURSIVE ${numbers} SELECT ${values} FROM n CROSS JOIN (${first}) AS t`,
    ),
  );
}

async function inParts(
  count: number,
  say: (done: number) => void,
  work: (range: { from: number; to: number }) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < count; from += rowsPerStatement) {
    await work({ from, to: Math.min(count, from + rowsPerStatement) });
    if ((from / rowsPerStatement) % 20 === 19) say(from + rowsPerStatement);
  }
}

async function copyCustomers(
  house: AppServices,
  workspaceId: string,
  count: number,
  say: (line: string) => void,
) {
  const at = instant(house.database);
  const stamps = { createdAt: at, updatedAt: at };
  const customerId = idText('cus_z');
  await inParts(
    count,
    (done) => say(`${done} of ${count} customers`),
    async (range) => {
      const names = { name: raw(`t."name" || i`), nameFolded: raw(`t."name_folded" || i`) };
      const copy = (entity: EntityClass, replaced: Readonly<Record<string, Sql>>) =>
        copyRows(house, entity, workspaceId, range, { ...replaced, ...stamps });
      await copy(Customer, { id: customerId, ...names });
      await copy(Inquiry, { id: idText('inq_z'), customerId });
      await copy(FollowUp, { id: idText('fup_z'), customerId, inquiryId: raw('NULL'), dueAt: at });
    },
  );
}

/** Keys with one secret each. They are there to be looked past. */
async function copyKeys(house: AppServices, workspaceId: string, count: number, say: (line: string) => void) {
  await inParts(
    count,
    (done) => say(`${done} of ${count} keys`),
    async (range) => {
      const apiKeyId = idText('key_z');
      await copyRows(house, StoredApiKey, workspaceId, range, { id: apiKeyId, number: raw('1000 + i') });
      await copyRows(house, StoredApiKeySecret, workspaceId, range, { id: idText(''), apiKeyId });
    },
  );
}

/** One workspace of this size, with this many keys beside the one that is used. */
export async function growStore(
  store: Store,
  { customers, keys }: { customers: number; keys: number },
  say: (line: string) => void,
): Promise<BenchHouse & { keyWith(...scopes: string[]): string }> {
  const house = await openBenchHouse(store);
  try {
    const workspaceId = await makeWorkspace(house, 0);
    await seedWorkspace(systemContext(house, workspaceId), { customers: seeded, seed: 1 });
    await copyCustomers(house, workspaceId, customers - seeded, say);
    const full = await makeKey(house, workspaceId, fullScopes);
    const others = new Map<string, string>();
    for (const scopes of keyScopes) others.set(scopes.join(), await makeKey(house, workspaceId, scopes));
    await copyKeys(house, workspaceId, keys, say);
    const keyWith = (...scopes: string[]) => others.get(scopes.join()) ?? full;
    return {
      store,
      workspaceId,
      keys: { full, half: keyWith('read:customers') },
      customerIds: ['cus_z100000000001'],
      keyWith,
    };
  } finally {
    await house.close();
    await settle(store);
  }
}

/** The keys of the runs with denied fields. */
const keyScopes = [
  ['read:customers', 'read:inquiries'],
  ['read:customers', 'read:followups'],
  ['read:customers'],
  ['write:inquiries'],
] as const;
