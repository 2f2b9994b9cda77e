// Filters of a list of keys that no column answers: the state at the moment, the scopes in either spelling, and the public id
// of a secret.
import type { Context } from '../../access/context.ts';
import { StoredApiKeySecret } from '../../access/authentication/tables.ts';
import { dayMs, toInstant } from '../../core/clock.ts';
import { ApiError } from '../../core/errors.ts';
import type { Condition } from '../../db/statements/condition.ts';
import { tableOf } from '../../db/store/table.ts';
import { enumFilter, ScopeListFilter } from '../../resources/inputs/comparators.ts';
import type { Comparison, ComputedFilter } from '../../resources/inputs/computed-filters.ts';
import { Field, InputType } from 'type-graphql';
import { ApiKeyStatus, type ApiKeyStatusName } from './api-key.type.ts';

/** The rows that statusOf() gives this status at the moment. */
function hasStatus(status: ApiKeyStatusName, now: string, cutoff: string): Condition {
  const stored = (value: string): Condition => ({ property: 'status', op: 'eq', value });
  const isOver: Condition = { property: 'expiresAtSorted', op: 'lte', value: now };
  const isNotOver: Condition = { property: 'expiresAtSorted', op: 'gt', value: now };
  const since = (property: string): Condition => ({ property, op: 'gt', value: cutoff });
  const isUsed: Condition = { any: [since('createdAt'), since('lastUsedAt'), since('enabledAt')] };
  const until = (property: string): Condition => ({ property, op: 'lte', value: cutoff });
  const isNotEnabled: Condition = {
    any: [{ property: 'enabledAt', op: 'eq', value: null }, until('enabledAt')],
  };
  const isUnused = [until('createdAt'), until('lastUsedAtSorted'), isNotEnabled];
  switch (status) {
    case 'ACTIVE':
      return { all: [stored('ACTIVE'), isNotOver, isUsed] };
    case 'EXPIRED':
      return { all: [stored('ACTIVE'), isOver] };
    case 'DISABLED':
      // Also those of which nobody has written down yet that they were unused for too long.
      return { any: [stored('DISABLED'), { all: [stored('ACTIVE'), isNotOver, ...isUnused] }] };
    case 'REVOKED':
      return stored('REVOKED');
  }
}

/** Which statuses meet the comparison: a key has exactly one. */
function statusesOf({ op, value }: Comparison): readonly ApiKeyStatusName[] {
  const named = [value].flat() as readonly (ApiKeyStatusName | null)[];
  const isWanted = op === 'eq' || op === 'in';
  return Object.values(ApiKeyStatus).filter((status) => named.includes(status) === isWanted);
}

export const statusFilter: ComputedFilter = {
  type: enumFilter(ApiKeyStatus, 'ApiKeyStatus'),
  condition(comparison, { clock, credentials }) {
    const nowMs = clock.nowMs();
    const cutoff = toInstant(nowMs - credentials.inactivityDays * dayMs);
    return { any: statusesOf(comparison).map((status) => hasStatus(status, toInstant(nowMs), cutoff)) };
  },
};

export const scopesFilter: ComputedFilter = {
  type: ScopeListFilter,
  condition(comparison, { scopes }) {
    const value = (comparison.value as readonly string[]).map((text) => {
      const scope = scopes.normalize(text);
      if (scope !== null) return scope;
      // An empty list would say that no key has it.
      const message = `"filter.scopes" names a scope that does not exist. Accepted: ${scopes.dataScopes.join(', ')}.`;
      throw new ApiError('BAD_USER_INPUT', message);
    });
    return { ...comparison, value };
  },
};

@InputType({
  description:
    'Finds a key by one of its secrets, also one that has ended: by the 12 characters behind `lk_live_` or `lk_test_`, or by the beginning up to there. Never send the whole key.',
})
class PublicIdFilter {
  @Field(() => String, { nullable: true, description: 'E.g. `0a1b2c3d4e5f` or `lk_live_0a1b2c3d4e5f`.' })
  eq?: string | null;
  @Field(() => [String], { nullable: true, description: 'One of these.' }) in?: string[] | null;
}

const publicIdPattern = /^\s*(?:lk_(?:live|test)_)?([0-9a-f]{12})\s*$/;

function publicIdOf(text: string): string {
  const [, id] = publicIdPattern.exec(text) ?? [];
  if (id !== undefined) return id;
  // The value is not repeated: it may be a whole key.
  const message =
    '"filter.publicId" takes 12 characters of 0-9 and a-f, or the beginning of a key up to them, such as lk_live_0a1b2c3d4e5f. Never send a whole key.';
  throw new ApiError('BAD_USER_INPUT', message);
}

const publicIdsOf = ({ value }: Comparison) =>
  value === null ? [] : ([value].flat() as string[]).map(publicIdOf);

async function keysOfSecrets({ db }: Context, secretIds: readonly string[]): Promise<readonly string[]> {
  const secrets = await db.byIds<StoredApiKeySecret>(
    tableOf(StoredApiKeySecret),
    ['id', 'apiKeyId'],
    secretIds,
  );
  return [...new Set([...secrets.values()].map(({ apiKeyId }) => apiKeyId))];
}

export const publicIdFilter: ComputedFilter = {
  type: PublicIdFilter,
  async condition(comparison, context) {
    const value = await keysOfSecrets(context, publicIdsOf(comparison));
    return { property: 'id', op: 'in', value };
  },
};
