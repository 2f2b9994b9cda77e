// Liveness, readiness, and the log's line per request.
import { describe, expect, it } from 'vitest';
import { createToy } from '../../support/toy-server.ts';

describe('health', () => {
  it('is alive always, ready when its checks are', async () => {
    const { server } = await createToy();
    const live = await server.inject('/health/live');
    expect([live.statusCode, live.json()]).toEqual([200, { status: 'ok' }]);
    const ready = await server.inject('/health/ready');
    expect([ready.statusCode, ready.json()]).toEqual([200, { status: 'ok', checks: { store: 'ok' } }]);
    await server.close();
  });

  it('is 503 with the checks when one fails, when they throw and when they hang', async () => {
    const failing = await createToy({ isReady: async () => ({ ready: false, checks: { store: 'away' } }) });
    const reply = await failing.server.inject('/health/ready');
    expect([reply.statusCode, reply.json()]).toEqual([
      503,
      { status: 'unavailable', checks: { store: 'away' } },
    ]);
    const throwing = await createToy({ isReady: () => Promise.reject(new Error('secret')) });
    const thrown = await throwing.server.inject('/health/ready');
    expect([thrown.statusCode, thrown.body.includes('secret')]).toEqual([503, false]);
    const hanging = await createToy({ isReady: () => new Promise(() => undefined) });
    expect((await hanging.server.inject('/health/ready')).statusCode).toBe(503);
    await Promise.all([failing, throwing, hanging].map(({ server }) => server.close()));
  });
});

describe('the log', () => {
  it('has one line per request, with the operation name and without query string, headers and variables', async () => {
    const { server, lines } = await createToy();
    const key = 'lk_live_0123456789ab_ABCDEFGHIJKLMNOPQRSTUVWXYZ012345abcdef';
    const reply = await server.inject({
      method: 'POST',
      url: `/graphql?apiKey=${key}`,
      headers: { authorization: `Bearer ${key}`, cookie: 'session=hush' },
      payload: { query: 'query Greeting($n:String){hello(name:$n)}', variables: { n: 'hush' } },
    });
    expect(reply.json()).toEqual({ data: { hello: 'Hello hush' } });
    await server.inject({ url: `/${key}` });
    const requests = lines.filter((line) => line['msg'] === 'request');
    expect(requests).toHaveLength(2);
    expect(requests[0]).toMatchObject({
      level: 'info',
      requestId: reply.headers['x-request-id'],
      method: 'POST',
      path: '/graphql',
      status: 200,
      durationMs: expect.any(Number) as number,
      operationName: 'Greeting',
    });
    expect(requests[1]).toMatchObject({ path: '/lk_live_[redacted]', status: 404 });
    expect(JSON.stringify(lines)).not.toMatch(/hush|ABCDEFGH/);
    await server.close();
  });
});
