// What is used of Apollo when the server runs, as CommonJS: as ES modules the same code takes 90 ms more of CPU and 9 MB
// more at every start (measured on Node 20), most of it for 220 small files of @graphql-tools that come with it. Types
// are imported from '@apollo/server' as ever.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export const { ApolloServer, HeaderMap } = require('@apollo/server') as typeof import('@apollo/server');
export const disabledPlugins =
  require('@apollo/server/plugin/disabled') as typeof import('@apollo/server/plugin/disabled');
export const { ApolloServerPluginLandingPageLocalDefault } =
  require('@apollo/server/plugin/landingPage/default') as typeof import('@apollo/server/plugin/landingPage/default');
export const { fastifyApolloHandler } =
  require('@as-integrations/fastify') as typeof import('@as-integrations/fastify');
