// Apollo's suite, from where `npm run conformance` has put it; as much of its type as is used.
import { join } from 'node:path';
import type { ApolloServer, ApolloServerOptions, BaseContext } from '@apollo/server';

interface Served {
  readonly server: ApolloServer;
  readonly url: string;
  extraCleanup?(): Promise<void>;
}

interface Suite {
  defineIntegrationTestSuite(
    createServer: (
      config: ApolloServerOptions<BaseContext>,
      options?: { context?: () => Promise<BaseContext> },
    ) => Promise<Served>,
    options: { readonly serverIsStartedInBackground: boolean; readonly noIncrementalDelivery: boolean },
  ): void;
}

const installed =
  '../../.cache/conformance/node_modules/@apollo/server-integration-testsuite/dist/esm/index.js';

export const { defineIntegrationTestSuite } = (await import(
  /* @vite-ignore */ join(import.meta.dirname, installed)
)) as Suite;
