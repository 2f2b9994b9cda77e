// Inputs of stored operations and their limits.
import { Field, InputType, Int } from 'type-graphql';
import { z } from 'zod';
import { expectedVersion, inputRules } from '../../resources/inputs/input.ts';

export const maxDocumentLength = 10_000;
const namePattern = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

@InputType({ description: 'An operation to keep. A name that is there already gets the new document.' })
export class SaveOperationInput {
  @Field(() => String, {
    description: 'A letter, then letters, digits, `_` and `-`. Part of an address: case counts.',
  })
  name!: string;
  @Field(() => String, {
    description: 'One query or mutation, with its fragments.',
  })
  document!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Refused with CONFLICT when the operation has another version; 0 = the name must be new.',
  })
  expectedVersion?: number | null;
}

export const saveOperationRules = inputRules(SaveOperationInput, {
  name: z
    .string()
    .min(1, { error: 'Must not be empty.', abort: true })
    .max(64, { error: 'Must be at most 64 characters long.', abort: true })
    .regex(namePattern, 'Must be a letter, then letters, digits, "_" and "-".'),
  // Nothing is taken out of it: what is kept is what was sent.
  document: z
    .string()
    .max(maxDocumentLength, { error: `Must be at most ${maxDocumentLength} characters long.`, abort: true })
    .refine((text) => text.trim() !== '', 'Must not be empty.'),
  expectedVersion,
});
