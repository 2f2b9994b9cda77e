// What Prometheus gets to read: figures of what happened, nothing about whom it happened to, on a port of its own.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { listenForScrapes } from '../../src/telemetry/metrics/listener.ts';
import { createPrometheusMeter, type PrometheusMeter } from '../../src/telemetry/metrics/prometheus.ts';
import { describeEachEngine } from '../support/engines.ts';
import { openTestHouse, type KeyCaller, type TestHouse } from '../support/house.ts';

describeEachEngine('Metrics', (engine) => {
  let house: TestHouse;
  let meter: PrometheusMeter;
  let key: KeyCaller;
  beforeAll(async () => {
    meter = createPrometheusMeter();
    house = await openTestHouse(engine, { meter });
    key = await (await house.workspace()).key('read:customers', 'write:customers');
  });
  afterAll(() => house.close());

  /** The value of a series: its name and, in any order, its labels. */
  async function value(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const wanted = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
    const lines = (await meter.text()).split('\n').filter((line) => new RegExp(`^${name}[{ ]`).test(line));
    const found = lines.filter((line) => wanted.every((text) => line.includes(text)));
    return found.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  it('count requests by operation, status and outcome', async () => {
    const count = (operation: string, status: string, outcome: string) =>
      value('latchkey_request_duration_seconds_count', { operation, status, outcome });
    const mutation = 'mutation { createCustomer(input: { name: "A" }) { customerId } }';
    await key.send('{ customers { totalCount } }');
    await key.send(mutation);
    await key.send('{ customers { totalCount } inquiries { totalCount } }');
    await key.send('{ inquiries { totalCount } }');
    await house.send({ authorization: 'Bearer nothing' }, '{ customers { totalCount } }');
    // The line of a request is written when its answer has left.
    await expect.poll(() => count('none', '401', 'UNAUTHENTICATED')).toBe(1);
    expect(await count('query', '200', 'ok')).toBe(1);
    expect(await count('mutation', '200', 'ok')).toBe(1);
    expect(await value('latchkey_request_duration_seconds_sum')).toBeGreaterThan(0);
    expect(await count('query', '200', 'partial')).toBe(1);
    expect(await count('query', '403', 'denied')).toBe(1);
    expect(await value('latchkey_access_decision_duration_seconds_count')).toBe(4);
    const allowed = { decision: 'allowed', store: 'memory' };
    expect(await value('latchkey_limiter_decisions_total', allowed)).toBeGreaterThanOrEqual(4);
  });

  it('time every statement that the store gets, and leave no write waiting', async () => {
    const counted = () => value('latchkey_statement_duration_seconds_count');
    const [before, sent] = [await counted(), house.statements.length];
    await key.send('mutation { createCustomer(input: { name: "B" }) { customerId } }');
    await key.send('{ customers { nodes { name } } }');
    expect(house.statements.length).toBeGreaterThan(sent);
    expect((await counted()) - before).toBe(house.statements.length - sent);
    expect(await value('latchkey_writes_waiting')).toBe(0);
    let inside = -1;
    await house.app.database.write(async () => {
      const second = house.app.database.write(async () => undefined);
      inside = await value('latchkey_writes_waiting');
      void second;
    });
    // Where there is one writer the second waits for the first; where there are many it has begun or is about to.
    expect(inside).toBe(engine === 'sqlite' ? 1 : inside);
    await expect.poll(() => value('latchkey_writes_waiting')).toBe(0);
  });

  it('tell of the event loop and memory, and of no workspace, key, address or name', async () => {
    const text = await meter.text();
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
    expect(text).toContain('process_resident_memory_bytes');
    expect(text).not.toMatch(/wks_|\bkey_|lk_live|127\.0\.0\.1|customers/);
  });

  it('are on a port of their own alone', async () => {
    const listener = await listenForScrapes(meter, { host: '127.0.0.1', port: 0 });
    const scrape = await fetch(`http://127.0.0.1:${listener.port}/metrics`);
    expect(scrape.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await scrape.text()).toContain('latchkey_request_duration_seconds_bucket');
    expect((await fetch(`http://127.0.0.1:${listener.port}/`)).status).toBe(404);
    await listener.close();
    expect((await house.app.http.inject('/metrics')).statusCode).toBe(404);
  });
});

it('are off unless a port is set, and then on this machine alone unless a host is set', () => {
  expect(readConfig({}).metrics).toBeNull();
  expect(readConfig({ METRICS_PORT: '9464' }).metrics).toEqual({ host: '127.0.0.1', port: 9464 });
  const open = readConfig({ METRICS_PORT: '9464', METRICS_HOST: '10.0.0.5' });
  expect(open.metrics).toEqual({ host: '10.0.0.5', port: 9464 });
});
