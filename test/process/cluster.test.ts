// Several server processes behind one port: begun once, replaced when they die, renewed without a failed request, ended well.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { claimTurn } from '../../src/jobs/claim-turn.ts';
import { buildCommands, emptyFolder } from '../support/processes/commands.ts';
import { describeEachEngine, newEngine, type Engine } from '../support/engines.ts';
import { allRows, openStore } from '../db/support/store.ts';

beforeAll(buildCommands);

const program = join(import.meta.dirname, '../../dist/src/process/cluster.js');

interface Entry {
  readonly msg: string;
  readonly worker?: number;
}

interface RunningCluster {
  readonly url: string;
  readonly key: string;
  readonly process: ChildProcess;
  said(): string;
  entries(msg: string): Entry[];
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describeEachEngine('A cluster', (engineName) => {
  let engine: Engine;
  let folder: ReturnType<typeof emptyFolder>;
  let child: ChildProcess | undefined;

  afterEach(async () => {
    if (child && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'close');
    }
    folder.remove();
    await engine.remove();
  });

  async function start(workers: number, settings: Readonly<Record<string, string>>): Promise<RunningCluster> {
    engine = await newEngine(engineName);
    folder = emptyFolder();
    const limits = {
      RATE_LIMIT_REQUESTS_PER_MINUTE: '1000000',
      RATE_LIMIT_COST_PER_MINUTE: '1000000000',
    };
    const env = { DATABASE_URL: engine.url, PORT: '0', NODE_ENV: 'production', ...limits, ...settings };
    const running = spawn(process.execPath, [program, '--workers', String(workers)], {
      env,
      cwd: folder.path,
    });
    child = running;
    let said = '';
    running.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    running.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    await expect.poll(() => said).toContain('Explore:');
    const entries = () =>
      said.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Entry] : []));
    return {
      url: /listening at (http:\S+),/.exec(said)![1]!,
      key: /read-only key +(\S+)/.exec(said)![1]!,
      process: running,
      said: () => said,
      entries: (msg) => entries().filter((entry) => entry.msg === msg),
    };
  }

  /** One query on a connection of the agent. Status, or the socket's error. */
  function ask({ url, key }: RunningCluster, agent: Agent): Promise<number | string> {
    return new Promise((resolve) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
      const sent = request(url, { agent, method: 'POST', headers }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
      });
      sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      sent.end(JSON.stringify({ query: '{ customers(first: 1) { nodes { id } } }' }));
    });
  }

  /** Eight clients that never pause until told; their outcomes. */
  function load(running: RunningCluster) {
    let isOver = false;
    const outcomes: (number | string)[] = [];
    const clients = Array.from({ length: 8 }, async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      while (!isOver) outcomes.push(await ask(running, agent));
      agent.destroy();
    });
    return {
      /** Waits for so many more answers. */
      async answers(more: number): Promise<void> {
        const wanted = outcomes.length + more;
        await expect.poll(() => outcomes.length).toBeGreaterThanOrEqual(wanted);
      },
      async stop(): Promise<(number | string)[]> {
        isOver = true;
        await Promise.all(clients);
        return outcomes;
      },
    };
  }

  it('begins once for all, replaces a killed worker, renews all under load without a failed request, ends well', async () => {
    const metricsPort = await freePort();
    const running = await start(2, { METRICS_PORT: String(metricsPort) });
    expect(running.said().match(/This is shown once/g)).toHaveLength(1);
    expect(running.said().match(/listening at/g)).toHaveLength(1);
    const first = running.entries('a worker listens').map(({ worker }) => worker!);
    expect(new Set(first).size).toBe(2);

    process.kill(first[0]!, 'SIGKILL');
    await expect.poll(() => running.entries('a worker listens').length).toBe(3);
    expect(running.entries('a worker died').map(({ worker }) => worker)).toEqual([first[0]]);

    const clients = load(running);
    await clients.answers(20);
    running.process.kill('SIGHUP');
    await expect.poll(() => running.entries('all workers are renewed').length).toBe(1);
    await clients.answers(60);
    const outcomes = await clients.stop();
    expect(outcomes.filter((outcome) => outcome !== 200)).toEqual([]);
    // The figures of the workers that are there now, added up.
    const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    const counted =
      /^latchkey_request_duration_seconds_count\{operation="query",status="200",outcome="ok"\} (\d+)$/m;
    expect(Number(counted.exec(metrics)?.[1])).toBeGreaterThan(10);
    expect(Number(counted.exec(metrics)?.[1])).toBeLessThanOrEqual(outcomes.length);
    const gone = running.entries('a worker has finished').map(({ worker }) => worker!);
    const [, , third] = running.entries('a worker listens').map(({ worker }) => worker!);
    expect(gone.sort()).toEqual([first[1]!, third!].sort());
    // Asked to go is not dead: nobody was replaced for it.
    expect(running.entries('a worker died')).toHaveLength(1);

    running.process.kill('SIGTERM');
    expect(await once(running.process, 'close')).toEqual([0, null]);
    for (const { worker } of running.entries('a worker listens'))
      expect(() => process.kill(worker!, 0)).toThrow(/ESRCH/);
  });
});

describeEachEngine('A turn', (engineName) => {
  const hour = 3_600_000;
  const nowMs = Date.parse('2026-06-01T12:00:00.000Z');

  it('is taken by one of many at the same time, and again when it is due', async () => {
    const store = await openStore(engineName);
    const take = (at: number) => claimTurn(store.database, { name: 'test', nowMs: at, everyMs: hour });
    const all = await Promise.all(Array.from({ length: 8 }, () => take(nowMs)));
    expect(all.filter(Boolean)).toHaveLength(1);
    expect(await take(nowMs + hour / 2)).toBe(false);
    expect(await take(nowMs + hour)).toBe(true);
    expect(await allRows(store.database, 'sweeps')).toHaveLength(1);
    // The clock was wrong and has been set back a year: the turn is not lost for a year.
    expect(await take(nowMs - 365 * 24 * hour)).toBe(true);
    await store.close();
  });
});
