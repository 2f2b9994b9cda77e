// One figure from several rounds: every variant in turn, again and again, so that what the machine does meanwhile meets
// all of them; then the medians.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { jobFor, type Job, type Load } from './load.ts';
import type { ServerProcess } from './server-process.ts';
import type { Operation } from './work.ts';

export interface Pace {
  readonly rounds: number;
  readonly roundMs: number;
  readonly warmUpMs: number;
  readonly connections: number;
}

/** Medians over the rounds. */
export interface Figures {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the server process with all its threads; a Postgres server is not in it. */
  readonly cpuMsPerRequest: number;
  readonly rssMb: number;
  /** Of all rounds together. */
  readonly failed: number;
}

/** The medians, and the rounds that they are of. */
export interface Measured extends Figures {
  readonly rounds: readonly Figures[];
}

export interface Candidate {
  readonly name: string;
  readonly server: ServerProcess;
  readonly job: Job;
}

export function candidate(
  name: string,
  server: ServerProcess,
  operation: Pick<Operation, 'key' | 'bodies' | 'mustContain'>,
  { connections, roundMs }: Pace,
): Candidate {
  return { name, server, job: jobFor(server.url, operation, { connections, durationMs: roundMs }) };
}

setFlagsFromString('--expose-gc');
/** Collects this process's garbage: what is timed next does not pay for what came before. */
export const collectGarbage = runInNewContext('gc') as () => void;

/** CPU of this process with the threads that read for it: what others do on the machine is not in it. */
export async function cpuMilliseconds(run: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? sorted[Math.floor(middle)]!
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

async function sample({ name, server, job }: Candidate, load: Load): Promise<Figures> {
  const before = await server.usage();
  const result = await load.run(job);
  const { cpuMs, rssMb } = await server.usage();
  if (result.requests === 0) throw new Error(`${name} answered nothing as wanted: ${result.fault}`);
  if (result.fault !== null) process.stderr.write(`${name}: ${result.failed} failed: ${result.fault}\n`);
  const { requests, requestsPerSecond, p50Ms, p99Ms, failed } = result;
  const cpuMsPerRequest = (cpuMs - before.cpuMs) / (requests + failed);
  return { requestsPerSecond, p50Ms, p99Ms, cpuMsPerRequest, rssMb, failed };
}

function medians(samples: readonly Figures[]): Measured {
  const of = (figure: keyof Figures) => median(samples.map((one) => one[figure]));
  return {
    requestsPerSecond: of('requestsPerSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    cpuMsPerRequest: of('cpuMsPerRequest'),
    rssMb: of('rssMb'),
    failed: samples.reduce((sum, { failed }) => sum + failed, 0),
    rounds: samples,
  };
}

/** By name. Servers that are not being asked are idle. */
export async function measure(
  candidates: readonly Candidate[],
  pace: Pace,
  load: Load,
  say: (line: string) => void,
): Promise<Record<string, Measured>> {
  for (const { job } of candidates) await load.run({ ...job, durationMs: pace.warmUpMs });
  const samples = new Map<string, Figures[]>(candidates.map(({ name }) => [name, []]));
  for (let round = 1; round <= pace.rounds; round += 1) {
    const said: string[] = [];
    // There and back, so that none of them always comes after the same one.
    for (const one of round % 2 === 1 ? candidates : candidates.toReversed()) {
      const figures = await sample(one, load);
      samples.get(one.name)!.push(figures);
      said.push(`${one.name} ${Math.round(figures.requestsPerSecond)}/s`);
    }
    say(`round ${round} of ${pace.rounds}: ${said.join(', ')}`);
  }
  return Object.fromEntries([...samples].map(([name, list]) => [name, medians(list)]));
}
