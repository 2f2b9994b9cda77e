// What one attack costs the server, and whether others are answered meanwhile.
import { sendRaw } from './raw-request.ts';
import type { Attack } from './attack.ts';
import type { Target } from './target.ts';

export interface Cost {
  readonly name: string;
  /** null when there was none in time; the server was killed then. */
  readonly status: number | null;
  readonly answerMs: number;
  /** Of all threads of the server: what other programs do on this machine is not in it. */
  readonly cpuMs: number;
  /** The longest time for which the event loop did not turn. */
  readonly stoodStillMs: number;
  /** The slowest /health/live meanwhile. */
  readonly liveMs: number;
}

const probeEveryMs = 25;
/** An attack has arrived by then, and the worst of them are not over. */
const beginsMs = 100;
const live = { name: 'live', head: 'GET /health/live' };

/** Asks /health/live again and again until stopped. Resolves with the slowest answer. */
function watchLive(port: number, limitMs: number): () => Promise<number> {
  let isOver = false;
  let slowestMs = 0;
  const watching = (async () => {
    while (!isOver) {
      const startMs = performance.now();
      await sendRaw(port, live, null, limitMs).catch(() => undefined);
      slowestMs = Math.max(slowestMs, performance.now() - startMs);
      await new Promise((resolve) => setTimeout(resolve, probeEveryMs));
    }
    return slowestMs;
  })();
  return () => {
    isOver = true;
    return watching;
  };
}

export interface MeasureOptions {
  /** After so long without an answer the server is killed and started again. */
  readonly limitMs: number;
  /** Whether /health/live is asked meanwhile. Costs 25 ms for each attack. */
  readonly watches: boolean;
}

async function measure(target: Target, attack: Attack, { limitMs, watches }: MeasureOptions): Promise<Cost> {
  const { cpuMs: before } = await target.ask('reset', limitMs);
  const stopWatching = watches ? watchLive(target.port(), limitMs) : async () => 0;
  const startMs = performance.now();
  try {
    const { status } = await sendRaw(target.port(), attack, target.credentialOf(attack.by), limitMs);
    const answerMs = performance.now() - startMs;
    const { cpuMs, stoodStillMs } = await target.ask('state', limitMs);
    return {
      ...{ name: attack.name, status, answerMs, cpuMs: cpuMs - before, stoodStillMs },
      liveMs: await stopWatching(),
    };
  } catch {
    const answerMs = performance.now() - startMs;
    await target.restart();
    const liveMs = await stopWatching();
    return { name: attack.name, status: null, answerMs, cpuMs: limitMs, stoodStillMs: liveMs, liveMs };
  }
}

/** One after the other. Stops after `maxHangs` that had no answer in time. */
export async function measureAll(
  target: Target,
  attacks: readonly Attack[],
  options: MeasureOptions & { readonly maxHangs: number },
): Promise<Cost[]> {
  const costs: Cost[] = [];
  let hangs = 0;
  for (const attack of attacks) {
    const cost = await measure(target, attack, options);
    costs.push(cost);
    if (cost.status === null) hangs += 1;
    if (hangs >= options.maxHangs) break;
  }
  return costs;
}

/** Whether it ends within `limitMs` of a SIGTERM that comes while it works on the attack; it is started again. */
export async function endsUnder(target: Target, attack: Attack, limitMs: number): Promise<number | null> {
  const answer = sendRaw(target.port(), attack, target.credentialOf(attack.by), limitMs).catch(() => null);
  await new Promise((resolve) => setTimeout(resolve, beginsMs));
  const endedMs = await target.terminate(limitMs);
  await target.restart();
  await answer;
  return endedMs;
}
