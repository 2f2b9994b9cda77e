// GraphQL types of the access check.
import { Field, Int, ObjectType } from 'type-graphql';
import { ScopeScalar } from '../../resources/inputs/scalars.ts';

@ObjectType({ description: 'One use of a coordinate in the operation.' })
export class FieldAccess {
  @Field(() => String, { description: '`Type.field`, `Type.field(argument)` or `InputType.field`.' })
  coordinate!: string;
  @Field(() => [String], { description: 'Response names, with `@` for each list.' }) path!: readonly string[];
  @Field(() => [[ScopeScalar]], { description: 'Any one of these sets of scopes is enough.' })
  requiredScopes!: readonly (readonly string[])[];
  @Field(() => Boolean, { description: 'Whether the key or user may use it.' }) allowed!: boolean;
}

@ObjectType({ description: 'What an operation needs, and whether the key or user has it. Nothing was run.' })
export class AccessCheck {
  @Field(() => Boolean, { description: 'Whether nothing of the operation would be denied.' })
  allowed!: boolean;
  @Field(() => [ScopeScalar], { description: 'The smallest set that opens the whole operation.' })
  requiredScopes!: readonly string[];
  @Field(() => [ScopeScalar], { description: 'Scopes that the operation needs and the key or user has not.' })
  missingScopes!: readonly string[];
  @Field(() => [ScopeScalar], {
    description: 'Scopes that the key or user has and the operation does not need.',
  })
  unusedScopes!: readonly string[];
  @Field(() => Int, { description: 'One point for each object that the operation may answer.' })
  cost!: number;
  @Field(() => [FieldAccess], { description: 'Every use of a field, argument and input field.' })
  fields!: readonly FieldAccess[];
}

@ObjectType({ description: 'The scopes that documents need.' })
export class ScopeSuggestion {
  @Field(() => [ScopeScalar], { description: 'The smallest set for all documents together.' })
  scopes!: readonly string[];
}
