// Which records keys were answered: kept in memory until they are written. Noted where rows are read for an answer, before it
// leaves: a record can be noted that did not come to stand in one, and none is missed.
import { dayMs, toInstant, type Clock, type Instant } from '../../../core/clock.ts';
import type { Meter } from '../../../core/meter.ts';
import type { ReadRecording, Reader } from '../../../access/recording.ts';
import type { Database } from '../../../db/store/database.ts';
import {
  notedEveryMs,
  noteGap,
  noteNoRecording,
  noteRecording,
  readRecordedSince,
} from '../recording/recording-state.ts';
import { writeAllowedReads, type ReadRecords } from './read-writer.ts';

interface Options {
  readonly database: Database;
  readonly clock: Clock;
  readonly meter?: Meter;
}

/** Ids of records that this process has written today. Beyond it they are forgotten, and written once more. Some 20 MB. */
const maxSeen = 200_000;
/** Records that wait to be written: then they are written at once. */
const maxFresh = 250_000;
/** Beyond it none is kept: what was read is not known from there on, and that is what the store is told. Some 100 MB. */
const maxWaiting = 1_000_000;
/** Sets of one transaction; one has at most 175 KB. */
const maxBatch = 25;

/** What one key was answered of one type, on one day. */
interface Noted {
  readonly seen: Set<string>;
  fresh: string[];
}

interface KeyReads extends Reader {
  readonly day: number;
  readonly types: Map<string, Noted>;
}

const nameOfDay = (day: number) => toInstant(day * dayMs).slice(0, 10);

export class ReadLog implements ReadRecording {
  private readonly keys = new Map<string, KeyReads>();
  /** Of days that are over, and what could not be written. */
  private waiting: ReadRecords[] = [];
  private seen = 0;
  private fresh = 0;
  private flushAt = maxFresh;
  private hasGap = false;
  private notedMs: number | null = null;
  private running: Promise<void> | undefined;
  private readonly started: Instant;

  constructor(private readonly options: Options) {
    this.started = toInstant(options.clock.nowMs());
  }

  note(reader: Reader, type: string, rows: readonly Readonly<Record<string, unknown>>[]): void {
    if (rows.length === 0) return;
    const { seen, fresh } = this.notedOf(reader, type);
    for (const { id } of rows) {
      if (typeof id !== 'string' || this.fresh >= maxWaiting) {
        this.hasGap = true;
        this.options.meter?.readsDropped(1);
        continue;
      }
      const before = seen.size;
      seen.add(id);
      if (seen.size === before) continue;
      this.seen += 1;
      this.fresh += 1;
      fresh.push(id);
    }
    if (this.fresh >= this.flushAt) this.flushEarly();
  }

  /** Once for each so many: a store that does not take them is not asked at every request. */
  private flushEarly(): void {
    this.flushAt = this.fresh + maxFresh;
    this.flush().then(
      () => (this.flushAt = maxFresh),
      () => undefined,
    );
  }

  since() {
    return readRecordedSince(this.options.database, 'reads');
  }

  async flush(): Promise<void> {
    while (this.running) await this.running.catch(() => undefined);
    this.running = this.write().finally(() => (this.running = undefined));
    return this.running;
  }

  private notedOf({ workspaceId, apiKeyId }: Reader, type: string): Noted {
    const day = Math.floor(this.options.clock.nowMs() / dayMs);
    let key = this.keys.get(apiKeyId);
    if (key?.day !== day) {
      if (key) this.waiting.push(...this.takeOf(key));
      this.keys.set(apiKeyId, (key = { workspaceId, apiKeyId, day, types: new Map() }));
    }
    let noted = key.types.get(type);
    if (!noted) key.types.set(type, (noted = { seen: new Set(), fresh: [] }));
    return noted;
  }

  private takeOf({ workspaceId, apiKeyId: callerId, day, types }: KeyReads): ReadRecords[] {
    return [...types].flatMap(([type, noted]) => {
      const ids = noted.fresh;
      noted.fresh = [];
      return ids.length > 0 ? [{ workspaceId, callerId, day: nameOfDay(day), type, ids }] : [];
    });
  }

  /** Nothing is awaited here: what is noted meanwhile would be lost. */
  private take(): ReadRecords[] {
    const taken = [...this.waiting, ...[...this.keys.values()].flatMap((key) => this.takeOf(key))];
    this.waiting = [];
    if (this.seen > maxSeen) this.forget();
    return taken;
  }

  private forget(): void {
    this.keys.clear();
    this.seen = 0;
  }

  /** What waits to be written stays. */
  private forgetWritten(): void {
    this.seen = 0;
    for (const { types } of this.keys.values())
      for (const { seen, fresh } of types.values()) {
        seen.clear();
        for (const id of fresh) seen.add(id);
        this.seen += seen.size;
      }
  }

  private async noteGap(): Promise<void> {
    if (!this.hasGap) return;
    const { database, clock } = this.options;
    // Before it is awaited: what is lost meanwhile is told by the next.
    this.hasGap = false;
    try {
      await noteGap(database, toInstant(clock.nowMs()), 'reads');
    } catch (error) {
      this.hasGap = true;
      throw error;
    }
  }

  private async noteState(): Promise<void> {
    const { database, clock } = this.options;
    const nowMs = clock.nowMs();
    await this.noteGap();
    if (this.notedMs !== null && nowMs - this.notedMs < notedEveryMs) return;
    await noteRecording(database, { started: this.started, now: toInstant(nowMs) }, 'reads');
    this.notedMs = nowMs;
  }

  private async write(): Promise<void> {
    await this.noteState();
    const taken = this.take();
    try {
      while (taken.length > 0) {
        const batch = taken.slice(0, maxBatch);
        const lost = await writeAllowedReads(this.options.database, batch);
        if (lost.isMissed) {
          this.hasGap = true;
          // The lost records are written when a key is answered them again.
          this.forgetWritten();
        }
        if (lost.records > 0) this.options.meter?.readsDropped(lost.records);
        taken.splice(0, batch.length);
        this.fresh -= batch.reduce((sum, { ids }) => sum + ids.length, 0);
      }
    } finally {
      // Written by the next one. A set that was written without an answer is merged a second time, which changes nothing.
      this.waiting.push(...taken);
    }
    await this.noteGap();
  }
}

/** Of a server that notes none. */
export function noReads({ database }: Pick<Options, 'database'>): ReadRecording {
  return {
    note: () => undefined,
    since: () => Promise.resolve(null),
    // Each time: another server on the store may have begun to note.
    flush: async () => void (await noteNoRecording(database, 'reads')),
  };
}
