// Inputs of narrowing and their limits.
import { Field, ID, InputType, registerEnumType } from 'type-graphql';
import { z } from 'zod';
import { id, inputRules } from '../../resources/inputs/input.ts';
import { ScopeScalar } from '../../resources/inputs/scalars.ts';

export type NarrowModeName = 'TRIAL' | 'ENFORCE';
const NarrowMode: Record<NarrowModeName, NarrowModeName> = { TRIAL: 'TRIAL', ENFORCE: 'ENFORCE' };
registerEnumType(NarrowMode, {
  name: 'NarrowMode',
  description: 'Whether the narrower rights hold.',
  valuesConfig: {
    TRIAL: { description: 'The key keeps its rights; what the narrower ones would refuse is counted.' },
    ENFORCE: { description: 'They hold at once.' },
  },
});

@InputType({ description: 'Fewer rights for a key: a part of the scopes and venues that it has.' })
export class NarrowApiKeyInput {
  @Field(() => ID) id!: string;
  @Field(() => [ScopeScalar], { description: 'All scopes that remain.' }) scopes!: string[];
  @Field(() => [ID], {
    nullable: true,
    description: 'All venues that remain; left out = as they are. With ENFORCE only.',
  })
  venueIds?: string[] | null;
  @Field(() => NarrowMode, { description: 'Whether to try it out or to do it.' }) mode!: NarrowModeName;
}

export const narrowApiKeyRules = inputRules(NarrowApiKeyInput, {
  id: id(),
  scopes: z.array(z.string()).min(1, 'Name at least one scope.').max(100, 'At most 100 scopes.'),
  venueIds: z
    .array(id())
    .min(1, 'Name at least one venue, or leave the list out.')
    .max(100, 'At most 100 venues.')
    .nullish(),
  mode: z.enum(['TRIAL', 'ENFORCE']),
});
