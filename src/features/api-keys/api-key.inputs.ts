// Inputs of key management and their limits.
import { Field, ID, InputType, Int } from 'type-graphql';
import { z } from 'zod';
import { normalizeIpRange } from '../../access/credentials/ip-allowlist.ts';
import type { ScopePreset } from '../../access/scope-catalogue.ts';
import type { ApiKeyEnvironment } from '../../access/authentication/tables.ts';
import { id, inputRules, optionalMessage, text } from '../../resources/inputs/input.ts';
import { DateTimeScalar, ScopeScalar } from '../../resources/inputs/scalars.ts';
import { maxOperations } from './api-key.scopes.ts';
import { ApiKeyPreset, KeyEnvironment } from './api-key.type.ts';

@InputType({
  description:
    'Give `scopes`, a `preset`, `forOperations` or several of them, or `operationIds`; none is an error and never means "all".',
})
export class CreateApiKeyInput {
  @Field(() => String, { description: 'A name for people.' }) label!: string;
  @Field(() => String, { nullable: true, description: 'What the key is for.' }) description?: string | null;
  @Field(() => [ScopeScalar], { nullable: true, description: 'What the key may do.' }) scopes?:
    string[] | null;
  @Field(() => ApiKeyPreset, { nullable: true, description: 'A set of scopes by name.' })
  preset?: ScopePreset | null;
  @Field(() => [String], {
    nullable: true,
    description: 'GraphQL documents: the key gets exactly the scopes that their operations need.',
  })
  forOperations?: string[] | null;
  @Field(() => KeyEnvironment, { nullable: true, description: 'LIVE when left out.' })
  environment?: ApiKeyEnvironment | null;
  @Field(() => [ID], {
    nullable: true,
    description: 'Restricts the key to these venues; left out = all venues.',
  })
  venueIds?: string[] | null;
  @Field(() => [ID], {
    nullable: true,
    description:
      'Pins the key to these stored operations: it runs them by name and nothing else. Without `scopes`, `preset` and `forOperations` it gets exactly the scopes that they need.',
  })
  operationIds?: string[] | null;
  @Field(() => [String], {
    nullable: true,
    description: 'Addresses and CIDR ranges; left out = any address.',
  })
  ipAllowlist?: string[] | null;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When it stops working; null = never. Left out = by the settings of the workspace, and never where they say nothing.',
  })
  expiresAt?: string | null;
  @Field(() => Int, {
    nullable: true,
    description: 'Requests per minute for this key alone, within what its workspace has.',
  })
  rateLimitPerMinute?: number | null;
  @Field(() => Int, {
    nullable: true,
    description:
      'Rows that it may be answered on a day of UTC, each as often as it is read; left out = as many as it asks for.',
  })
  maxRowsPerDay?: number | null;
}

const scopeList = z.array(z.string()).max(100, 'At most 100 scopes.');
const venueList = z
  .array(id())
  .min(1, 'Name at least one venue, or give no list for all.')
  .max(100, 'At most 100 venues.');
/** Stored operations that one key is pinned to. */
export const maxPins = 100;
const pinList = z
  .array(id())
  .min(1, 'Name at least one operation, or give no list for a key that is not pinned.')
  .max(maxPins, `At most ${maxPins} operations.`);
const rateLimit = z.number().int().min(1, 'Must be at least 1.').max(1_000_000, 'Must be at most 1000000.');
const rowLimit = z
  .number()
  .int()
  .min(1, 'Must be at least 1.')
  .max(1_000_000_000, 'Must be at most 1000000000.');
const ipRange = z.string().transform((text, context) => {
  const range = normalizeIpRange(text);
  if (range === null) context.addIssue({ code: 'custom', message: 'Is no address and no CIDR range.' });
  return range ?? text;
});
const ipList = z.array(ipRange).max(100, 'At most 100 addresses.');

export const createApiKeyRules = inputRules(CreateApiKeyInput, {
  label: text(100),
  description: optionalMessage(1_000),
  scopes: scopeList.nullish(),
  preset: z.enum(['READ', 'WRITE', 'FULL_ACCESS']).nullish(),
  forOperations: z.array(z.string()).max(maxOperations, `At most ${maxOperations} documents.`).nullish(),
  environment: z.enum(['LIVE', 'TEST']).nullish(),
  venueIds: venueList.nullish(),
  operationIds: pinList.nullish(),
  ipAllowlist: ipList.nullish(),
  expiresAt: z.string().nullish(),
  rateLimitPerMinute: rateLimit.nullish(),
  maxRowsPerDay: rowLimit.nullish(),
});

@InputType({ description: 'Fields that are left out stay as they are; null clears.' })
export class UpdateApiKeyInput {
  @Field(() => ID) id!: string;
  @Field(() => String, { nullable: true, description: 'A name for people.' }) label?: string;
  @Field(() => String, { nullable: true, description: 'What the key is for.' }) description?: string | null;
  @Field(() => [ScopeScalar], { nullable: true, description: 'Replaces all scopes of the key.' })
  scopes?: string[];
  @Field(() => [ID], { nullable: true, description: 'Replaces the restriction; null = all venues.' })
  venueIds?: string[] | null;
  @Field(() => [ID], {
    nullable: true,
    description: 'Replaces what the key is pinned to; null = it may run anything that its scopes open.',
  })
  operationIds?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'Replaces the list; null or empty = any address.' })
  ipAllowlist?: string[] | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Null = never.' }) expiresAt?: string | null;
  @Field(() => Int, {
    nullable: true,
    description: 'Requests per minute for this key alone; null = no limit of its own.',
  })
  rateLimitPerMinute?: number | null;
  @Field(() => Int, {
    nullable: true,
    description: 'Rows that it may be answered on a day of UTC; null = as many as it asks for.',
  })
  maxRowsPerDay?: number | null;
}

@InputType({ description: 'A new secret beside the old one.' })
export class RotateApiKeyInput {
  @Field(() => ID) id!: string;
  @Field(() => Int, {
    nullable: true,
    description:
      'How long the old secret goes on after the first use of the new one: 0 to 604800, a day by default.',
  })
  overlapSeconds?: number | null;
}

export const updateApiKeyRules = inputRules(UpdateApiKeyInput, {
  id: id(),
  label: text(100).optional(),
  description: optionalMessage(1_000),
  scopes: scopeList.optional(),
  venueIds: venueList.nullish(),
  operationIds: pinList.nullish(),
  ipAllowlist: ipList.nullish(),
  expiresAt: z.string().nullish(),
  rateLimitPerMinute: rateLimit.nullish(),
  maxRowsPerDay: rowLimit.nullish(),
});

export const rotateApiKeyRules = inputRules(RotateApiKeyInput, {
  id: id(),
  overlapSeconds: z
    .number()
    .int()
    .min(0, 'Must be at least 0.')
    .max(604_800, 'Must be at most 604800, a week.')
    .nullish(),
});
