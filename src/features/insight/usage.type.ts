// GraphQL types of what a key did.
import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Instant } from '../../core/clock.ts';
import { DateTimeScalar, ScopeScalar } from '../../resources/inputs/scalars.ts';
import { PageInfo } from '../../resources/page.ts';

@ObjectType({ description: 'What a key did in one hour or day.' })
export class KeyUsage {
  @Field(() => DateTimeScalar, { description: 'When the hour or day begins, in UTC.' }) start!: Instant;
  @Field(() => Float, { description: 'Requests, refused ones included.' }) requests!: number;
  @Field(() => Float, { description: 'Requests of which all or something was denied for want of a scope.' })
  denied!: number;
  @Field(() => Float, {
    description:
      'Requests that were answered by another error: a limit, a wrong value, a refused credential.',
  })
  failed!: number;
  @Field(() => Float, { description: 'Points that they cost.' }) cost!: number;
  @Field(() => Float, { description: 'Rows that were read for their answers.' }) rows!: number;
}

/** As it is counted; the operation is read by its id. */
@ObjectType({ description: 'How often a key ran an operation.' })
export class UsedOperation {
  operationId!: string;
  @Field(() => Float, { description: 'Requests, refused ones included.' }) requests!: number;
  @Field(() => Float, { description: 'Requests of which all or something was denied for want of a scope.' })
  denied!: number;
  @Field(() => DateTimeScalar, { description: 'Its last request in the range.' }) lastUsedAt!: Instant;
}

@ObjectType({ description: 'A page of the operations of a key, the most used first.' })
export class UsedOperationConnection {
  @Field(() => [UsedOperation], { description: 'The operations.' }) nodes!: readonly UsedOperation[];
  @Field(() => Int, { description: 'All operations of the range, on every page.' }) totalCount!: number;
  @Field(() => PageInfo, { description: 'Whether there is more, and where to go on.' }) pageInfo!: PageInfo;
}

@ObjectType({ description: 'How often a scope was needed.' })
export class UsedScope {
  @Field(() => ScopeScalar, { description: 'The scope.' }) scope!: string;
  @Field(() => Float, { description: 'Requests whose operation can ask for it, refused ones included.' })
  requests!: number;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The last of them; null = there was none in the recorded part of the range.',
  })
  lastUsedAt!: Instant | null;
}

@ObjectType({ description: 'Which scopes a key needed, as far as it was recorded.' })
export class ScopeUse {
  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'Since when all requests are counted: nothing is known of the time before, or of what was removed because it was old. Null = they are not counted now. Counting goes on where the workspace has no request log.',
  })
  recordedSince!: Instant | null;
  @Field(() => [UsedScope], { description: 'The scopes that it has, and others that it asked for.' })
  scopes!: readonly UsedScope[];
  @Field(() => [ScopeScalar], {
    nullable: true,
    description:
      'Scopes that it has and that no request asked for, from `recordedSince` or the start of the range on, whichever is later. Null = not known: requests are not counted now, or some were of operations that are not listed.',
  })
  unused!: readonly string[] | null;
}

export enum KeyHealthCode {
  NEVER_EXPIRES = 'NEVER_EXPIRES',
  EXPIRES_SOON = 'EXPIRES_SOON',
  INACTIVE_SOON = 'INACTIVE_SOON',
  UNUSED_SCOPES = 'UNUSED_SCOPES',
  OFTEN_DENIED = 'OFTEN_DENIED',
  OFTEN_FAILED = 'OFTEN_FAILED',
  MANY_ROWS = 'MANY_ROWS',
}
registerEnumType(KeyHealthCode, {
  name: 'KeyHealthCode',
  description: 'What there is to know about a key.',
  valuesConfig: {
    NEVER_EXPIRES: { description: 'It never expires.' },
    EXPIRES_SOON: { description: 'It ends within 14 days.' },
    INACTIVE_SOON: { description: 'It will be disabled within 14 days, unless it is used.' },
    UNUSED_SCOPES: { description: 'It needed some of its scopes not once in 30 recorded days.' },
    OFTEN_DENIED: { description: 'At least one of twenty requests of 7 days was denied.' },
    OFTEN_FAILED: { description: 'At least one of twenty requests of 7 days failed.' },
    MANY_ROWS: {
      description:
        'Today it was answered at least five times the rows of its usual day: of the median of those of the last 14 days on which it was answered any, if there are three.',
    },
  },
});

@ObjectType({ description: 'Something to know about a key.' })
export class KeyHealth {
  @Field(() => KeyHealthCode, { description: 'For programs.' }) code!: KeyHealthCode;
  @Field(() => String, { description: 'For people.' }) message!: string;
}
