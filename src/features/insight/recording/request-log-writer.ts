// Rows of the request log on their way to its store: kept in a bounded list, written by a job. What does not fit is dropped and
// counted: a log that is full, locked or slow changes no answer.
import { maxLogRows, type LogStore } from '../../../db/store/log-store.ts';
import { isRefusedRow } from '../../../db/store/store-failure.ts';
import type { StoredRequest } from '../request.entity.ts';

/** Some 5 MB. */
const maxRows = 10_000;

export class RequestLogWriter {
  private rows: StoredRequest[] = [];
  private running: Promise<void> | undefined;
  private isDown = false;

  constructor(
    private readonly log: LogStore,
    /** Told of rows that are lost. */
    private readonly onDropped: (rows: number) => void,
    /** Workspaces that want no log. Asked before each write, so that a row is written by what holds then. */
    private readonly findUnlogged: () => Promise<ReadonlySet<string>>,
  ) {}

  add(row: StoredRequest): void {
    if (this.rows.length >= maxRows) this.onDropped(1);
    else this.rows.push(row);
  }

  /**
   * Writes all that is there. A store that does not take it keeps the rows for the next time; that is told once, by a rejection,
   * until the store takes rows again.
   */
  async flush(): Promise<void> {
    this.running ??= this.write().finally(() => (this.running = undefined));
    try {
      await this.running;
      this.isDown = false;
    } catch (error) {
      const isNews = !this.isDown;
      this.isDown = true;
      if (isNews) throw error;
    }
  }

  private async write(): Promise<void> {
    while (this.rows.length > 0) {
      const unlogged = await this.findUnlogged();
      const part = this.rows.slice(0, maxLogRows);
      const wanted = part.filter(({ workspaceId }) => !unlogged.has(workspaceId));
      if (wanted.length > 0) await this.addAllowed(wanted);
      this.rows.splice(0, part.length);
    }
  }

  /** A row that the store refuses for what it holds is lost alone: it would be refused each time, and the others with it. */
  private async addAllowed(rows: readonly StoredRequest[]): Promise<void> {
    try {
      await this.log.add(rows);
    } catch (error) {
      if (!isRefusedRow(error)) throw error;
      if (rows.length === 1) return this.onDropped(1);
      const half = Math.ceil(rows.length / 2);
      await this.addAllowed(rows.slice(0, half));
      await this.addAllowed(rows.slice(half));
    }
  }
}
