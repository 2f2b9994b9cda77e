// What bounds the recording of a flood: rows in memory, places of a workspace, rows of the log. And clocks that go back.
import { Kind, parse, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { RanOperation, RecordedRequest } from '../../../../src/core/recorder.ts';
import { unlistedOperation } from '../../../../src/features/insight/index.ts';
import { FairRoom } from '../../../../src/features/insight/recording/fair-room.ts';
import { OperationBook } from '../../../../src/features/insight/recording/operation-book.ts';
import { RequestSampler } from '../../../../src/features/insight/recording/request-sampler.ts';
import { UsageCounters } from '../../../../src/features/insight/recording/usage-counters.ts';
import { UseBook, unlistedUse } from '../../../../src/features/insight/recording/use-book.ts';
import { UseCounters } from '../../../../src/features/insight/recording/use-counters.ts';

const startMs = Date.parse('2026-06-01T12:00:00.000Z');
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

function requestOf(id: string, ran: RanOperation | null = null): RecordedRequest {
  const caller = { kind: 'API_KEY', id, workspaceId: 'wks_1', label: 'k' } as const;
  return {
    ...{ caller, surface: 'graphql', status: 200, outcome: 'ok', reason: null, missing: [] },
    ...{ ran, operationName: null, tried: null, cost: 1, rows: 0, bytes: 10, durationMs: 1, ip: '::1' },
    ...{ userAgent: null, requestId: 'r' },
  };
}

function ranOf(text: string): RanOperation {
  const document = parse(text);
  const operation = document.definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  )!;
  return { document, operation, used: ['Query.viewer'] };
}

describe('The log of a flood', () => {
  it('gets a row for each of sixty requests of a minute, then one in ten, and begins anew with the next minute', () => {
    const sampler = new RequestSampler();
    const weigh = (count: number, atMs: number) =>
      Array.from({ length: count }, () => sampler.weigh(requestOf('key_1'), 'rop_1', atMs));
    const sum = (weights: readonly number[]) => weights.reduce((all, weight) => all + weight, 0);
    const first = weigh(65, startMs);
    expect([sum(first), first.filter((weight) => weight > 0).length]).toEqual([60, 60]);
    // The first row of the next minute stands for the five before it as well.
    expect(weigh(60, startMs + minuteMs)).toEqual([6, ...Array<number>(59).fill(1)]);
    expect(sum(weigh(10, startMs + minuteMs))).toBe(10);
  });
});

describe('Places of a workspace', () => {
  it('go to each caller as long as it has fewer than are left', () => {
    const room = new FairRoom(8);
    const takenBy = (callerId: string, workspaceId = 'wks_1') => {
      let taken = 0;
      while (taken < 20 && room.take({ workspaceId, callerId })) taken += 1;
      return taken;
    };
    expect(['a', 'b', 'c', 'd', 'e'].map((callerId) => takenBy(callerId))).toEqual([4, 2, 1, 1, 0]);
    expect(takenBy('a', 'wks_2')).toBe(4);
  });

  it('count what is taken already, by a caller or by nobody that is known', () => {
    const room = new FairRoom(8);
    room.note({ workspaceId: 'wks_1', callerId: null }, 4);
    room.note({ workspaceId: 'wks_1', callerId: 'a' }, 2);
    expect(room.take({ workspaceId: 'wks_1', callerId: 'a' })).toBe(false);
    expect(room.take({ workspaceId: 'wks_1', callerId: 'b' })).toBe(true);
  });

  it('are none of workspaces beyond a number', () => {
    const room = new FairRoom(8, 1);
    expect(room.take({ workspaceId: 'wks_1', callerId: 'a' })).toBe(true);
    expect(room.take({ workspaceId: 'wks_2', callerId: 'a' })).toBe(false);
  });
});

describe('Operations', () => {
  it('wait to be written once a day; those that were refused are asked for again, and take a place each time', () => {
    const book = new OperationBook();
    const entered = (field: string, atMs: number) =>
      book.idOf(requestOf('key_1', ranOf(`{ ${field} }`)), atMs);
    const waiting = () => book.newOnes(1_000).length;
    const ids = Array.from({ length: 200 }, (_, index) => entered(`f${'x'.repeat(index)}`, startMs));
    expect([new Set(ids).size, waiting()]).toEqual([200, 200]);
    // The hour has no place left for this key, and what is written needs none.
    book.settle(book.newOnes(1_000), new Set([ids[1]!]), startMs);
    expect([entered('f', startMs), waiting()]).toEqual([ids[0], 0]);
    expect([entered('fx', startMs), waiting()]).toEqual([unlistedOperation, 0]);
    expect([entered('f', startMs + dayMs), waiting()]).toEqual([ids[0], 1]);
  });
});

describe('Ways of running operations', () => {
  it('are listed up to a number in each hour, and one key leaves places for others', () => {
    const book = new UseBook();
    let made = 0;
    const listed = (id: string, atMs: number, workspaceId = 'wks_1') =>
      Array.from({ length: 500 }, () =>
        book.idOf({ workspaceId, id }, [`Query.f${(made += 1)}`], atMs),
      ).filter((useId) => useId !== unlistedUse).length;
    expect([listed('key_1', startMs), listed('key_2', startMs), listed('key_1', startMs)]).toEqual([
      400, 200, 0,
    ]);
    expect(listed('key_3', startMs, 'wks_2')).toBe(400);
    expect(listed('key_1', startMs + hourMs)).toBe(400);
  });

  it('keep their id when they are run again, also when the hour is full', () => {
    const book = new UseBook();
    const caller = { workspaceId: 'wks_1', id: 'key_1' };
    const ids = Array.from({ length: 400 }, (_, index) => book.idOf(caller, [`Query.f${index}`], startMs));
    expect(book.idOf(caller, ['Query.f7'], startMs)).toBe(ids[7]);
    book.settle(book.newOnes(), new Set([ids[8]!]), startMs);
    expect(book.newOnes()).toEqual([]);
    expect(book.idOf(caller, ['Query.f7'], startMs)).toBe(ids[7]);
    // Refused: it is asked for again, and the hour has no place for it.
    expect(book.idOf(caller, ['Query.f8'], startMs)).toBe(unlistedUse);
  });

  it('have so many rows in memory; what has none beyond is counted under one name', () => {
    const counters = new UseCounters();
    const ran = ranOf('{ viewer { kind } }');
    for (let index = 0; index < 20_003; index += 1)
      counters.note(requestOf(`key_${index}`, ran), 'rop_1', startMs);
    counters.note(requestOf('key_0', ran), 'rop_1', startMs);
    const { uses } = counters.take(new Set());
    const unlisted = uses.filter(({ operationId }) => operationId === unlistedOperation);
    expect(unlisted.map(({ callerId, useId, requests }) => [callerId, useId, requests])).toEqual(
      [20_000, 20_001, 20_002].map((index) => [`key_${index}`, unlistedUse, 1]),
    );
    expect(uses.find(({ callerId }) => callerId === 'key_0')).toMatchObject({ requests: 2 });
  });
});

describe('Sums', () => {
  it('are of the hour of each request, also when the clock goes back by an hour', () => {
    const counters = new UsageCounters();
    for (const atMs of [startMs + hourMs + 1, startMs + 1, startMs, startMs + hourMs])
      counters.note(requestOf('key_1'), 'rop_1', atMs);
    const hours = counters.take().map(({ hour, requests }) => [hour, requests]);
    expect(hours).toEqual([
      ['2026-06-01T13:00:00.000Z', 2],
      ['2026-06-01T12:00:00.000Z', 2],
    ]);
  });
});
