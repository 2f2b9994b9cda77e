// Whether the SQLite file answers at once. Asked on a connection of its own: behind the look-ups of a burst of requests the
// question waited its turn for longer than it was given, and callers were told 503 by a store that answered.
import { openConnection, type SqliteConnection } from './connection.ts';
import type { Ping } from '../store/database.ts';

interface PingOptions {
  readonly path: string;
  readonly pragmas: string;
  readonly writer: Pick<SqliteConnection, 'busyMs'>;
  /** A statement of the writer that takes longer shows that it does not answer. */
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
      // Everybody who waits waits for the same answer.
      await (asking ??= ask().finally(() => (asking = undefined)));
      return true;
    },
    close: () => own.close(),
  };
}
