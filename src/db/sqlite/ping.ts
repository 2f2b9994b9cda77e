// Whether the SQLite file answers at once. It asks on a connection of its own: on a shared one the question waited
// behind the look-ups of a burst of requests, and callers got 503 from a store that answered.
import { openConnection, type SqliteConnection } from './connection.ts';
import type { Ping } from '../store/database.ts';

interface PingOptions {
  readonly path: string;
  readonly pragmas: string;
  readonly writer: Pick<SqliteConnection, 'busyMs'>;
  /** When a statement of the writer runs for longer, the store counts as not answering. */
  readonly writerAnswersMs: number;
}

export async function openPing(options: PingOptions): Promise<Ping> {
  const { path, pragmas, writer, writerAnswersMs } = options;
  const own = await openConnection(path, pragmas);
  let asking: Promise<unknown> | undefined;
  const ask = () => own.all('SELECT 1 FROM "sqlite_master" LIMIT 1', []);
  return {
    async isResponsive() {
      if (writer.busyMs() > writerAnswersMs) return false;
      // All who wait share one answer.
      await (asking ??= ask().finally(() => (asking = undefined)));
      return true;
    },
    close: () => own.close(),
  };
}
