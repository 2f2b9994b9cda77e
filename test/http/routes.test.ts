// The table of routes is what is served: each path takes the methods that it names and no other, and no path is served beside it.
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowedBy, findRoute, routes, type Route } from '../../src/http/routes.ts';
import { createFastify } from '../../src/http/server/fastify.ts';
import { createErrorDoor } from '../../src/graphql/errors/format-error.ts';
import { connectionDefaults } from '../../src/http/server/connections.ts';
import { openTestHouse, type TestHouse } from '../support/house.ts';
import { buildCommands } from '../support/processes/commands.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const table: readonly Route[] = Object.values(routes);
/** Which methods a path below a wildcard takes is for its surface to say: test/rest/. */
const fixed = table.filter(({ path }) => !/[:*]/.test(path));

describe('The table of routes', () => {
  let house: TestHouse;
  beforeAll(async () => {
    // The pages of /docs are made by the build.
    await buildCommands();
    house = await openTestHouse('sqlite');
  });
  afterAll(() => house.close());

  it.each(fixed)('has every method of $path, and any other is 405', async (route) => {
    for (const method of methods) {
      const { statusCode, headers } = await house.app.http.inject({ method, url: route.path });
      const isTaken = (route.methods as readonly string[]).includes(method);
      expect([method, statusCode === 404 || statusCode === 405]).toEqual([method, !isTaken]);
      if (!isTaken && method !== 'HEAD') expect(headers.allow).toBe(allowedBy(route));
    }
  });

  it('has the policy of each page, and everything else is under the strict one', async () => {
    for (const { path, page } of fixed) {
      const { headers } = await house.app.http.inject({ url: path, headers: { accept: 'text/html' } });
      const policy = String(headers['content-security-policy']);
      expect([path, policy.includes('style-src')]).toEqual([path, page !== undefined]);
      for (const directive of Object.keys(page?.("'own'") ?? {})) expect(policy).toContain(`${directive} `);
    }
  });

  it('finds a path with a slash at its end, and no path that is only like one', () => {
    expect(findRoute('/graphql/')).toBe(routes.graphql);
    expect(findRoute('/')).toBe(routes.welcome);
    expect(findRoute('/docs/limits/')).toBe(routes.docsPage);
    expect(findRoute('/api/v1/a/b')).toBe(routes.rest);
    expect(findRoute('/v1')).toBe(routes.restShort);
    for (const path of [
      '/api/v1x',
      '/v10/a',
      '/graphq',
      '/graphql//',
      '/graphiql//',
      '/docs//',
      '/docs/a/b',
      '//',
      '',
    ])
      expect([path, findRoute(path)]).toEqual([path, undefined]);
  });

  it(
    'finds nothing at a long path without counting its letters for each of them',
    { timeout: 10_000 },
    () => {
      // By the square of the length it would take minutes.
      expect(findRoute(`/${'a'.repeat(500_000)}//`)).toBeUndefined();
    },
  );

  it('is all there is: a route that it does not name stops the server from starting', () => {
    const logger = pino({ level: 'silent' });
    const options = {
      logger,
      corsOrigins: [],
      trustProxyHops: 0,
      bodyLimitBytes: 1_000,
      connections: connectionDefaults,
      surfaces: [],
    };
    const app = createFastify(options, createErrorDoor(logger));
    expect(() => app.get('/beside', async () => 'x')).toThrow('/beside is not in the table of routes');
    expect(() => app.get(routes.live.path, async () => 'x')).not.toThrow();
  });
});
