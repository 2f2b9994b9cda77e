// The end of the server's process: what it says of it, and that the requests before it have their lines.
import { beforeAll, expect, it, vi } from 'vitest';
import { buildCommands } from './support/commands.ts';
import { newEngine } from './support/engines.ts';
import { startServer } from './support/server-process.ts';

vi.setConfig({ testTimeout: 60_000 });
beforeAll(buildCommands, 240_000);

it.each(['SIGTERM', 'SIGHUP'] as const)(
  'at %s says that it closes and that it has closed, after the lines of all requests',
  async (signal) => {
    const engine = await newEngine('sqlite');
    try {
      const server = await startServer(engine.url, { LOG_LEVEL: 'info' });
      await fetch(server.url, { headers: { 'x-request-id': 'the-last-one' } });
      const entries = (await server.stop(signal))
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(entries.map(({ msg }) => msg)).toEqual(['request', 'closing', 'closed']);
      expect(entries[0]).toMatchObject({ requestId: 'the-last-one', status: 400, outcome: 'BAD_REQUEST' });
      expect(entries[1]).toMatchObject({ level: 'info', signal });
      expect(entries[2]).toMatchObject({ level: 'info', signal });
    } finally {
      await engine.remove();
    }
  },
);
