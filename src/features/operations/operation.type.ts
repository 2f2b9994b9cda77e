// GraphQL types of stored operations. The table is access's: the door reads it when one is run.
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { StoredOperationRow, type StoredOperationKind } from '../../access/authentication/tables.ts';
import type { Instant } from '../../core/clock.ts';
import { DateTimeScalar } from '../../resources/inputs/scalars.ts';
import { Node } from '../../resources/node.ts';

const OperationKind: Record<StoredOperationKind, StoredOperationKind> = {
  QUERY: 'QUERY',
  MUTATION: 'MUTATION',
};
registerEnumType(OperationKind, {
  name: 'StoredOperationKind',
  description: 'Whether a stored operation reads or changes something.',
  valuesConfig: {
    QUERY: { description: 'It reads.' },
    MUTATION: { description: 'It changes something.' },
  },
});

@ObjectType({ description: 'A variable of a stored operation.' })
export class StoredOperationVariable {
  @Field(() => String, { description: 'Its name, without `$`.' }) name!: string;
  @Field(() => String, { description: 'Its type as the document writes it, e.g. `[ID!]!`.' }) type!: string;
  @Field(() => Boolean, { description: 'Whether it must be sent: it has no default and may not be null.' })
  required!: boolean;
}

@ObjectType({
  implements: Node,
  description:
    'A GraphQL operation that the workspace keeps under a name. Keys and people run it by the name, with the scopes that they have.',
})
export class StoredOperation extends StoredOperationRow implements Node {
  @Field(() => ID) declare id: string;
  @Field(() => String, { description: 'By which it is run; no other operation of the workspace has it.' })
  declare name: string;
  @Field(() => String, { description: 'The document as it was saved.' }) declare document: string;
  @Field(() => OperationKind, { description: 'Whether it reads or changes something.' })
  declare kind: StoredOperationKind;
  @Field(() => Int, { description: 'Goes up when the document is replaced.' }) declare version: number;
  @Field(() => DateTimeScalar) declare createdAt: Instant;
  @Field(() => DateTimeScalar) declare updatedAt: Instant;
}
