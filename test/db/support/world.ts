// Two workspaces with venues and rows of every venue rule, and the plain JavaScript answer to "who may touch which row".
import fc from 'fast-check';
import { StoredApiKey } from '../../../src/access/authentication/tables.ts';
import { tableOf, type EntityClass } from '../../../src/db/store/table.ts';
import type { TenantScope } from '../../../src/db/statements/tenancy.ts';
import { Customer, CustomerVenue } from '../../../src/features/customers/index.ts';
import { FollowUp } from '../../../src/features/follow-ups/follow-up.entity.ts';
import { Inquiry, Reply } from '../../../src/features/inquiries/index.ts';
import { Venue } from '../../../src/features/venues/index.ts';
import { customerRow, followUpRow, inquiryRow, keyRow, replyRow, venueRow } from './rows.ts';
import type { Store } from './store.ts';

/** One row as the model sees it. */
export interface ModelRow {
  readonly id: string;
  readonly workspaceId: string;
  readonly customerId?: string;
  readonly inquiryId?: string;
  readonly venueId?: string | null;
}

export interface World {
  readonly workspaceIds: readonly [string, string];
  readonly venues: readonly ModelRow[];
  readonly customers: readonly ModelRow[];
  /** `id` is customer and venue together: the link has no id of its own. */
  readonly links: readonly ModelRow[];
  readonly inquiries: readonly ModelRow[];
  readonly replies: readonly ModelRow[];
  readonly followUps: readonly ModelRow[];
  readonly keys: readonly ModelRow[];
}

export const venuesEach = 3;

/** Venues are numbers here, 0 to 2 within their workspace. */
interface CustomerPlan {
  readonly venues: readonly number[];
  readonly inquiries: readonly { readonly venue: number | null; readonly replies: number }[];
  readonly followUps: readonly { readonly venue: number | null }[];
}
export type WorkspacePlan = readonly CustomerPlan[];

const venue = fc.nat({ max: venuesEach - 1 });
const venueOrNone = fc.option(venue, { nil: null, freq: 3 });
const customerPlan = fc.record({
  venues: fc.uniqueArray(venue, { maxLength: venuesEach }),
  inquiries: fc.array(fc.record({ venue: venueOrNone, replies: fc.nat({ max: 2 }) }), { maxLength: 3 }),
  followUps: fc.array(fc.record({ venue: venueOrNone }), { maxLength: 2 }),
});
const workspacePlan = fc.array(customerPlan, { minLength: 1, maxLength: 4 });
export const worldPlan = fc.tuple(workspacePlan, workspacePlan);

/** Who asks: workspace 0 or 1, and all venues or some; venues of the other workspace (3 to 5) may be on the list. */
export const scopePlan = fc.record({
  workspace: fc.constantFrom<(0 | 1)[]>(0, 1),
  venues: fc.option(fc.uniqueArray(fc.nat({ max: 2 * venuesEach - 1 })), { nil: null, freq: 4 }),
});
export type ScopePlan = typeof scopePlan extends fc.Arbitrary<infer T> ? T : never;

export function scopeIn(world: World, { workspace, venues }: ScopePlan): TenantScope {
  const venueIds = venues && venues.map((number) => world.venues[number]!.id);
  return { workspaceId: world.workspaceIds[workspace], venueIds };
}

/** A row of a plan, as the table wants it and as the model keeps it. */
type Made = Readonly<Record<string, unknown>> & { readonly id: string };

function planRows(workspaceId: string, plan: WorkspacePlan) {
  const venues = Array.from({ length: venuesEach }, () => venueRow() as Made);
  const venueAt = (number: number | null) => (number === null ? null : venues[number]!.id);
  const made = { venues, customers: [] as Made[], links: [] as Made[], inquiries: [] as Made[] };
  const leaves = { replies: [] as Made[], followUps: [] as Made[], keys: [keyRow() as Made] };
  for (const { venues: linked, inquiries, followUps } of plan) {
    const { id: customerId } = customerRow() as Made;
    made.customers.push(customerRow({ id: customerId }) as Made);
    for (const number of linked) {
      const venueId = venueAt(number)!;
      made.links.push({ id: `${customerId} ${venueId}`, customerId, venueId });
    }
    for (const { venue: number, replies } of inquiries) {
      const inquiry = inquiryRow({ customerId, venueId: venueAt(number) }) as Made;
      made.inquiries.push(inquiry);
      for (let index = 0; index < replies; index += 1) {
        leaves.replies.push(replyRow({ inquiryId: inquiry.id }) as Made);
      }
    }
    for (const { venue: number } of followUps) {
      leaves.followUps.push(followUpRow({ customerId, venueId: venueAt(number) }) as Made);
    }
  }
  return { workspaceId, ...made, ...leaves };
}

export async function buildWorld(
  store: Store,
  plans: readonly [WorkspacePlan, WorkspacePlan],
): Promise<World> {
  const workspaceIds = [await store.workspace(), await store.workspace()] as const;
  const halves = plans.map((plan, index) => planRows(workspaceIds[index]!, plan));
  for (const half of halves) {
    await store.db(half.workspaceId).transaction(async (tx) => {
      const put = (entity: EntityClass, rows: readonly object[]) => tx.insert(entity, rows);
      await put(Venue, half.venues);
      await put(Customer, half.customers);
      await put(CustomerVenue, half.links);
      await put(Inquiry, half.inquiries);
      await put(Reply, half.replies);
      await put(FollowUp, half.followUps);
      await put(StoredApiKey, half.keys);
    });
  }
  const both = (name: 'venues' | 'customers' | 'links' | 'inquiries' | 'replies' | 'followUps' | 'keys') =>
    halves.flatMap((half) =>
      half[name].map((row) => ({ ...row, workspaceId: half.workspaceId }) as ModelRow),
    );
  return {
    workspaceIds,
    venues: both('venues'),
    customers: both('customers'),
    links: both('links'),
    inquiries: both('inquiries'),
    replies: both('replies'),
    followUps: both('followUps'),
    keys: both('keys'),
  };
}

type Visible = (row: ModelRow, scope: TenantScope, world: World) => boolean;

const byColumn: Visible = ({ venueId }, { venueIds }) =>
  venueIds === null || (venueId != null && venueIds.includes(venueId));

export interface Kind {
  readonly entity: EntityClass;
  readonly table: string;
  readonly rows: (world: World) => readonly ModelRow[];
  /** Within the workspace; the workspace itself is checked by `visible`. */
  readonly inVenues: Visible;
  /** Nothing refers to these rows, so they can be deleted. */
  readonly isLeaf?: boolean;
}

const kind = (entity: EntityClass, rest: Omit<Kind, 'entity' | 'table'>): Kind => ({
  entity,
  table: tableOf(entity).name,
  ...rest,
});

/** One table of each venue rule: id, link, column, parent, closed. */
export const kinds: readonly Kind[] = [
  kind(Venue, {
    rows: (world) => world.venues,
    inVenues: ({ id }, { venueIds }) => venueIds?.includes(id) ?? true,
  }),
  kind(Customer, {
    rows: (world) => world.customers,
    inVenues: ({ id }, scope, world) =>
      scope.venueIds === null ||
      world.links.some((link) => link.customerId === id && byColumn(link, scope, world)),
  }),
  kind(Inquiry, { rows: (world) => world.inquiries, inVenues: byColumn }),
  kind(Reply, {
    rows: (world) => world.replies,
    inVenues: ({ inquiryId }, scope, world) =>
      byColumn(
        world.inquiries.find(({ id }) => id === inquiryId)!,
        scope,
        world,
      ),
    isLeaf: true,
  }),
  kind(FollowUp, { rows: (world) => world.followUps, inVenues: byColumn, isLeaf: true }),
  kind(StoredApiKey, {
    rows: (world) => world.keys,
    inVenues: (_row, { venueIds }) => venueIds === null,
    isLeaf: true,
  }),
];

/** The rows of a kind that a scope may touch. */
export function visible({ rows, inVenues }: Kind, world: World, scope: TenantScope): readonly ModelRow[] {
  return rows(world).filter((row) => row.workspaceId === scope.workspaceId && inVenues(row, scope, world));
}

/** The ids of the customer-venue links that a scope may touch. */
export function visibleLinks(world: World, scope: TenantScope): string[] {
  const mine = world.links.filter(
    (link) => link.workspaceId === scope.workspaceId && byColumn(link, scope, world),
  );
  return mine.map((link) => link.id).sort();
}
