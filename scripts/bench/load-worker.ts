// Sends a job's requests in a closed loop: each connection sends its next request when the last answer is complete.
//
// Written here and not taken from a load tool: each answer is looked at, bodies change from request to request, and times
// are kept in microseconds, because what is compared with 1.15 may take two milliseconds.
import { Agent, request } from 'node:http';
import { createHistogram } from 'node:perf_hooks';
import type { Job, LoadResult } from './load.ts';

interface Reply {
  readonly status: number;
  readonly content: Buffer;
}

interface Sent {
  readonly key: string;
  readonly url: string;
  /** Null = GET. */
  readonly body: string | null;
}

function headersOf(key: string, body: string | null) {
  const authorization = `Bearer ${key}`;
  if (body === null) return { authorization };
  return { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), authorization };
}

function send(agent: Agent, { key, url, body }: Sent): Promise<Reply> {
  const headers = headersOf(key, body);
  const method = body === null ? 'GET' : 'POST';
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, agent, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, content: Buffer.concat(parts) }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body ?? undefined);
  });
}

class Run {
  private readonly times = createHistogram();
  private readonly agent: Agent;
  private sent = 0;
  private failed = 0;
  private fault: string | null = null;

  constructor(private readonly job: Job) {
    this.agent = new Agent({ keepAlive: true, maxSockets: job.connections });
  }

  async result(): Promise<LoadResult> {
    const startedMs = performance.now();
    const untilMs = startedMs + this.job.durationMs;
    await Promise.all(Array.from({ length: this.job.connections }, () => this.loop(untilMs)));
    const seconds = (performance.now() - startedMs) / 1000;
    this.agent.destroy();
    const { count } = this.times;
    const percentileMs = (percentile: number) => (count ? this.times.percentile(percentile) / 1000 : 0);
    return {
      requests: count,
      requestsPerSecond: count / seconds,
      p50Ms: percentileMs(50),
      p99Ms: percentileMs(99),
      failed: this.failed,
      fault: this.fault,
    };
  }

  private next(): Sent {
    const { url, bodies, paths, keys } = this.job;
    const turn = this.sent;
    this.sent += 1;
    const key = keys ? keys[turn % keys.length]! : this.job.key;
    if (paths) return { key, url: `${url}${paths[turn % paths.length]!}`, body: null };
    return { key, url, body: bodies[turn % bodies.length]! };
  }

  private async loop(untilMs: number): Promise<void> {
    const { expectedStatus, mustContain } = this.job;
    while (performance.now() < untilMs) {
      const next = this.next();
      const startedMs = performance.now();
      const { status, content } = await send(this.agent, next);
      const tookMs = performance.now() - startedMs;
      if (status === expectedStatus && content.includes(mustContain)) {
        this.times.record(Math.max(1, Math.round(tookMs * 1000)));
      } else {
        this.failed += 1;
        this.fault ??= `${status} ${content.toString('utf8').slice(0, 300)}`;
      }
    }
  }
}

process.on('message', (job: Job) => {
  new Run(job).result().then(
    (result) => process.send?.(result),
    (error: unknown) => {
      process.stderr.write(`The load failed: ${String(error)}\n`);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit());
