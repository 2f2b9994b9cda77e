// Apollo's own tests of an HTTP binding, against ours: Fastify with our rules, headers and parser, around the Apollo Server that
// each test makes. Run by `npm run conformance`.
import { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import { pino } from 'pino';
import { addDrain } from '../../src/http/server/drain.ts';
import { connectionDefaults } from '../../src/http/server/connections.ts';
import { createFastify } from '../../src/http/server/fastify.ts';
import { createErrorDoor } from '../../src/graphql/errors/format-error.ts';
import { addRequestRules } from '../../src/http/request-rules.ts';
import { defineIntegrationTestSuite } from './testsuite.ts';

const bodyLimitBytes = 256 * 1024;

defineIntegrationTestSuite(
  async (config, { context = async () => ({}) } = {}) => {
    const logger = pino({ level: 'silent' });
    const app = createFastify(
      {
        ...{ logger, corsOrigins: [], trustProxyHops: 0, bodyLimitBytes },
        ...{ connections: connectionDefaults, surfaces: [] },
      },
      createErrorDoor(logger),
    );
    const drain = addDrain(app);
    addRequestRules(app, { bodyLimitBytes, surfaces: [] });
    const server = new ApolloServer(config);
    await server.start();
    const answer = fastifyApolloHandler(server, { context });
    app.route<{ Reply: string }>({
      method: ['GET', 'POST'],
      url: '/graphql',
      handler: answer,
    });
    // The suite puts a slash behind the address.
    app.server.prependListener('request', (request) => {
      request.url = request.url?.replace(/^\/graphql\/(?=$|\?)/, '/graphql') ?? '/';
    });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    return { server, url: `${url}/graphql`, extraCleanup: () => drain.close(0) };
  },
  { serverIsStartedInBackground: false, noIncrementalDelivery: true },
);
