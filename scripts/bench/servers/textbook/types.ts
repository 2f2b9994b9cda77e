// The textbook's connections, arguments and inputs.
import { ArgsType, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Customer, FollowUp, Inquiry, InquiryChannel, InquiryStatus, Reply, Venue } from './entities.ts';

export enum OrderDirection {
  ASC = 'ASC',
  DESC = 'DESC',
}
registerEnumType(OrderDirection, { name: 'OrderDirection' });

enum OrderField {
  CREATED_AT = 'createdAt',
}
registerEnumType(OrderField, { name: 'OrderField' });

@InputType()
class OrderBy {
  @Field(() => OrderField) field!: OrderField;
  @Field(() => OrderDirection) direction!: OrderDirection;
}

@ArgsType()
export class ListArguments {
  @Field(() => Int, { defaultValue: 50 }) first!: number;
  @Field(() => String, { nullable: true }) after?: string | null;
  @Field(() => OrderBy, { nullable: true }) orderBy?: OrderBy | null;
}

@InputType()
class StatusFilter {
  @Field(() => [InquiryStatus], { nullable: true }) in?: InquiryStatus[] | null;
}

@InputType()
class DateFilter {
  @Field(() => Date, { nullable: true }) gte?: Date | null;
}

@InputType()
export class InquiryFilter {
  @Field(() => StatusFilter, { nullable: true }) status?: StatusFilter | null;
  @Field(() => DateFilter, { nullable: true }) createdAt?: DateFilter | null;
}

@InputType()
export class CreateInquiryInput {
  @Field(() => ID) customerId!: string;
  @Field(() => String) subject!: string;
  @Field(() => String) body!: string;
  @Field(() => InquiryChannel) channel!: InquiryChannel;
}

@ObjectType()
export class PageInfo {
  @Field(() => Boolean) hasNextPage!: boolean;
  @Field(() => String, { nullable: true }) endCursor!: string | null;
}

interface Row {
  readonly id: string;
  readonly createdAt?: Date | string;
}

export interface Connection<T> {
  readonly totalCount: number;
  readonly pageInfo: PageInfo;
  readonly edges: readonly { cursor: string; node: T }[];
  readonly nodes: readonly T[];
}

/** type-graphql's documentation on generic types: a class for each row type. */
function connectionOf<T extends object>(row: new () => T) {
  @ObjectType(`${row.name}Edge`)
  class Edge {
    @Field(() => String) cursor!: string;
    @Field(() => row) node!: T;
  }
  @ObjectType(`${row.name}Connection`)
  class ConnectionType {
    @Field(() => Int) totalCount!: number;
    @Field(() => PageInfo) pageInfo!: PageInfo;
    @Field(() => [Edge]) edges!: Edge[];
    @Field(() => [row]) nodes!: T[];
  }
  return ConnectionType;
}

export const CustomerConnection = connectionOf(Customer);
export const InquiryConnection = connectionOf(Inquiry);
export const ReplyConnection = connectionOf(Reply);
export const FollowUpConnection = connectionOf(FollowUp);
export const VenueConnection = connectionOf(Venue);

@ObjectType()
class UserError {
  @Field(() => String) code!: string;
  @Field(() => [String]) field!: string[];
  @Field(() => String) message!: string;
}

@ObjectType()
export class CreateInquiryPayload {
  @Field(() => ID, { nullable: true }) inquiryId!: string | null;
  @Field(() => Inquiry, { nullable: true }) inquiry!: Inquiry | null;
  @Field(() => [UserError]) userErrors!: UserError[];
}

/** `rows` may hold one more than the page: then there is a next one. */
export function connection<T extends Row>(
  rows: readonly T[],
  first: number,
  totalCount: number,
): Connection<T> {
  const nodes = rows.slice(0, first);
  const cursorOf = ({ createdAt, id }: T) =>
    Buffer.from(JSON.stringify([createdAt, id])).toString('base64url');
  const last = nodes.at(-1);
  return {
    totalCount,
    nodes,
    edges: nodes.map((node) => ({ cursor: cursorOf(node), node })),
    pageInfo: { hasNextPage: rows.length > first, endCursor: last ? cursorOf(last) : null },
  };
}

/** The instant behind a cursor. */
export function instantOf(cursor: string): string {
  return (JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [string, string])[0];
}
