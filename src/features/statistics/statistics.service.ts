// What the statistics count: each section is one statement, and holds only the figures that were selected.
import type { Context } from '../../access/context.ts';
import { toInstant, type Instant } from '../../core/clock.ts';
import { slices } from '../../core/slices.ts';
import type { Figures, FigureValues } from '../../db/statements/aggregate.ts';
import type { Condition } from '../../db/statements/condition.ts';
import { tableOf, type EntityClass } from '../../db/store/table.ts';
import { Booking } from '../bookings/index.ts';
import { Customer } from '../customers/index.ts';
import { FollowUp, FollowUpStatus } from '../follow-ups/index.ts';
import { Inquiry, InquiryChannel, InquiryStatus, Reply, ReplyAuthorKind } from '../inquiries/index.ts';
import { bucketBoundaries, type BucketRange } from './buckets.ts';
import { bucketRange, type StatisticsArguments } from './statistics.inputs.ts';
import type {
  BookingStatistics,
  CustomerStatistics,
  FollowUpStatistics,
  InquiryStatistics,
  SeriesPoint,
} from './statistics.type.ts';

/** What the sections of one `statistics` field share. */
export interface StatisticsPlan {
  readonly range: BucketRange;
  /** Boundaries of the buckets, worked out for the first series that is selected. */
  boundaries?: Promise<readonly Instant[]>;
  readonly venueIds: readonly string[] | null;
}

export function planStatistics(args: StatisticsArguments): StatisticsPlan {
  return { range: bucketRange(args), venueIds: args.venueIds ?? null };
}

const noBoundaries: readonly Instant[] = [];

/** Up to 30 ms for 33 years of months in a zone that was not asked about before. None when no series is selected. */
async function boundariesOf(
  { db }: Context,
  plan: StatisticsPlan,
  selected: ReadonlySet<string>,
): Promise<readonly Instant[]> {
  if (!selected.has('series')) return noBoundaries;
  return (plan.boundaries ??= slices.run(db.scope.workspaceId, () => bucketBoundaries(plan.range)));
}

const everything: Condition = { all: [] };

function inRange({ range }: StatisticsPlan, property: string): Condition {
  return {
    all: [
      { property, op: 'gte', value: range.from },
      { property, op: 'lt', value: range.to },
    ],
  };
}

/** Decided by the stored kind and not by a name: renaming a customer, a user or a key changes no figure. */
const isOfBusiness: Condition = { property: 'authorKind', op: 'neq', value: ReplyAuthorKind.CUSTOMER };

const count = (where: Condition) => ({ kind: 'COUNT', where }) as const;
const countBy = (property: string, where: Condition) => ({ kind: 'COUNT_BY', property, where }) as const;
const series = (boundaries: readonly Instant[], property: string) =>
  ({ kind: 'SERIES', property, boundaries }) as const;

/** Counts the figures whose names are wanted. */
function find<F extends Figures>(
  { db }: Context,
  { venueIds }: StatisticsPlan,
  { of, figures, wanted }: { of: EntityClass; figures: F; wanted: ReadonlySet<string> },
): Promise<Partial<FigureValues<F>>> {
  const chosen = Object.fromEntries(Object.entries(figures).filter(([name]) => wanted.has(name)));
  return db.aggregate({ table: tableOf(of), venueIds, figures: chosen }) as Promise<Partial<FigureValues<F>>>;
}

function points(boundaries: readonly Instant[], counts: readonly number[]): SeriesPoint[] {
  return counts.map((counted, index) => ({ start: boundaries[index]!, count: counted }));
}

/** `selected` holds the names of the section's selected fields, here and in the functions below. */
export async function customerStatistics(
  ctx: Context,
  plan: StatisticsPlan,
  selected: ReadonlySet<string>,
): Promise<CustomerStatistics> {
  const boundaries = await boundariesOf(ctx, plan, selected);
  const figures = {
    total: count(everything),
    created: count(inRange(plan, 'createdAt')),
    series: series(boundaries, 'createdAt'),
  };
  const found = await find(ctx, plan, { of: Customer, figures, wanted: selected });
  return { ...found, series: points(boundaries, found.series ?? []) };
}

export async function inquiryStatistics(
  ctx: Context,
  plan: StatisticsPlan,
  selected: ReadonlySet<string>,
): Promise<InquiryStatistics> {
  const boundaries = await boundariesOf(ctx, plan, selected);
  const created = inRange(plan, 'createdAt');
  const figures = {
    created: count(created),
    firstReply: {
      kind: 'FIRST_ANSWER',
      since: 'createdAt',
      answers: { table: tableOf(Reply), key: 'inquiryId', at: 'createdAt', where: isOfBusiness },
      where: created,
    },
    byStatus: countBy('status', created),
    byChannel: countBy('channel', created),
    series: series(boundaries, 'createdAt'),
  } as const;
  const asksForReplies = selected.has('answered') || selected.has('medianFirstReplySeconds');
  const wanted = asksForReplies ? new Set([...selected, 'firstReply']) : selected;
  const { firstReply, byStatus, byChannel, ...found } = await find(ctx, plan, {
    of: Inquiry,
    figures,
    wanted,
  });
  const medianMs = firstReply?.medianMs ?? null;
  return {
    ...found,
    answered: firstReply?.count ?? 0,
    medianFirstReplySeconds: medianMs === null ? null : medianMs / 1_000,
    byStatus: Object.values(InquiryStatus).map((status) => ({ status, count: byStatus?.get(status) ?? 0 })),
    byChannel: Object.values(InquiryChannel).map((channel) => ({
      channel,
      count: byChannel?.get(channel) ?? 0,
    })),
    series: points(boundaries, found.series ?? []),
  };
}

export async function followUpStatistics(
  ctx: Context,
  plan: StatisticsPlan,
  selected: ReadonlySet<string>,
): Promise<FollowUpStatistics> {
  const boundaries = await boundariesOf(ctx, plan, selected);
  const isOpen: Condition = { property: 'status', op: 'eq', value: FollowUpStatus.OPEN };
  const isDue: Condition = { property: 'dueAt', op: 'lt', value: toInstant(ctx.clock.nowMs()) };
  const figures = {
    open: count(isOpen),
    overdue: count({ all: [isOpen, isDue] }),
    completed: count(inRange(plan, 'completedAt')),
    series: series(boundaries, 'completedAt'),
  };
  const found = await find(ctx, plan, { of: FollowUp, figures, wanted: selected });
  return { ...found, series: points(boundaries, found.series ?? []) };
}

export async function bookingStatistics(
  ctx: Context,
  plan: StatisticsPlan,
  selected: ReadonlySet<string>,
): Promise<BookingStatistics> {
  const boundaries = await boundariesOf(ctx, plan, selected);
  const figures = {
    booked: count(inRange(plan, 'createdAt')),
    cancelled: count(inRange(plan, 'cancelledAt')),
    series: series(boundaries, 'createdAt'),
  };
  const found = await find(ctx, plan, { of: Booking, figures, wanted: selected });
  return { ...found, series: points(boundaries, found.series ?? []) };
}
