// GraphQL names of the records that a key was answered -> service calls.
import { Args, Ctx, Extensions, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../../../access/context.ts';
import { ApiKey } from '../../api-keys/index.ts';
import {
  dayRange,
  maxDaysAsked,
  maxDaysRead,
  mayHaveReadCost,
  MayHaveReadArguments,
  ReadRange,
  recordsReadCost,
} from './reads.inputs.ts';
import { findMayHaveRead, listRecordsRead } from './reads.service.ts';
import { MayHaveRead, RecordsRead } from './reads.type.ts';

@Resolver(() => ApiKey)
export class KeyReadsFields {
  @FieldResolver(() => [RecordsRead], {
    description:
      'How many records it was answered, by type and day: none that was is missing. Nothing stands here of a time in which they were not noted: see `mayHaveRead { recordedSince }`. Other servers write theirs every ten seconds.',
  })
  @Extensions({
    ...{ needs: ['id'], cost: recordsReadCost },
    checkArguments: (range: ReadRange) => void dayRange(range, maxDaysRead),
  })
  recordsRead(@Root() { id }: ApiKey, @Args(() => ReadRange) range: ReadRange, @Ctx() ctx: Context) {
    return listRecordsRead(ctx, range, id);
  }
}

@Resolver()
export class ReadsQueries {
  @Query(() => MayHaveRead, {
    nullable: true,
    description:
      'Whether a key may have been answered a record, on which days. Never NO when it was: what other servers noted in the last ten seconds may still be missing. Null for what is no id of a key, or none of a record: of a slip of the pen it must not be said that it read nothing.',
  })
  @Extensions({
    cost: mayHaveReadCost,
    checkArguments: (args: MayHaveReadArguments) => void dayRange(args, maxDaysAsked),
  })
  mayHaveRead(@Args(() => MayHaveReadArguments) args: MayHaveReadArguments, @Ctx() ctx: Context) {
    return findMayHaveRead(ctx, args);
  }
}
