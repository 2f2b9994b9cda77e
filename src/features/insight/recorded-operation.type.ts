// GraphQL type of an operation that was run.
import { Field, ID, ObjectType } from 'type-graphql';
import type { Instant } from '../../core/clock.ts';
import { DateTimeScalar, ScopeScalar } from '../../resources/inputs/scalars.ts';
import { StoredRecordedOperation } from './recording.tables.ts';

@ObjectType({
  description:
    'An operation that was run, whatever its values: texts and numbers in it are blanked, aliases numbered. Requests that differ in these alone are the same operation.',
})
export class RecordedOperation extends StoredRecordedOperation {
  @Field(() => ID, { description: 'The same for the same document, on every server.' }) declare id: string;
  @Field(() => String, { nullable: true, description: 'As the document names it; null = it has no name.' })
  declare name: string | null;
  @Field(() => String, { description: 'Without texts, numbers and aliases.' }) declare document: string;
  @Field(() => [ScopeScalar], { description: 'The smallest set of scopes that opens all of it.' })
  declare requiredScopes: readonly string[];
  @Field(() => [String], {
    description:
      'Fields, arguments and input fields that it names, e.g. `Customer.email`, `Query.customers(first)`.',
  })
  declare coordinates: readonly string[];
  @Field(() => DateTimeScalar, { description: 'When it was first recorded.' }) declare createdAt: Instant;
}
