// Mutations: what they answer with, and how they run. A mutation is one transaction; a user error ends it without a trace.
import { GraphQLID } from 'graphql';
import { Field, ObjectType } from 'type-graphql';
import type { z } from 'zod';
import type { Context } from '../access/context.ts';
import type { PolicyDeclaration, Requirement } from '../access/policy/index.ts';
import { UserErrors, type UserErrorItem } from '../core/errors.ts';
import type { EntityClass } from '../db/store/table.ts';
import type { TenantTransaction, TransactionOptions } from '../db/tenant/tenant-db.ts';
import { toList, toOne } from './edges.ts';
import { once } from './idempotency.ts';
import { forgetLoaded } from './batching/loaders.ts';
import { checkInputs, type ForEach } from './inputs/bulk.ts';
import { named } from './named-class.ts';
import { noteIds } from './noted-records.ts';
import type { Resource } from './resource.ts';

@ObjectType({ description: 'Why a mutation did nothing: one entry for each value that is wrong.' })
export class UserError {
  @Field(() => String, {
    description: 'NOT_FOUND, REQUIRED, INVALID, TOO_LONG, TAKEN, CONFLICT or NOT_ALLOWED.',
  })
  code!: string;
  @Field(() => [String], {
    nullable: true,
    description: 'Path of the value in the arguments, e.g. `["input", "email"]`.',
  })
  field!: readonly string[] | null;
  @Field(() => String, { description: 'A sentence for people; programs go by `code` and `field`.' })
  message!: string;
}

interface PayloadOptions {
  /** Scope of the mutation: it alone opens the ids, so that a key that may write needs not read. */
  readonly requirement: Requirement;
  readonly ids: readonly string[];
  /** Field -> the resource it shows, by the id in the payload's property `key`. Needs that resource's scope. */
  readonly shows: Readonly<Record<string, { readonly to: Resource; readonly key: string }>>;
  /** Of a bulk mutation: the ids and what they show are lists. */
  readonly isBulk?: boolean;
}

interface Payload {
  readonly type: EntityClass;
  readonly resolvers: readonly EntityClass[];
  readonly policy: PolicyDeclaration;
}

/**
 * `{<thing>Id, <thing>, userErrors}`, or lists of them: the type, the resolvers of what it shows, and its rule.
 *
 * @example
 * export const createVenuePayload = definePayload('CreateVenuePayload', {
 *   requirement: scopes('write:venues'),
 *   ids: ['venueId'],
 *   shows: { venue: { to: venues, key: 'venueId' } },
 * });
 */
export function definePayload(
  name: string,
  { requirement, ids, shows, isBulk = false }: PayloadOptions,
): Payload {
  const Type = named(class {}, name);
  const mutation = name.replace(/Payload$/, '');
  ObjectType(name, {
    description: `What \`${mutation.charAt(0).toLowerCase()}${mutation.slice(1)}\` answers.`,
  })(Type);
  const prototype = Type.prototype as object;
  const idType = () => (isBulk ? [GraphQLID] : GraphQLID);
  const description = 'Null when `userErrors` says why not.';
  for (const id of ids) Field(idType, { nullable: true, description })(prototype, id);
  Field(() => [UserError], { description: 'Empty when the mutation was done.' })(prototype, 'userErrors');
  const edge = isBulk ? toList : toOne;
  const resolvers = Object.entries(shows).map(([field, { to, key }]) => edge({ from: Type, field, to, key }));
  return { type: Type, resolvers, policy: { [name]: requirement } };
}

type Outcome<P> =
  (P & { readonly userErrors: readonly UserErrorItem[] }) | { readonly userErrors: readonly UserErrorItem[] };

/**
 * Answers with the work's result, or with its user errors and nothing changed. Any other error passes on. For work that opens its
 * transaction itself, as sign-in does; else call mutate().
 *
 * @example
 * return orUserErrors(async () => ({ token: await signIn(ctx, checkInput(loginRules, input)) }));
 */
export async function orUserErrors<P extends object>(work: () => Promise<P>): Promise<Outcome<P>> {
  try {
    return { ...(await work()), userErrors: [] };
  } catch (error) {
    if (error instanceof UserErrors) return { userErrors: error.items };
    throw error;
  }
}

/**
 * Runs a mutation in one transaction of the caller's workspace, and once for each `Idempotency-Key`. A thrown `UserErrors` rolls it
 * back and becomes `userErrors` of the payload. The work may be run again after a deadlock, so it changes nothing but the store.
 *
 * @example
 * export function createVenue(ctx: Context, input: CreateVenueInput) {
 *   return mutate(ctx, async (tx) => {
 *     const { name, timezone } = checkInput(createVenueRules, input);
 *     const now = toInstant(ctx.clock.nowMs());
 *     const id = newId('ven', ctx.clock);
 *     await tx.insert(Venue, [{ id, name, timezone, version: 1, createdAt: now, updatedAt: now }]);
 *     return { venueId: id };
 *   });
 * }
 */
export function mutate<P extends object>(
  context: Context,
  work: (tx: TenantTransaction) => Promise<P>,
  options?: TransactionOptions,
): Promise<Outcome<P>> {
  return orUserErrors(() => inTransaction(context, work, options));
}

async function inTransaction<P extends object>(
  context: Context,
  work: (tx: TenantTransaction) => Promise<P>,
  options?: TransactionOptions,
): Promise<P> {
  const result = await context.db.transaction((tx) => once(context, tx, () => work(tx)), options);
  forgetLoaded(context);
  // What was answered the first time too, when it is only repeated.
  noteIds(context, Object.values(result));
  return result;
}

/** The inputs of a bulk mutation, and the rules that each of them must meet. */
interface Bulk<T> {
  readonly rules: z.ZodType<T>;
  readonly inputs: readonly T[];
}

/**
 * As mutate, for 1 to 100 inputs: all are done or none, and each user error says which input it means. The inputs are checked
 * before the transaction begins; `forEach` gives the work each of them after that, in their order.
 *
 * @example
 * return mutateEach(ctx, { rules: createInquiryRules, inputs }, async (tx, forEach) => {
 *   const knowing = await knowingRows(tx, inputs);
 *   const inquiries = await forEach((input) => newInquiry(ctx, knowing, input));
 *   await insertInquiries(tx, inquiries);
 *   return { inquiryIds: inquiries.map(({ id }) => id) };
 * });
 */
export function mutateEach<T, P extends object>(
  context: Context,
  { rules, inputs }: Bulk<T>,
  work: (tx: TenantTransaction, forEach: ForEach<T>) => Promise<P>,
): Promise<Outcome<P>> {
  return orUserErrors(async () => {
    const forEach = await checkInputs(context.db.scope.workspaceId, rules, inputs);
    return inTransaction(context, (tx) => work(tx, forEach));
  });
}
