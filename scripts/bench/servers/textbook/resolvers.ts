// The textbook's resolvers: queries through the repositories, relations through the loaders.
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { In, LessThan, MoreThan, MoreThanOrEqual, type DataSource } from 'typeorm';
import { newId } from '../../../../src/core/ids.ts';
import { Customer, FollowUp, Inquiry, InquiryStatus, type Reply, Venue } from './entities.ts';
import type { Loaders } from './loaders.ts';
import {
  connection,
  CreateInquiryInput,
  CreateInquiryPayload,
  CustomerConnection,
  FollowUpConnection,
  InquiryConnection,
  InquiryFilter,
  instantOf,
  ListArguments,
  OrderDirection,
  ReplyConnection,
  VenueConnection,
} from './types.ts';

export interface TextbookContext {
  readonly source: DataSource;
  readonly loaders: Loaders;
  readonly workspaceId: string;
  readonly scopes: ReadonlySet<string>;
}

function orderOf({ orderBy }: ListArguments) {
  const direction = orderBy?.direction ?? OrderDirection.DESC;
  return { createdAt: direction, id: direction };
}

function afterOf({ after, orderBy }: ListArguments) {
  const since = instantOf(after ?? '');
  return orderBy?.direction === OrderDirection.ASC ? MoreThan(since) : LessThan(since);
}

@Resolver(() => Customer)
export class CustomerResolver {
  @Query(() => Customer, { nullable: true })
  customer(@Arg('id', () => ID) id: string, @Ctx() { source, workspaceId }: TextbookContext) {
    return source.getRepository(Customer).findOneBy({ id, workspaceId });
  }

  @Query(() => CustomerConnection, { nullable: true })
  async customers(@Args(() => ListArguments) args: ListArguments, @Ctx() context: TextbookContext) {
    const { source, workspaceId } = context;
    const [rows, total] = await source.getRepository(Customer).findAndCount({
      where: { workspaceId, ...(args.after ? { createdAt: afterOf(args) } : {}) },
      order: orderOf(args),
      take: args.first + 1,
    });
    return connection(rows, args.first, total);
  }

  @FieldResolver(() => InquiryConnection, { nullable: true })
  async inquiries(
    @Root() { id }: Customer,
    @Args(() => ListArguments) { first }: ListArguments,
    @Ctx() { loaders }: TextbookContext,
  ) {
    const rows = await loaders.inquiriesOfCustomer.load(id);
    return connection(rows, first, rows.length);
  }

  @FieldResolver(() => FollowUpConnection, { nullable: true })
  async followUps(
    @Root() { id }: Customer,
    @Args(() => ListArguments) { first }: ListArguments,
    @Ctx() { loaders }: TextbookContext,
  ) {
    const rows = await loaders.followUpsOfCustomer.load(id);
    return connection(rows, first, rows.length);
  }

  @FieldResolver(() => VenueConnection, { nullable: true })
  async venues(
    @Root() { id }: Customer,
    @Args(() => ListArguments) { first }: ListArguments,
    @Ctx() { loaders }: TextbookContext,
  ) {
    const rows = await loaders.venuesOfCustomer.load(id);
    return connection(rows, first, rows.length);
  }
}

@Resolver(() => Inquiry)
export class InquiryResolver {
  @Query(() => InquiryConnection, { nullable: true })
  async inquiries(
    @Args(() => ListArguments) args: ListArguments,
    @Arg('filter', () => InquiryFilter, { nullable: true }) filter: InquiryFilter | null,
    @Ctx() { source, workspaceId }: TextbookContext,
  ) {
    const since = filter?.createdAt?.gte;
    const statuses = filter?.status?.in;
    const [rows, total] = await source.getRepository(Inquiry).findAndCount({
      where: {
        workspaceId,
        ...(statuses ? { status: In(statuses) } : {}),
        ...(since ? { createdAt: MoreThanOrEqual(since) } : {}),
        ...(args.after ? { createdAt: afterOf(args) } : {}),
      },
      order: orderOf(args),
      take: args.first + 1,
    });
    return connection(rows, args.first, total);
  }

  @FieldResolver(() => Customer, { nullable: true })
  customer(@Root() { customerId }: Inquiry, @Ctx() { loaders }: TextbookContext) {
    return loaders.customer.load(customerId);
  }

  @FieldResolver(() => Venue, { nullable: true })
  venue(@Root() { venueId }: Inquiry, @Ctx() { loaders }: TextbookContext) {
    return venueId === null ? null : loaders.venue.load(venueId);
  }

  @FieldResolver(() => ReplyConnection, { nullable: true })
  async replies(
    @Root() { id }: Inquiry,
    @Args(() => ListArguments) { first }: ListArguments,
    @Ctx() { loaders }: TextbookContext,
  ) {
    const rows: Reply[] = await loaders.repliesOfInquiry.load(id);
    return connection(rows, first, rows.length);
  }

  @Mutation(() => CreateInquiryPayload, { nullable: true })
  async createInquiry(
    @Arg('input', () => CreateInquiryInput) input: CreateInquiryInput,
    @Ctx() { source, workspaceId }: TextbookContext,
  ): Promise<CreateInquiryPayload> {
    const { customerId, subject, body, channel } = input;
    const customer = await source.getRepository(Customer).findOneBy({ id: customerId, workspaceId });
    if (!customer) {
      const message = 'There is no such customer.';
      return {
        inquiryId: null,
        inquiry: null,
        userErrors: [{ code: 'NOT_FOUND', field: ['input'], message }],
      };
    }
    const inquiries = source.getRepository(Inquiry);
    const now = new Date().toISOString();
    const inquiry = inquiries.create({
      ...{ id: newId('inq', { nowMs: Date.now }), workspaceId, customerId, venueId: null },
      ...{ subject, subjectFolded: subject.toLowerCase(), body, channel, status: InquiryStatus.OPEN },
      ...{ version: 1, createdAt: now, updatedAt: now },
    });
    // As the documentation does. On SQLite all requests share TypeORM's one connection, and so each other's transactions.
    await inquiries.save(inquiry);
    return { inquiryId: inquiry.id, inquiry, userErrors: [] };
  }
}

@Resolver(() => FollowUp)
export class FollowUpResolver {
  @FieldResolver(() => Customer, { nullable: true })
  customer(@Root() { customerId }: FollowUp, @Ctx() { loaders }: TextbookContext) {
    return loaders.customer.load(customerId);
  }
}
