// Whether a key works at a moment, from its row alone.
import { describe, expect, it } from 'vitest';
import { decideKeyState, inactiveAtMs } from '../../../src/access/authentication/key-state.ts';
import type { StoredApiKey, StoredApiKeySecret } from '../../../src/access/authentication/tables.ts';
import { keyRow, secretRow } from '../../db/support/rows.ts';

const dayMs = 86_400_000;
const createdMs = Date.parse('2026-06-01T12:00:00.000Z');
const at = (ms: number) => new Date(createdMs + ms).toISOString();

const keyOf = (values: Partial<StoredApiKey> = {}) => keyRow({ createdAt: at(0), ...values }) as StoredApiKey;
function decide(
  values: Partial<StoredApiKey>,
  secret: Partial<StoredApiKeySecret> = {},
  { ms, days }: { ms: number; days: number } = { ms: dayMs, days: 90 },
) {
  const record = {
    key: keyOf(values),
    secret: secretRow({ apiKeyId: 'key_1', ...secret }) as StoredApiKeySecret,
  };
  return decideKeyState(record, { nowMs: createdMs + ms, inactivityDays: days });
}

describe('The state of a key', () => {
  it.each([
    ['a new key', {}, {}, null],
    ['a revoked key', { status: 'REVOKED' }, {}, 'KEY_REVOKED'],
    ['a disabled key', { status: 'DISABLED' }, {}, 'KEY_DISABLED'],
    ['an expired key', { expiresAt: at(dayMs) }, {}, 'KEY_EXPIRED'],
    ['a key that expires a millisecond later', { expiresAt: at(dayMs + 1) }, {}, null],
    ['a pending secret', {}, { status: 'PENDING' }, null],
    ['a retiring secret within its overlap', {}, { status: 'RETIRING', expiresAt: at(dayMs + 1) }, null],
    ['a retiring secret after it', {}, { status: 'RETIRING', expiresAt: at(dayMs) }, 'INVALID_CREDENTIAL'],
    ['a retired secret', {}, { status: 'RETIRED' }, 'INVALID_CREDENTIAL'],
    // The end of the key is told before the end of one of its secrets, the final one before the others.
    ['a revoked and expired key', { status: 'REVOKED', expiresAt: at(0) }, {}, 'KEY_REVOKED'],
    ['a disabled and expired key', { status: 'DISABLED', expiresAt: at(0) }, {}, 'KEY_DISABLED'],
    ['a retired secret of an expired key', { expiresAt: at(0) }, { status: 'RETIRED' }, 'KEY_EXPIRED'],
  ] as const)('%s: %#', (_title, key, secret, expected) => {
    expect(decide(key as Partial<StoredApiKey>, secret as Partial<StoredApiKeySecret>)).toBe(expected);
  });

  it.each([1, 7, 90, 36_500])('falls asleep after %i unused days, to the millisecond', (days) => {
    expect(decide({}, {}, { ms: days * dayMs - 1, days })).toBeNull();
    expect(decide({}, {}, { ms: days * dayMs, days })).toBe('KEY_DISABLED');
  });

  it.each([
    ['created', {}, 0],
    ['last used', { lastUsedAt: at(5) }, 5],
    ['enabled again', { lastUsedAt: at(5), enabledAt: at(9) }, 9],
    ['used after it was enabled', { lastUsedAt: at(11), enabledAt: at(9) }, 11],
    // A clock that went back does not make a key older than it is.
    ['created, with an earlier use', { lastUsedAt: at(-5) }, 0],
  ])('counts from the latest moment: %s', (_title, values, fromMs) => {
    expect(inactiveAtMs(keyOf(values), 90)).toBe(createdMs + fromMs + 90 * dayMs);
  });
});
