// The tables and GraphQL types of an inquiry and of the replies to it.
import { Extensions, Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Instant } from '../../core/clock.ts';
import { StoredWorkspace } from '../../access/authentication/tables.ts';
import {
  IdColumn,
  IntegerColumn,
  ReferenceColumn,
  TextColumn,
  TimestampColumn,
} from '../../db/store/columns.ts';
import { StoredIn } from '../../db/store/table.ts';
import { Node } from '../../resources/node.ts';
import { DateTimeScalar } from '../../resources/inputs/scalars.ts';
import { Customer } from '../customers/index.ts';
import { Venue } from '../venues/index.ts';

export enum InquiryChannel {
  EMAIL = 'EMAIL',
  SMS = 'SMS',
  WHATSAPP = 'WHATSAPP',
  WEB = 'WEB',
  PHONE = 'PHONE',
}
registerEnumType(InquiryChannel, {
  name: 'InquiryChannel',
  description: 'The way an inquiry came in.',
  valuesConfig: {
    EMAIL: { description: 'An e-mail.' },
    SMS: { description: 'A text message.' },
    WHATSAPP: { description: 'A WhatsApp message.' },
    WEB: { description: 'A form on a web page.' },
    PHONE: { description: 'A phone call.' },
  },
});

export enum InquiryStatus {
  OPEN = 'OPEN',
  WAITING = 'WAITING',
  ANSWERED = 'ANSWERED',
  CLOSED = 'CLOSED',
}
registerEnumType(InquiryStatus, {
  name: 'InquiryStatus',
  description:
    'WAITING waits for the customer. A reply of the business makes an OPEN or WAITING inquiry ANSWERED, and a CLOSED one ' +
    'takes none; a reply of the customer makes any inquiry OPEN again.',
  valuesConfig: {
    OPEN: { description: 'Not answered yet.' },
    WAITING: { description: 'Something is waited for before it can be answered.' },
    ANSWERED: { description: 'Answered; the customer may write again.' },
    CLOSED: { description: 'Done: it takes no further reply of the business.' },
  },
});

export enum ReplyAuthorKind {
  CUSTOMER = 'CUSTOMER',
  API_KEY = 'API_KEY',
  USER = 'USER',
}
registerEnumType(ReplyAuthorKind, {
  name: 'ReplyAuthorKind',
  description: 'CUSTOMER is the customer of the inquiry; API_KEY and USER answer for the business.',
  valuesConfig: {
    CUSTOMER: { description: 'The customer of the inquiry.' },
    API_KEY: { description: 'A program, for the business.' },
    USER: { description: 'A signed-in person, for the business.' },
  },
});

@ObjectType({ implements: Node, description: 'What a customer asked the business.' })
@StoredIn({
  name: 'inquiries',
  workspace: 'workspaceId',
  isCounted: true,
  venues: { by: 'column', property: 'venueId' },
  indexes: [
    { name: 'inquiries_created', properties: ['workspaceId', 'createdAt', 'id'] },
    { name: 'inquiries_updated', properties: ['workspaceId', 'updatedAt', 'id'] },
    { name: 'inquiries_status', properties: ['workspaceId', 'status', 'createdAt', 'id'] },
    { name: 'inquiries_status_updated', properties: ['workspaceId', 'status', 'updatedAt', 'id'] },
    { name: 'inquiries_channel', properties: ['workspaceId', 'channel', 'createdAt', 'id'] },
    { name: 'inquiries_customer', properties: ['customerId', 'createdAt', 'id'] },
    { name: 'inquiries_venue', properties: ['workspaceId', 'venueId', 'createdAt', 'id'] },
  ],
})
export class Inquiry implements Node {
  @Field(() => ID) @IdColumn() id!: string;
  @ReferenceColumn(() => StoredWorkspace) workspaceId!: string;
  @ReferenceColumn(() => Customer) customerId!: string;
  @ReferenceColumn(() => Venue, { nullable: true }) venueId!: string | null;
  @Field(() => String, { description: 'What it is about, in one line.' })
  @TextColumn({ folded: true })
  subject!: string;
  @Field(() => String, { description: 'What the customer wrote or said.' }) @TextColumn() body!: string;
  @Field(() => InquiryChannel, { description: 'The way it came in.' }) @TextColumn() channel!: InquiryChannel;
  @Field(() => InquiryStatus, { description: 'How far it has come.' }) @TextColumn() status!: InquiryStatus;
  @Field(() => Int, { description: 'Goes up with each change and each reply.' })
  @IntegerColumn()
  version!: number;
  @Field(() => DateTimeScalar) @TimestampColumn() createdAt!: Instant;
  @Field(() => DateTimeScalar) @TimestampColumn() updatedAt!: Instant;
}

@ObjectType({
  implements: Node,
  description:
    'A further message of an inquiry: an answer of the business, or the next message of the customer.',
})
@StoredIn({
  name: 'replies',
  workspace: 'workspaceId',
  venues: { by: 'parent', table: () => Inquiry, key: 'inquiryId' },
  indexes: [{ name: 'replies_inquiry', properties: ['inquiryId', 'createdAt', 'id'] }],
})
export class Reply implements Node {
  @Field(() => ID) @IdColumn() id!: string;
  @ReferenceColumn(() => StoredWorkspace) workspaceId!: string;
  @ReferenceColumn(() => Inquiry) inquiryId!: string;
  @Field(() => String, { description: 'Text of the reply.' }) @TextColumn() body!: string;
  @Field(() => String, {
    description:
      "Name of the author as it was at that time: the customer's, the user's, or the label of the API key.",
  })
  // Read with the id of whose name it is: that one stands in the answer as well (see `mentions` in inquiry.resource.ts).
  @Extensions({ needs: ['author', 'authorId'] })
  @TextColumn()
  author!: string;
  @Field(() => ReplyAuthorKind, {
    nullable: true,
    description:
      'Who the author is, whatever it is called. Null for a reply of the business that an earlier version wrote.',
  })
  @TextColumn({ nullable: true })
  authorKind!: ReplyAuthorKind | null;
  /**
   * Id of the customer, key or user, which may be gone by now; null where an earlier version did not keep it. Not shown:
   * whose customer it is asks for `read:customers`, and keys and users are the administrators' business.
   */
  @TextColumn({ nullable: true }) authorId!: string | null;
  @Field(() => DateTimeScalar) @TimestampColumn() createdAt!: Instant;
}
