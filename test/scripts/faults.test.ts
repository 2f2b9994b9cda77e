// A few rounds of `npm run faults`: kill -9 under sixteen writers, SIGTERM under load, both while requests are recorded; and what a soak makes of its figures.
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { Cleanup } from '../../scripts/bench/cleanup.ts';
import { runKills } from '../../scripts/faults/kill.ts';
import { runNeighbours } from '../../scripts/faults/neighbours.ts';
import { runRecording, summarise } from '../../scripts/faults/recording.ts';
import { runSigterms } from '../../scripts/faults/sigterm.ts';
import { judgeMemory } from '../../scripts/faults/soak.ts';
import { buildCommands } from '../support/processes/commands.ts';
import { describeEachEngine, newEngine, type Engine } from '../support/engines.ts';

beforeAll(buildCommands);

const program = join(import.meta.dirname, '../../dist/src/main.js');

describeEachEngine('A server process', (engineName) => {
  let engine: Engine;
  let cleanup: Cleanup;
  beforeEach(async () => {
    engine = await newEngine(engineName);
    cleanup = new Cleanup();
    cleanup.defer(() => engine.remove());
  });
  afterEach(() => cleanup.run());

  const target = () => ({ databaseUrl: engine.url, program });
  const onRound = () => undefined;

  it('that is killed under sixteen writers has lost nothing that it acknowledged', async () => {
    const report = await runKills(target(), { rounds: 3, onRound }, cleanup);
    expect(report.lost).toEqual([]);
    expect(report.acknowledged).toBeGreaterThan(30);
    const isSqlite = engineName === 'sqlite';
    // 2 = FULL
    expect([report.synchronous, report.integrity]).toEqual(isSqlite ? ['2', 'ok'] : [null, null]);
  });

  it('that is asked to end under load answers what was sent before, and ends by itself', async () => {
    const report = await runSigterms(target(), { rounds: 2, clients: 8, onRound }, cleanup);
    expect(report.before).toBeGreaterThanOrEqual(32);
    expect(report).toMatchObject({ cut: 0, failed: 0, exitCodes: [0, 0] });
  });

  it('records every answer once while one of two is asked to end and the other is killed', async () => {
    const report = await runRecording(target(), { requests: 400, seconds: 4 }, cleanup);
    expect(report).toMatchObject({ missing: 0, twice: 0, exitCode: 0, reads: { missing: 0 } });
    expect(report.reads.answered).toBeGreaterThan(10);
    for (const { requests, denied, failed } of Object.values(report.keys)) {
      expect(requests.answered + requests.cut).toBe(100);
      expect(requests.recorded).toBeGreaterThan(0);
      expect(denied.recorded + failed.recorded).toBeLessThanOrEqual(requests.recorded);
    }
    expect(report.keys['reader']!.denied.recorded).toBeGreaterThan(0);
    expect(report.keys['revoked']).toMatchObject({ denied: { recorded: 0 } });
    expect(report.keys['revoked']!.failed.recorded).toBe(report.keys['revoked']!.requests.recorded);
    expect(Object.keys(report.statuses)).toEqual(expect.arrayContaining(['200', '400', '401', '403', '429']));
  });
});

describeEachEngine('A workspace beside one that does its worst', (engineName) => {
  // How long it takes, a busy machine decides; that each request is answered, the server does.
  it('gets an answer to each of its requests', async () => {
    const cleanup = new Cleanup();
    const engine = await newEngine(engineName);
    cleanup.defer(() => engine.remove());
    try {
      const target = { databaseUrl: engine.url, program };
      const sizes = { kinds: ['bulk', 'users'], processes: 1, rounds: 2, seconds: 1, customers: 20 } as const;
      const report = await runNeighbours(target, sizes, () => undefined, cleanup);
      expect(Object.keys(report)).toEqual(sizes.kinds);
      const all = { failed: 0, requests: 18 };
      for (const figures of Object.values(report)) {
        expect(figures).toMatchObject({ alone: all, beside: all });
        expect(figures.noise[200]).toBeGreaterThan(0);
      }
    } finally {
      await cleanup.run();
    }
  });
});

it('calls memory flat only while it does not grow after warming up', () => {
  const minutes = (...megabytes: number[]) => megabytes.flatMap((mb) => Array.from({ length: 60 }, () => mb));
  expect(judgeMemory(minutes(150, 300, 310))).toEqual({ secondThirdMb: 300, lastThirdMb: 310, isFlat: true });
  expect(judgeMemory(minutes(150, 300, 320)).isFlat).toBe(false);
});

it('calls an answer missing only when no kill explains it, and twice what nobody sent', () => {
  const counts = (recorded: number, unwritten: number) => ({ answered: 100, cut: 2, recorded, unwritten });
  const sums = (recorded: number, unwritten: number) =>
    summarise({
      key: { requests: counts(recorded, unwritten), denied: counts(100, 0), failed: counts(100, 0) },
    });
  expect(sums(100, 0)).toEqual({ lost: 0, missing: 0, twice: 0 });
  expect(sums(90, 10)).toEqual({ lost: 10, missing: 0, twice: 0 });
  expect(sums(89, 10)).toEqual({ lost: 11, missing: 1, twice: 0 });
  expect(sums(102, 10)).toEqual({ lost: 0, missing: 0, twice: 0 });
  expect(sums(103, 10)).toEqual({ lost: 0, missing: 0, twice: 1 });
});
