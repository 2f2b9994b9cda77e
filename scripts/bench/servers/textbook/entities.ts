// The textbook's tables and GraphQL types in one class each, as type-graphql's and TypeORM's documentation write them,
// over the tables that Latchkey made. Only what the measured operations need.
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import {
  Column,
  Entity,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  type Relation,
} from 'typeorm';

const isPostgres = process.env['DATABASE_URL']?.startsWith('postgres') ?? false;
// The tables hold UTC texts on SQLite. TypeORM's own "datetime" would write another form into them.
const instant = isPostgres ? ({ type: 'timestamptz', precision: 3 } as const) : ({ type: 'text' } as const);
const json = { type: isPostgres ? 'jsonb' : 'simple-json' } as const;

export enum InquiryStatus {
  OPEN = 'OPEN',
  WAITING = 'WAITING',
  ANSWERED = 'ANSWERED',
  CLOSED = 'CLOSED',
}
registerEnumType(InquiryStatus, { name: 'InquiryStatus' });

export enum InquiryChannel {
  EMAIL = 'EMAIL',
  SMS = 'SMS',
  WHATSAPP = 'WHATSAPP',
  WEB = 'WEB',
  PHONE = 'PHONE',
}
registerEnumType(InquiryChannel, { name: 'InquiryChannel' });

@Entity('api_keys')
export class ApiKey {
  @PrimaryColumn({ type: 'text' }) id!: string;
  @Column({ type: 'text', name: 'workspace_id' }) workspaceId!: string;
  @Column(json) scopes!: string[];
  @Column({ type: 'text' }) status!: string;
}

@Entity('api_key_secrets')
export class ApiKeySecret {
  @PrimaryColumn({ type: 'text' }) id!: string;
  @Column({ type: 'text' }) digest!: string;
  @ManyToOne(() => ApiKey)
  @JoinColumn({ name: 'api_key_id' })
  apiKey!: Relation<ApiKey>;
}

@ObjectType()
@Entity('venues')
export class Venue {
  @Field(() => ID) @PrimaryColumn({ type: 'text' }) id!: string;
  @Field(() => String) @Column({ type: 'text' }) name!: string;
  @Column({ ...instant, name: 'created_at' }) createdAt!: Date | string;
}

@ObjectType()
@Entity('customers')
export class Customer {
  @Field(() => ID) @PrimaryColumn({ type: 'text' }) id!: string;
  @Column({ type: 'text', name: 'workspace_id' }) workspaceId!: string;
  @Field(() => String) @Column({ type: 'text' }) name!: string;
  @Field(() => String, { nullable: true }) @Column({ type: 'text', nullable: true }) email!: string | null;
  @Field(() => String, { nullable: true }) @Column({ type: 'text', nullable: true }) phone!: string | null;
  @Field(() => String, { nullable: true }) @Column({ type: 'text', nullable: true }) city!: string | null;
  @Field(() => String, { nullable: true }) @Column({ type: 'text', nullable: true }) notes!: string | null;
  @Field(() => [String]) @Column(json) tags!: string[];
  @Field(() => Int) @Column({ type: 'integer' }) version!: number;
  @Field(() => Date) @Column({ ...instant, name: 'created_at' }) createdAt!: Date | string;
  @Field(() => Date) @Column({ ...instant, name: 'updated_at' }) updatedAt!: Date | string;
  @OneToMany(() => Inquiry, (inquiry) => inquiry.customer) inquiries!: Relation<Inquiry[]>;
  @OneToMany(() => FollowUp, (followUp) => followUp.customer) followUps!: Relation<FollowUp[]>;
  @ManyToMany(() => Venue)
  @JoinTable({
    name: 'customer_venues',
    joinColumn: { name: 'customer_id' },
    inverseJoinColumn: { name: 'venue_id' },
  })
  venues!: Relation<Venue[]>;
}

@ObjectType()
@Entity('inquiries')
export class Inquiry {
  @Field(() => ID) @PrimaryColumn({ type: 'text' }) id!: string;
  @Column({ type: 'text', name: 'workspace_id' }) workspaceId!: string;
  @Column({ type: 'text', name: 'customer_id' }) customerId!: string;
  @Column({ type: 'text', name: 'venue_id', nullable: true }) venueId!: string | null;
  @Field(() => String) @Column({ type: 'text' }) subject!: string;
  @Column({ type: 'text', name: 'subject_folded', select: false }) subjectFolded!: string;
  @Column({ type: 'text' }) body!: string;
  @Field(() => InquiryChannel) @Column({ type: 'text' }) channel!: InquiryChannel;
  @Field(() => InquiryStatus) @Column({ type: 'text' }) status!: InquiryStatus;
  @Column({ type: 'integer' }) version!: number;
  @Field(() => Date) @Column({ ...instant, name: 'created_at' }) createdAt!: Date | string;
  @Column({ ...instant, name: 'updated_at' }) updatedAt!: Date | string;
  @ManyToOne(() => Customer, (customer) => customer.inquiries)
  @JoinColumn({ name: 'customer_id' })
  customer!: Relation<Customer>;
  @ManyToOne(() => Venue) @JoinColumn({ name: 'venue_id' }) venue!: Relation<Venue> | null;
  @OneToMany(() => Reply, (reply) => reply.inquiry) replies!: Relation<Reply[]>;
}

@ObjectType()
@Entity('replies')
export class Reply {
  @Field(() => ID) @PrimaryColumn({ type: 'text' }) id!: string;
  @Column({ type: 'text', name: 'inquiry_id' }) inquiryId!: string;
  @Field(() => String) @Column({ type: 'text' }) body!: string;
  @Field(() => String) @Column({ type: 'text' }) author!: string;
  @Field(() => Date) @Column({ ...instant, name: 'created_at' }) createdAt!: Date | string;
  @ManyToOne(() => Inquiry, (inquiry) => inquiry.replies)
  @JoinColumn({ name: 'inquiry_id' })
  inquiry!: Relation<Inquiry>;
}

@ObjectType()
@Entity('follow_ups')
export class FollowUp {
  @Field(() => ID) @PrimaryColumn({ type: 'text' }) id!: string;
  @Column({ type: 'text', name: 'customer_id' }) customerId!: string;
  @Field(() => String) @Column({ type: 'text' }) note!: string;
  @Field(() => Date) @Column({ ...instant, name: 'due_at' }) dueAt!: Date | string;
  @Field(() => String) @Column({ type: 'text' }) status!: string;
  @ManyToOne(() => Customer, (customer) => customer.followUps)
  @JoinColumn({ name: 'customer_id' })
  customer!: Relation<Customer>;
}

export const entities = [ApiKey, ApiKeySecret, Venue, Customer, Inquiry, Reply, FollowUp];
