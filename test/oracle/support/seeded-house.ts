// A real store with a few rows of everything in two workspaces, for operations that are drawn and not written.
import sql, { raw } from 'sql-template-tag';
import type { Context } from '../../../src/access/context.ts';
import { systemContext } from '../../../src/access/system-context.ts';
import type { Principal } from '../../../src/core/principal.ts';
import { createTenantDb } from '../../../src/db/tenant/tenant-db.ts';
import type { Engine } from '../../support/engines.ts';
import {
  openTestHouse,
  type Caller,
  type HouseOptions,
  type TestHouse,
  type TestWorkspace,
} from '../../support/house.ts';
import type { Identities } from './callers.ts';
import type { ValuePool } from './values.ts';

export interface SeededHouse {
  readonly house: TestHouse;
  readonly workspace: TestWorkspace;
  readonly identities: Identities;
  readonly pool: ValuePool;
  /** A context as a request of this caller would have; a new one for each execution. */
  contextFor(principal: Principal): Context;
  /** Every row of every table: nothing was written while it stays the same. On SQLite. */
  everyRow(): Promise<Readonly<Record<string, readonly object[]>>>;
}

const create = {
  venue: 'mutation ($input: CreateVenueInput!) { made: createVenue(input: $input) { id: venueId } }',
  customer:
    'mutation ($input: CreateCustomerInput!) { made: createCustomer(input: $input) { id: customerId } }',
  inquiry: 'mutation ($input: CreateInquiryInput!) { made: createInquiry(input: $input) { id: inquiryId } }',
  reply: 'mutation ($input: ReplyToInquiryInput!) { made: replyToInquiry(input: $input) { id: replyId } }',
  followUp:
    'mutation ($input: CreateFollowUpInput!) { made: createFollowUp(input: $input) { id: followUpId } }',
};

async function make(owner: Caller, what: keyof typeof create, input: object): Promise<string> {
  const { data, text } = await owner.send(create[what], { input });
  const id = (data as { made: { id: string | null } } | undefined)?.made.id;
  if (!id) throw new Error(`No ${what}: ${text}`);
  return id;
}

/** Three rows of everything, not all of them connected. */
async function fill(owner: Caller): Promise<Record<string, string[]>> {
  const numbers = [1, 2, 3];
  const times = <T>(work: (number: number) => Promise<T>) =>
    numbers.reduce<Promise<T[]>>(
      async (all, number) => [...(await all), await work(number)],
      Promise.resolve([]),
    );
  const venues = await times((number) =>
    make(owner, 'venue', { name: `Venue ${number}`, city: 'Berlin', timezone: 'Europe/Berlin' }),
  );
  const customers = await times((number) =>
    make(owner, 'customer', {
      name: `Customer ${number}`,
      email: `ann${number}@one.example`,
      venueIds: venues.slice(0, number - 1),
    }),
  );
  const inquiries = await times((number) =>
    make(owner, 'inquiry', {
      customerId: customers[number % 2],
      venueId: number === 3 ? null : venues[0],
      subject: `Subject ${number}`,
      body: 'Body',
      channel: 'EMAIL',
    }),
  );
  const replies = await times((number) =>
    make(owner, 'reply', { inquiryId: inquiries[number % 2], body: `Reply ${number}` }),
  );
  const followUps = await times((number) =>
    make(owner, 'followUp', {
      customerId: customers[number - 1],
      inquiryId: number === 1 ? inquiries[1] : null,
      note: `Note ${number}`,
      dueAt: `2026-07-0${number}T09:00:00Z`,
    }),
  );
  return { Venue: venues, Customer: customers, Inquiry: inquiries, Reply: replies, FollowUp: followUps };
}

export async function openSeededHouse(
  engine: Engine['name'] = 'sqlite',
  options: Pick<HouseOptions, 'compiledExecution'> = {},
): Promise<SeededHouse> {
  const house = await openTestHouse(engine, {
    ...options,
    env: { RATE_LIMIT_REQUESTS_PER_MINUTE: '1000000', RATE_LIMIT_COST_PER_MINUTE: '999999999999' },
  });
  const { app } = house;
  const workspace = await house.workspace('One');
  const key = await workspace.key('read:venues');
  const owner = await workspace.owner();
  const own = await fill(owner);
  const foreign = await fill(await (await house.workspace('Two')).owner());
  const { data } = await owner.send('{ viewer { user { id } } auditLog(first: 1) { nodes { id } } }');
  const answered = data as { viewer: { user: { id: string } }; auditLog: { nodes: { id: string }[] } };
  const { workspaceId } = workspace;
  const audited = answered.auditLog.nodes.map(({ id }) => id);
  const identities: Identities = {
    workspaceId,
    apiKeyId: key.apiKeyId,
    secretId: key.secret.split('_')[2]!,
    userId: answered.viewer.user.id,
    venueId: own['Venue']![0]!,
  };
  const unknown = ['cus', 'ven', 'inq', 'rep', 'fup', 'key', 'usr', 'aud', 'xyz'].map(
    (prefix) => `${prefix}_0`,
  );
  return {
    house,
    workspace,
    identities,
    pool: {
      own: { ...own, AuditEntry: audited, ApiKey: [identities.apiKeyId], User: [identities.userId] },
      ids: [
        ...[...Object.values(own).flat(), ...audited, identities.apiKeyId, identities.userId, workspaceId],
        ...[...Object.values(foreign).map(([id]) => id!), ...unknown],
        ...['', 'cus', 'cus_', 'CUS_0', 'cus_0-0', 'constructor_0'],
      ],
      scopes: app.scopes.dataScopes,
      documents: ['{ customers { totalCount } }', 'query Q { viewer { kind } }', '{ nothing }', '{'],
    },
    contextFor(principal) {
      const scope = {
        workspaceId: 'workspaceId' in principal ? principal.workspaceId : 'nobody',
        venueIds: 'venueIds' in principal ? principal.venueIds : [],
      };
      const db = createTenantDb({ database: app.database, clock: house.clock, scope });
      return { ...systemContext(app, workspaceId), principal, db };
    },
    async everyRow() {
      const tables = await app.database.query<{ name: string }>(
        sql`SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`,
      );
      const rows: Record<string, readonly object[]> = {};
      for (const { name } of tables)
        rows[name] = await app.database.query(sql`SELECT * FROM ${raw(`"${name}"`)} ORDER BY 1, 2`);
      return rows;
    },
  };
}
