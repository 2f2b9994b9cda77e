// The running servers of one store: each is started when it is first wanted and stays while it is.
import type { Cleanup } from './cleanup.ts';
import type { BenchHouse } from './seed.ts';
import { startServer, type ServerProcess } from './server-process.ts';
import { launchOf, type VariantName } from './variants.ts';
import type { OperationName } from './work.ts';

export interface Servers {
  /** Those of an operation, in this order. Stops the others: each holds ten of the connections that Postgres has. */
  serversFor(names: readonly VariantName[], operation: OperationName): Promise<ServerProcess[]>;
  stop(): Promise<void>;
}

export function createServers(house: BenchHouse, flagsForAll: boolean, cleanup: Cleanup): Servers {
  const running = new Map<string, Promise<ServerProcess>>();
  const stopExcept = async (keys: ReadonlySet<string>) => {
    const unwanted = [...running].filter(([key]) => !keys.has(key));
    for (const [key] of unwanted) running.delete(key);
    await Promise.all(unwanted.map(async ([, server]) => (await server).stop()));
  };
  return {
    async serversFor(names, operation) {
      const launches = names.map((name) => launchOf(name, operation, house, flagsForAll));
      await stopExcept(new Set(launches.map((launch) => JSON.stringify(launch))));
      const servers: ServerProcess[] = [];
      for (const launch of launches) {
        const key = JSON.stringify(launch);
        const server = running.get(key) ?? startServer(launch, cleanup);
        running.set(key, server);
        servers.push(await server);
      }
      return servers;
    },
    stop: () => stopExcept(new Set()),
  };
}
