// Pages of other origins: which may call, with which headers, and what they may read of an answer.
import { afterEach, describe, expect, it } from 'vitest';
import { openTestHouse, bearer, type TestHouse } from '../../support/house.ts';
import { createToy, type Toy } from '../../support/toy-server.ts';

let toy: Toy | undefined;
let house: TestHouse | undefined;
afterEach(async () => {
  await toy?.server.close();
  await house?.close();
  toy = house = undefined;
});

const preflight = (origin: string, headers = 'authorization') => ({
  method: 'OPTIONS' as const,
  url: '/graphql',
  headers: {
    ...{ origin, 'access-control-request-method': 'POST' },
    'access-control-request-headers': headers,
  },
});

const listOf = (header: unknown) =>
  String(header)
    .toLowerCase()
    .split(', ')
    .map((name) => name.trim());

describe('a page of a listed origin', () => {
  it('may send what clients of this field and their tracing add, and is asked once in two hours', async () => {
    toy = await createToy({ corsOrigins: ['https://app.example'] });
    const { statusCode, headers } = await toy.server.inject(preflight('https://app.example'));
    expect([statusCode, headers['access-control-max-age']]).toEqual([204, '7200']);
    expect(listOf(headers['access-control-allow-headers'])).toEqual(
      expect.arrayContaining([
        ...['authorization', 'content-type', 'x-api-key', 'x-request-id', 'idempotency-key', 'x-error-paths'],
        ...['apollographql-client-name', 'apollographql-client-version', 'apollo-require-preflight'],
        ...['traceparent', 'tracestate', 'x-apollo-operation-name'],
      ]),
    );
  });

  it('may read every header that is ours', async () => {
    house = await openTestHouse('sqlite', {
      env: { CORS_ORIGINS: 'https://app.example', RATE_LIMIT_REQUESTS_PER_MINUTE: '2' },
    });
    const { secret } = await (await house.workspace()).key('read:customers');
    const send = (headers: Record<string, string>) =>
      house!.send({ origin: 'https://app.example', ...headers }, '{ customers { totalCount } }');
    const answers = [await send(bearer(secret)), await send({}), await send(bearer(secret))];
    answers.push(await send(bearer(secret)));
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 200, 429]);
    // What Fetch lets every page read, and what says something to browsers alone.
    const forBrowsers =
      /^(cache-control|content-|access-control-|vary|date|connection|keep-alive|x-content-type|x-frame|x-dns|x-download|x-permitted|x-xss|referrer-|origin-agent|cross-origin-|strict-)/;
    for (const { headers } of answers) {
      const ours = Object.keys(headers).filter((name) => !forBrowsers.test(name));
      expect(ours.length).toBeGreaterThan(0);
      expect(listOf(headers['access-control-expose-headers'])).toEqual(expect.arrayContaining(ours));
    }
  });
});

describe('a page of this machine', () => {
  const local = [
    'http://localhost:3000',
    'http://localhost',
    'https://localhost:5173',
    'http://127.0.0.1:8080',
    'http://[::1]:3000',
  ];
  const foreign = [
    'https://evil.example',
    'http://localhost.evil.example',
    'http://evil.example:3000',
    'http://localhost:3000.evil.example',
    'http://127.0.0.1.evil.example',
    'http://xlocalhost:3000',
    'foo+http://localhost:3000',
    'http://127.0.0.2:3000',
    'null',
    'file://localhost',
  ];
  const allowed = async (env: Record<string, string>, origins: readonly string[]) => {
    house = await openTestHouse('sqlite', { env });
    const answers = await Promise.all(origins.map((origin) => house!.app.http.inject(preflight(origin))));
    return origins.filter(
      (origin, index) => answers[index]?.headers['access-control-allow-origin'] === origin,
    );
  };

  it('may call a server in local mode that lists no origins, and no other page may', async () => {
    expect(await allowed({}, [...local, ...foreign])).toEqual(local);
  });

  it('may not call one that lists others', async () => {
    expect(await allowed({ CORS_ORIGINS: 'https://evil.example' }, [...local, ...foreign])).toEqual([
      'https://evil.example',
    ]);
  });

  it('may not call one in production mode', async () => {
    const secrets = { JWT_SECRET: 'j'.repeat(32), KEY_PEPPER: 'p'.repeat(32) };
    expect(await allowed({ MODE: 'production', ...secrets }, [...local, ...foreign])).toEqual([]);
  });
});
