// The noisy workspace: a process of its own that keeps its connections busy until it is ended, and waits when it is refused.
import { Agent, request } from 'node:http';
import { constants, setPriority } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';

export interface NoiseJob {
  readonly origins: readonly string[];
  readonly credential: string;
  readonly bodies: readonly string[];
  readonly connections: number;
}

/** Answers by HTTP status; 0 = none. */
export type NoiseCounts = Readonly<Record<number, number>>;

const refusedWaitMs = 500;

function send(agent: Agent, origin: string, { credential }: NoiseJob, body: string): Promise<number> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${credential}` };
  return new Promise((resolve) => {
    const sent = request(`${origin}/graphql`, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0)).on('error', () => resolve(0));
    });
    sent.on('error', () => resolve(0)).end(body);
  });
}

function begin(job: NoiseJob): () => NoiseCounts {
  const counts: Record<number, number> = {};
  const agent = new Agent({ keepAlive: true, maxSockets: job.connections });
  let turn = 0;
  let isOver = false;
  const loop = async (number: number) => {
    const origin = job.origins[number % job.origins.length]!;
    while (!isOver) {
      const status = await send(agent, origin, job, job.bodies[turn++ % job.bodies.length]!);
      counts[status] = (counts[status] ?? 0) + 1;
      if (status !== 200) await wait(refusedWaitMs);
    }
  };
  for (let number = 0; number < job.connections; number += 1) void loop(number);
  return () => {
    isOver = true;
    agent.destroy();
    return counts;
  };
}

// Callers have machines of their own: what they compute takes no time from the server that they share.
setPriority(constants.priority.PRIORITY_LOW);

let job: NoiseJob | undefined;
let end: (() => NoiseCounts) | undefined;

/** A job arrives before the noise begins: sending its tens of megabytes would slow down what is measured. */
process.on('message', (message: NoiseJob | 'begin' | 'end') => {
  if (message === 'begin') end = begin(job!);
  else if (message === 'end') process.send?.(end?.() ?? {});
  else process.send?.(((job = message), 'ready'));
});
process.on('disconnect', () => process.exit());
