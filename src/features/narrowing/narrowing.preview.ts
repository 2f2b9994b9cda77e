// What a change of a key would refuse: everything that it asked for is decided again. Changes nothing.
import type { Context } from '../../access/context.ts';
import { StoredApiKey } from '../../access/authentication/tables.ts';
import { dayMs, toInstant } from '../../core/clock.ts';
import { ApiError } from '../../core/errors.ts';
import { inSlices } from '../../core/slices.ts';
import { tableOf } from '../../db/store/table.ts';
import { KeyUsesDay, recordedSince, StoredRecordedUse, unlistedOperation } from '../insight/index.ts';
import { Venue } from '../venues/index.ts';
import type { KeyChangePreview, RefusedOperation } from './narrowing.type.ts';

export const maxDays = 366;
/** Ways of running operations that are decided again; each takes some 10 microseconds. */
const maxUses = 20_000;
const usesPerSlice = 1_000;
/** Ways of which the coordinates are in memory at once: some megabytes at most. */
const usesPerRead = 200;
const maxRefused = 100;

export interface PreviewArguments {
  readonly id: string;
  /** null = as they are. */
  readonly scopes: readonly string[] | null;
  readonly venueIds: readonly string[] | null;
  readonly days: number;
}

type CountedUse = Pick<KeyUsesDay, 'operationId' | 'useId' | 'requests' | 'lastAt'>;

function assertDays(days: number): void {
  if (days < 1 || days > maxDays)
    throw new ApiError('BAD_USER_INPUT', `"days" is ${days}; it must be 1 to ${maxDays}.`);
}

/** The scopes in their stored spelling. Throws BAD_USER_INPUT for one that no key can have. */
function scopesOf(ctx: Context, texts: readonly string[]): ReadonlySet<string> {
  return new Set(
    texts.map((text) => {
      const scope = ctx.scopes.normalize(text);
      if (scope === null) throw new ApiError('BAD_USER_INPUT', `No key can have the scope "${text}".`);
      return scope;
    }),
  );
}

/** Throws BAD_USER_INPUT for one that is not there, or of another workspace. */
async function assertVenues({ db }: Context, venueIds: readonly string[]): Promise<void> {
  const known = await db.byIds(tableOf(Venue), ['id'], venueIds);
  const place = venueIds.findIndex((id) => !known.has(id));
  if (place >= 0) throw new ApiError('BAD_USER_INPUT', `"venueIds.${place}" names no venue.`);
}

/** Those of the most requests, sorted by the way: so each way is read once. */
async function readUses({ db, clock }: Context, apiKeyId: string, days: number): Promise<CountedUse[]> {
  const first = toInstant(clock.nowMs() - (days - 1) * dayMs).slice(0, 10);
  const uses = await db.groupedSums<CountedUse>({
    table: tableOf(KeyUsesDay),
    condition: {
      all: [
        { property: 'callerId', op: 'eq', value: apiKeyId },
        { property: 'day', op: 'gte', value: first },
      ],
    },
    by: ['operationId', 'useId'],
    sums: ['requests'],
    latest: ['lastAt'],
    most: 'requests',
    limit: maxUses,
  });
  return uses.toSorted((a, b) => (a.useId < b.useId ? -1 : 1));
}

async function readCoordinates(
  { db }: Context,
  uses: readonly CountedUse[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const ids = [...new Set(uses.map(({ useId }) => useId))];
  const rows = await db.byIds<StoredRecordedUse>(tableOf(StoredRecordedUse), ['coordinates'], ids);
  return new Map([...rows].map(([id, { coordinates }]) => [id, coordinates]));
}

/** What would become of a run: scopes that are missing, its venues refuse it, or its answer holds less. */
interface Judgement extends Pick<RefusedOperation, 'missing' | 'byVenues'> {
  readonly isLess: boolean;
}

const isRefused = ({ missing, byVenues }: Judgement) => missing.length > 0 || byVenues;

class Findings {
  readonly operations = new Set<string>();
  requests = 0;
  refusedRequests = 0;
  unknownRequests = 0;
  /** Whether the answer to a request that is not refused would hold less. */
  isLess = false;
  private readonly refused = new Map<string, RefusedOperation>();

  /** Null = not known. */
  add({ operationId, requests, lastAt: lastUsedAt }: CountedUse, judgement: Judgement | null): void {
    this.requests += requests;
    if (operationId !== unlistedOperation) this.operations.add(operationId);
    if (judgement === null) this.unknownRequests += requests;
    this.isLess ||= judgement?.isLess ?? false;
    if (!judgement || !isRefused(judgement)) return;
    const { missing, byVenues } = judgement;
    this.refusedRequests += requests;
    const known = this.refused.get(operationId);
    this.refused.set(operationId, {
      operationId,
      requests: (known?.requests ?? 0) + requests,
      missing: [...new Set([...(known?.missing ?? []), ...missing])].sort(),
      byVenues: byVenues || (known?.byVenues ?? false),
      lastUsedAt: known && known.lastUsedAt > lastUsedAt ? known.lastUsedAt : lastUsedAt,
    });
  }

  mostRefused(): RefusedOperation[] {
    const byRequests = (a: RefusedOperation, b: RefusedOperation) =>
      b.requests - a.requests || (a.operationId < b.operationId ? -1 : 1);
    return [...this.refused.values()].sort(byRequests).slice(0, maxRefused);
  }
}

const limitsOf = ({ venueIds }: PreviewArguments, uses: readonly CountedUse[], isLess: boolean): string[] => [
  ...(isLess
    ? [
        'Some requests by REST or by a tool would not be refused, but their answers would hold less: parts that only the missing scopes open are left out.',
      ]
    : []),
  ...(venueIds
    ? [
        'Fewer venues answer fewer rows, or NOT_FOUND: which rows were asked for is not recorded. Three kinds of mutations are decided: those closed to a key of some venues, those that give an empty list of venues, and those in which a key of several venues has to name one.',
      ]
    : []),
  ...(uses.length >= maxUses
    ? [`More than ${maxUses} ways of running operations: the others are not looked at.`]
    : []),
];

/** null = the workspace has no such key. Throws BAD_USER_INPUT. */
export async function previewKeyChange(
  ctx: Context,
  args: PreviewArguments,
): Promise<KeyChangePreview | null> {
  assertDays(args.days);
  const others = args.scopes && scopesOf(ctx, args.scopes);
  await assertVenues(ctx, args.venueIds ?? []);
  const key = await ctx.db.find(StoredApiKey, args.id);
  if (!key) return null;
  const held = new Set(key.scopes);
  const venues = { before: key.venueIds, after: args.venueIds ?? key.venueIds };
  const [since, uses] = await Promise.all([recordedSince(ctx), readUses(ctx, args.id, args.days)]);
  const sliced = { size: () => 1, most: usesPerSlice };
  const findings = new Findings();
  // Judged as they come: a key can have thousands of ways, and each may name a thousand coordinates.
  for (let start = 0; start < uses.length; start += usesPerRead) {
    const part = uses.slice(start, start + usesPerRead);
    const coordinates = await readCoordinates(ctx, part);
    const foretold = await inSlices(ctx.db.scope.workspaceId, part, sliced, ({ useId }): Judgement | null => {
      const used = coordinates.get(useId);
      if (!used) return null;
      const { missing, isLess, unknown } = ctx.explainer.foretell(used, held, others ?? held);
      const byVenues = ctx.explainer.foretellVenues(used, held, venues);
      const judgement = { missing, byVenues, isLess: isLess && !byVenues };
      return !isRefused(judgement) && unknown.length > 0 ? null : judgement;
    });
    part.forEach((use, index) => findings.add(use, foretold[index]!));
  }
  const { operations, requests, refusedRequests, unknownRequests } = findings;
  return {
    ...{ recordedSince: since, operations: operations.size, requests, refusedRequests, unknownRequests },
    refused: findings.mostRefused(),
    limits: limitsOf(args, uses, findings.isLess),
  };
}
