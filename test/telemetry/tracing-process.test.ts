// Traces of the server's own processes: what is loaded for them and when, which settings count, how they end.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildCommands } from '../support/processes/commands.ts';
import { describeEachEngine, newEngine, type Engine } from '../support/engines.ts';
import { bearer, openTestHouse, testClock, testSecrets } from '../support/house.ts';
import { startServer, type ServerProcess } from '../support/processes/server-process.ts';
import { openTraceReceiver, promptly, type TraceReceiver } from '../support/outside/trace-receiver.ts';

beforeAll(buildCommands);

const query = '{ customers(first: 2) { nodes { name inquiries { totalCount } } } }';

async function ask(url: string, key?: string): Promise<{ id: string; status: number; text: string }> {
  const headers = { 'content-type': 'application/json', connection: 'close', ...(key ? bearer(key) : {}) };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return { id: answer.headers.get('x-request-id')!, status: answer.status, text: await answer.text() };
}

/** A store with a customer, and a key to read it. */
async function seed(
  engineName: Engine['name'],
): Promise<{ engine: Engine; key: string; remove(): Promise<void> }> {
  // The time of the servers: a key of last summer would be asleep by now.
  const house = await openTestHouse(engineName, { clock: testClock(Date.now()) });
  const workspace = await house.workspace();
  await workspace.customer();
  const { secret } = await workspace.key('read:customers', 'read:inquiries');
  return { engine: house.engine, key: secret, remove: () => house.close() };
}

const entries = (said: string) =>
  said
    .split('\n')
    .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : []));

describe('Of OpenTelemetry', () => {
  let folder: string;
  let engine: Engine;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-loaded-'));
    engine = await newEngine('sqlite');
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true, force: true });
    await engine.remove();
  });

  /** Every package from which a server ran a script by the time it ended, as the engine that ran them knows. */
  async function packagesOf(settings: Readonly<Record<string, string>>): Promise<Set<string>> {
    const server = await startServer(engine.url, { NODE_V8_COVERAGE: folder, ...settings });
    expect((await ask(server.url)).status).toBe(401);
    await server.stop();
    const urls = readdirSync(folder).flatMap((file) => {
      const { result } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
        result: { url: string }[];
      };
      return result.map(({ url }) => url);
    });
    const ofPackages = urls.filter((url) => url.includes('/node_modules/'));
    const inside = ofPackages.map((url) => url.split('/node_modules/').at(-1) ?? '');
    return new Set(inside.flatMap((path) => /^((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []));
  }
  const ofOpenTelemetry = (names: Set<string>) =>
    [...names].filter((name) => name.startsWith('@opentelemetry/'));

  it('nothing is loaded without its setting, nor when that is switched off', async () => {
    const loaded = await packagesOf({});
    expect([...loaded]).toEqual(expect.arrayContaining(['fastify', 'graphql', 'typeorm']));
    expect(ofOpenTelemetry(loaded)).toEqual([]);
    const switchedOff = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_SDK_DISABLED: 'true' };
    expect(ofOpenTelemetry(await packagesOf(switchedOff))).toEqual([]);
  });

  it('the tracer and its exporter are loaded with it', async () => {
    const loaded = await packagesOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    expect(ofOpenTelemetry(loaded)).toEqual(
      expect.arrayContaining(['@opentelemetry/sdk-trace-base', '@opentelemetry/exporter-trace-otlp-http']),
    );
  });
});

describeEachEngine('A server that sends traces', (engineName) => {
  let receiver: TraceReceiver;
  let store: Awaited<ReturnType<typeof seed>>;
  let servers: ServerProcess[];
  beforeEach(async () => {
    receiver = await openTraceReceiver();
    store = await seed(engineName);
    servers = [];
  });
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await receiver.close();
    await store.remove();
  });

  async function start(settings: Readonly<Record<string, string>>): Promise<ServerProcess> {
    const server = await startServer(store.engine.url, { LOG_LEVEL: 'info', ...settings });
    servers.push(server);
    return server;
  }

  it('sends the last of them before it ends', async () => {
    const never = { OTEL_BSP_SCHEDULE_DELAY: '3600000' };
    const server = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.endpoint}/`, ...never });
    const { id, status } = await ask(server.url, store.key);
    expect(status).toBe(200);
    expect(receiver.received).toEqual([]);
    await server.stop();
    const { statements } = await receiver.traceOf(id);
    expect(statements.length).toBeGreaterThan(2);
    expect(receiver.received[0]).toMatch(/^POST \/v1\/traces\n/);
  });

  it.each(['is not there', 'says nothing'])(
    'answers as ever while the receiver %s, and ends well',
    async (how) => {
      if (how === 'says nothing') receiver.answer('nothing');
      else await receiver.close();
      const traced = await start({ ...promptly, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint });
      const plain = await start({});
      const expected = await ask(plain.url, store.key);
      expect(expected.status).toBe(200);
      const dataOf = ({ text }: { text: string }) => (JSON.parse(text) as { data: unknown }).data;
      const told = (said: string) => entries(said).filter(({ msg }) => String(msg).startsWith('traces'));
      // Until it has found out, and then for some batches more.
      let askedSince = 0;
      while (askedSince < 100) {
        const answers = await Promise.all(Array.from({ length: 5 }, () => ask(traced.url, store.key)));
        if (told(traced.said()).length > 0) askedSince += answers.length;
        for (const answer of answers) {
          expect(answer.status).toBe(200);
          expect(dataOf(answer)).toEqual(dataOf(expected));
        }
      }
      const said = await traced.stop();
      expect(told(said)).toEqual([expect.objectContaining({ level: 'warn' })]);
      expect(entries(said).at(-1)).toMatchObject({ msg: 'closed' });
    },
  );

  if (engineName === 'sqlite') {
    it('takes the standard’s other settings, and says in the log what is wrong with them', async () => {
      const server = await start({
        ...promptly,
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.endpoint}/elsewhere?x=1`,
        OTEL_EXPORTER_OTLP_HEADERS: 'x-receiver-key=open-sesame',
        OTEL_SERVICE_NAME: 'front-desk',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.instance.id=desk-1',
        OTEL_TRACES_SAMPLER: 'sometimes',
      });
      const { server: span } = await receiver.traceOf((await ask(server.url, store.key)).id);
      expect(span.resource).toMatchObject({
        ...{ 'service.name': 'front-desk', 'service.instance.id': 'desk-1' },
        'deployment.environment.name': 'test',
      });
      expect(receiver.received[0]).toMatch(/^POST \/elsewhere\?x=1\n/);
      expect(receiver.received[0]).toContain('x-receiver-key\nopen-sesame\n');
      const said = await server.stop();
      expect(said).toContain('OTEL_TRACES_SAMPLER value \\"sometimes\\" invalid');
      expect(said).not.toContain('open-sesame');
    });

    it('sends none that the sampler leaves out', async () => {
      const server = await start({
        ...{ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_TRACES_SAMPLER: 'always_off' },
      });
      expect((await ask(server.url, store.key)).status).toBe(200);
      const lines = entries(await server.stop()).filter(({ msg }) => msg === 'request');
      expect(lines).toEqual([expect.objectContaining({ trace_id: expect.stringMatching(/^[0-9a-f]{32}$/) })]);
      expect(receiver.received).toEqual([]);
    });
  }

  it('does so from each worker of a cluster', async () => {
    const env = {
      ...{ DATABASE_URL: store.engine.url, PORT: '0', DEMO: '0', NODE_ENV: 'production', LOG_LEVEL: 'error' },
      ...{ JWT_SECRET: testSecrets.jwtSecrets[0], KEY_PEPPER: testSecrets.keyPepper },
      ...{ ...promptly, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint },
    };
    const program = join(import.meta.dirname, '../../dist/src/process/cluster.js');
    const child = spawn(process.execPath, [program, '--workers', '2'], { env });
    try {
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => void (said += text));
      await expect.poll(() => said).toContain('listening at');
      const url = /listening at (http:\S+),/.exec(said)![1]!;
      const senders = new Set<unknown>();
      // Connections go to the workers in turn.
      while (senders.size < 2) {
        const { server } = await receiver.traceOf((await ask(url, store.key)).id);
        senders.add(server.resource['service.instance.id']);
      }
    } finally {
      child.kill('SIGTERM');
    }
    expect(await once(child, 'close')).toEqual([0, null]);
  });
});
