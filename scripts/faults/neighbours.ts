// One workspace does its worst within the default limits, in nine ways, beside a quiet one. The quiet one's answers are timed
// alone and beside each of them, by turns, so that whatever else the machine does meets both: none may fail, and its slowest
// hundredth may take at most three times as long.
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Cleanup } from '../bench/cleanup.ts';
import { startNode } from '../bench/server-process.ts';
import { prepareGround, type Ground } from './ground.ts';
import { noiseOf, type NoiseName } from './noise.ts';
import type { NoiseCounts, NoiseJob } from './noise-worker.ts';
import { noisyRows, signIn } from './noisy-rows.ts';
import { askFor, quietOf, type Quiet, type Timed } from './quiet.ts';
import { startTarget, type Target } from './server.ts';

export interface NeighbourSizes {
  readonly kinds: readonly NoiseName[];
  readonly processes: number;
  /** How often the quiet workspace is timed alone and beside each kind. */
  readonly rounds: number;
  /** Of one turn, alone or beside. */
  readonly seconds: number;
  readonly customers: number;
}

export interface Figures {
  readonly requests: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly worstMs: number;
  /** The first answer that was not as wanted. */
  readonly fault?: string;
}

export interface KindReport {
  readonly alone: Figures;
  readonly beside: Figures;
  /** p99 beside by p99 alone. */
  readonly times: number;
  /** Answers that the noisy workspace got, by status. */
  readonly noise: NoiseCounts;
  /** Of the machine in the last minute: what else ran on it is in the figures. */
  readonly load: number;
}

export type NeighbourReport = Readonly<Record<string, KindReport>>;

/** So long the noise goes on before the quiet workspace is looked at, and after it the server may come to rest. */
const settleMs = 500;
const restMs = 1_500;
const quietCustomers = 200;
/** What a server has when nothing is set. */
const limits = { RATE_LIMIT_REQUESTS_PER_MINUTE: '600', RATE_LIMIT_COST_PER_MINUTE: '60000' };

const rounded = (value: number) => Math.round(value * 10) / 10;

function figuresOf(answers: readonly Timed[]): Figures {
  const times = answers.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  const at = (share: number) => rounded(times[Math.min(times.length - 1, Math.floor(times.length * share))]!);
  const faults = answers.flatMap(({ fault }) => fault ?? []);
  return {
    ...{ requests: times.length, failed: faults.length, p50Ms: at(0.5), p99Ms: at(0.99), worstMs: at(1) },
    ...(faults.length > 0 ? { fault: faults[0]! } : {}),
  };
}

/** The worker as it was built with the server's program, wherever this module was loaded from. */
function startNoise({ program }: Target, cleanup: Cleanup) {
  const entry = join(dirname(program), '../scripts/faults/noise-worker.js');
  const child = startNode('load', { entry, nodeFlags: [], env: {} }, cleanup);
  const ask = <T>(message: NoiseJob | 'end') =>
    new Promise<T>((resolve) => {
      child.once('message', (answer) => resolve(answer as T));
      child.send(message);
    });
  return {
    prepare: (job: NoiseJob) => ask<'ready'>(job),
    begin: () => void child.send('begin'),
    end: () => ask<NoiseCounts>('end'),
  };
}

async function jobOf(kind: NoiseName, origins: readonly string[], ground: Ground): Promise<NoiseJob> {
  const token = await signIn(origins[0]!, ground);
  const { connections, isOwner, body } = noiseOf(kind, await noisyRows(origins[0]!, ground, token));
  const bodies = Array.from({ length: Math.min(600, connections * 5) }, (_, turn) => body(turn));
  return { origins, credential: isOwner ? token : ground.key, bodies, connections };
}

interface Stage {
  readonly quiet: Quiet;
  readonly noise: ReturnType<typeof startNoise>;
  readonly seconds: number;
}

/** One job for each round: its workspace has limits that nothing has been taken from. */
async function timeKind({ quiet, noise, seconds }: Stage, jobs: readonly NoiseJob[]): Promise<KindReport> {
  const alone: Timed[] = [];
  const beside: Timed[] = [];
  const counts: Record<number, number> = {};
  for (const job of jobs) {
    await noise.prepare(job);
    alone.push(...(await askFor(quiet, seconds)));
    noise.begin();
    await wait(settleMs);
    beside.push(...(await askFor(quiet, seconds)));
    for (const [status, count] of Object.entries(await noise.end()))
      counts[Number(status)] = (counts[Number(status)] ?? 0) + count;
    await wait(restMs);
  }
  const figures = { alone: figuresOf(alone), beside: figuresOf(beside) };
  const times = rounded(figures.beside.p99Ms / figures.alone.p99Ms);
  return { ...figures, times, noise: counts, load: rounded(loadavg()[0]!) };
}

export async function runNeighbours(
  target: Target,
  { kinds, processes, rounds, seconds, customers }: NeighbourSizes,
  say: (line: string) => void,
  cleanup: Cleanup,
): Promise<NeighbourReport> {
  const ground = (size: number) => prepareGround(target.databaseUrl, size);
  const quietGround = await ground(quietCustomers);
  const servers = [];
  for (let number = 0; number < processes; number += 1)
    servers.push(await startTarget({ ...target, settings: limits }, cleanup));
  const origins = servers.map(({ origin }) => origin);
  const quiet = await quietOf(origins, quietGround);
  const stage = { quiet, noise: startNoise(target, cleanup), seconds };
  await askFor(quiet, 2);
  const report: Record<string, KindReport> = {};
  for (const kind of kinds) {
    const jobs: NoiseJob[] = [];
    for (let round = 0; round < rounds; round += 1)
      jobs.push(await jobOf(kind, origins, await ground(customers)));
    report[kind] = await timeKind(stage, jobs);
    say(`${kind}: ${JSON.stringify(report[kind])}`);
  }
  return report;
}
