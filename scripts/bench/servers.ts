// The running servers of one store: each is started when it is first wanted and stays until the store is done with.
import type { Cleanup } from './cleanup.ts';
import type { BenchHouse } from './seed.ts';
import { startServer, type ServerProcess } from './server-process.ts';
import { launchOf, type VariantName } from './variants.ts';
import type { OperationName } from './work.ts';

export interface Servers {
  serverFor(name: VariantName, operation: OperationName): Promise<ServerProcess>;
  stop(): Promise<void>;
}

export function createServers(house: BenchHouse, flagsForAll: boolean, cleanup: Cleanup): Servers {
  const running = new Map<string, Promise<ServerProcess>>();
  return {
    serverFor(name, operation) {
      const launch = launchOf(name, operation, house, flagsForAll);
      const key = JSON.stringify(launch);
      const server = running.get(key) ?? startServer(launch, cleanup);
      running.set(key, server);
      return server;
    },
    async stop() {
      await Promise.all([...running.values()].map(async (server) => (await server).stop()));
      running.clear();
    },
  };
}
