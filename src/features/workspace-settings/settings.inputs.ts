// The input of workspace settings and its limits.
import { Field, InputType, Int } from 'type-graphql';
import { z } from 'zod';
import { expectedVersion, inputRules } from '../../resources/inputs/input.ts';
import { maxLifeDays, maxRetentionDays } from './settings.type.ts';

@InputType({ description: 'Fields that are left out stay as they are; null clears.' })
export class UpdateWorkspaceSettingsInput {
  @Field(() => Int, {
    nullable: true,
    description: `1 to ${maxLifeDays}; null = no maximum. It holds for what is made or changed from now on: a key with a longer life keeps it, but gets no new secret until its expiry is brought forward.`,
  })
  maximumKeyLifeDays?: number | null;
  @Field(() => Int, {
    nullable: true,
    description: `1 to ${maxLifeDays}, and at most \`maximumKeyLifeDays\`; null = the maximum.`,
  })
  defaultKeyLifeDays?: number | null;
  @Field(() => Int, {
    nullable: true,
    description: `0 to ${maxRetentionDays}; null = as long as the server keeps it. More than the server keeps (\`REQUEST_LOG_DAYS\`, 7 by default) is taken and lengthens nothing. 0 = there is no request log: what it holds is removed within an hour. Counters such as \`ApiKey.usage\` go on.`,
  })
  requestLogRetentionDays?: number | null;
  @Field(() => Int, {
    nullable: true,
    description: 'Refused with CONFLICT when the settings have another version; 0 = nothing was ever set.',
  })
  expectedVersion?: number | null;
}

const days = (least: number, most: number) =>
  z.number().int().min(least, `Must be at least ${least}.`).max(most, `Must be at most ${most}.`).nullish();

export const updateSettingsRules = inputRules(UpdateWorkspaceSettingsInput, {
  maximumKeyLifeDays: days(1, maxLifeDays),
  defaultKeyLifeDays: days(1, maxLifeDays),
  requestLogRetentionDays: days(0, maxRetentionDays),
  expectedVersion,
});
