// Sums in memory lose nothing when the hour or the day changes, also backwards.
import { parse, type OperationDefinitionNode } from 'graphql';
import { expect, it } from 'vitest';
import type { RecordedRequest } from '../../../src/core/recorder.ts';
import { UsageCounters } from '../../../src/features/insight/recording/usage-counters.ts';
import { UseCounters } from '../../../src/features/insight/recording/use-counters.ts';

const document = parse('{ viewer { kind } }');
const operation = document.definitions[0] as OperationDefinitionNode;
const noon = Date.parse('2026-06-01T12:00:00.000Z');
const [hourMs, dayMs] = [3_600_000, 86_400_000];

const request = (outcome = 'ok', used: readonly string[] = ['Query.viewer']): RecordedRequest => ({
  caller: { kind: 'API_KEY', id: 'key_1', workspaceId: 'wks_1', label: 'k' },
  ...{ surface: 'graphql', status: 200, outcome, reason: null, missing: [], operationName: null },
  ran: { document, operation, used },
  ...{ tried: null, cost: 2, rows: 1, bytes: 10, durationMs: 1, ip: '::1', userAgent: null, requestId: 'r' },
});

it('counts each hour by itself, and goes on with an hour to which the clock was set back', () => {
  const counters = new UsageCounters();
  for (const atMs of [noon, noon + hourMs, noon + 1, noon + hourMs + 1, noon + 2])
    expect(counters.note(request(), 'rop_1', atMs)).toBe(true);
  counters.note(request('denied'), 'rop_1', noon + 3);
  counters.note(request(), 'rop_2', noon + 3);
  const rows = counters
    .take()
    .map((row) => [row.hour.slice(11, 13), row.operationId, row.outcome, row.requests]);
  expect(rows).toEqual([
    ['12', 'rop_1', 'ok', 3],
    ['13', 'rop_1', 'ok', 2],
    ['12', 'rop_1', 'denied', 1],
    ['12', 'rop_2', 'ok', 1],
  ]);
  counters.note(request(), 'rop_1', noon + 4);
  expect(counters.take()).toMatchObject([{ requests: 1, cost: 2 }]);
});

it('goes on counting what has a row, also when there is no room for another row', () => {
  const counters = new UsageCounters();
  const of = (id: string): RecordedRequest => ({ ...request(), caller: { ...request().caller, id } });
  let rows = 0;
  while (counters.note(of(`key_${rows}`), 'rop_1', noon)) rows += 1;
  // As 'other', for which it has no row yet.
  expect(counters.note(of('key_0'), 'rop_2', noon)).toBe(false);
  const last = of(`key_${rows - 1}`);
  expect(counters.note(last, 'rop_2', noon)).toBe(true);
  const taken = counters.take();
  expect(taken.length).toBe(rows);
  expect(taken.at(-1)).toMatchObject({ callerId: last.caller.id, operationId: 'other', requests: 2 });
});

it('counts each way of an operation by the day, and goes on with a day to which the clock was set back', () => {
  const counters = new UseCounters();
  for (const atMs of [noon, noon + dayMs, noon + 1]) counters.note(request(), 'rop_1', atMs);
  counters.note(request('ok', ['Query.viewer', 'Viewer.kind']), 'rop_1', noon);
  expect(counters.newOnes()).toHaveLength(2);
  const { uses } = counters.take(new Set());
  expect(uses.map(({ day, requests }) => [day, requests]).sort()).toEqual([
    ['2026-06-01', 1],
    ['2026-06-01', 2],
    ['2026-06-02', 1],
  ]);
  counters.note(request(), 'rop_1', noon);
  expect(counters.take(new Set()).uses).toMatchObject([{ day: '2026-06-01', requests: 1 }]);
});
