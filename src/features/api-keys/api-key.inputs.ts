// Inputs of key management and their limits.
import { Field, ID, InputType, Int } from 'type-graphql';
import { z } from 'zod';
import type { ScopePreset } from '../../access/scope-catalogue.ts';
import type { ApiKeyEnvironment } from '../../access/tables.ts';
import { id, inputRules, optionalText, text } from '../../graph/input.ts';
import { DateTimeScalar, ScopeScalar } from '../../graph/scalars.ts';
import { ApiKeyPreset, KeyEnvironment } from './api-key.type.ts';

@InputType({ description: 'Give `scopes`, a `preset`, or both; neither is an error and never means "all".' })
export class CreateApiKeyInput {
  @Field(() => String, { description: 'A name for people.' }) label!: string;
  @Field(() => String, { nullable: true }) description?: string | null;
  @Field(() => [ScopeScalar], { nullable: true }) scopes?: string[] | null;
  @Field(() => ApiKeyPreset, { nullable: true }) preset?: ScopePreset | null;
  @Field(() => KeyEnvironment, { nullable: true, description: 'LIVE when left out.' })
  environment?: ApiKeyEnvironment | null;
  @Field(() => [ID], {
    nullable: true,
    description: 'Restricts the key to these venues; left out = all venues.',
  })
  venueIds?: string[] | null;
  @Field(() => DateTimeScalar, { nullable: true }) expiresAt?: string | null;
  @Field(() => Int, { nullable: true, description: 'Requests per minute for this key alone.' })
  rateLimitPerMinute?: number | null;
}

export const createApiKeyRules = inputRules<CreateApiKeyInput>({
  label: text(100),
  description: optionalText(1_000),
  scopes: z.array(z.string()).max(100, 'At most 100 scopes.').nullish(),
  preset: z.enum(['READ', 'WRITE', 'FULL_ACCESS']).nullish(),
  environment: z.enum(['LIVE', 'TEST']).nullish(),
  venueIds: z
    .array(id())
    .min(1, 'Name at least one venue, or leave the list out for all.')
    .max(100, 'At most 100 venues.')
    .nullish(),
  expiresAt: z.string().nullish(),
  rateLimitPerMinute: z
    .number()
    .int()
    .min(1, 'Must be at least 1.')
    .max(1_000_000, 'Must be at most 1000000.')
    .nullish(),
});
