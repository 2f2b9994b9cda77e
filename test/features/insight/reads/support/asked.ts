// What an owner is told of the records that a key was answered, over all the days of a test.
import type { Caller } from '../../../../support/house.ts';
import { payloadOf } from '../../../../support/keys.ts';

export interface ReadsOfType {
  readonly type: string;
  readonly count: number;
  readonly isExact: boolean;
  readonly days: readonly { readonly day: string; readonly count: number }[];
}

export interface MayHaveRead {
  readonly answer: 'NO' | 'MAYBE' | 'YES' | 'UNKNOWN';
  readonly days: readonly string[];
  readonly recordedSince: string | null;
}

/** Tests begin on the first of June. */
const range = { from: '2026-05-20T00:00:00Z', to: '2026-07-10T00:00:00Z' };

export async function readsOf(owner: Caller, id: string, given: object = {}): Promise<ReadsOfType[]> {
  const query = `query ($id: ID!, $from: DateTime!, $to: DateTime!) {
    apiKey(id: $id) { recordsRead(from: $from, to: $to) { type count isExact days { day count } } }
  }`;
  return payloadOf(await owner.send(query, { id, ...range, ...given })).recordsRead;
}

/** How many records, by type. */
export async function readBy(owner: Caller, id: string): Promise<Record<string, number>> {
  return Object.fromEntries((await readsOf(owner, id)).map(({ type, count }) => [type, count]));
}

export async function mayHaveRead(
  owner: Caller,
  apiKeyId: string,
  recordId: string,
  given: object = {},
): Promise<MayHaveRead> {
  const query = `query ($apiKeyId: ID!, $recordId: ID!, $from: DateTime!, $to: DateTime!) {
    mayHaveRead(apiKeyId: $apiKeyId, recordId: $recordId, from: $from, to: $to) { answer days recordedSince }
  }`;
  return payloadOf(await owner.send(query, { apiKeyId, recordId, ...range, ...given }));
}
