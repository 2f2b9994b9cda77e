// Records what callers did: counts each request, and writes down those that the request log is to have. A request pays some
// microseconds for it; the rest is done by jobs.
import { LRUCache } from 'lru-cache';
import { hourMs, toInstant } from '../../../core/clock.ts';
import type { RecordedRequest, Recorder } from '../../../core/recorder.ts';
import { blankSecrets } from '../../../core/logger.ts';
import { noteNoRecording, noteRecording } from './recording-state.ts';
import { UsageLog, type UsageLogOptions } from './usage-log.ts';

export interface RecorderOptions extends UsageLogOptions {
  /** Whether anything is recorded. */
  readonly isOn: boolean;
}

export interface RequestRecorder extends Recorder {
  /** Writes what was counted. A failed write loses nothing: it is tried again with the next. */
  flushUsage(): Promise<void>;
}

const maxAgentLength = 200;

/** Clients name themselves the same each time. */
const agents = new LRUCache<string, string>({ max: 1_000 });

/** The name of a client: not too long, and without what looks like a credential. */
function agentOf(text: string | null): string | null {
  if (text === null) return null;
  const cut = text.slice(0, maxAgentLength);
  const known = agents.get(cut);
  if (known !== undefined) return known;
  const blanked = blankSecrets(cut);
  agents.set(cut, blanked);
  return blanked;
}

function createOffRecorder({ database }: RecorderOptions): RequestRecorder {
  return {
    record: () => undefined,
    // Each time: another server on the store may have begun to record.
    flushUsage: async () => void (await noteNoRecording(database)),
  };
}

export function createRecorder(options: RecorderOptions): RequestRecorder {
  if (!options.isOn) return createOffRecorder(options);
  const { clock, database } = options;
  const usage = new UsageLog(options);
  const startedMs = clock.nowMs();
  let notedMs: number | null = null;
  return {
    record(request: RecordedRequest) {
      const nowMs = clock.nowMs();
      const kept = { ...request, userAgent: agentOf(request.userAgent) };
      try {
        usage.note(kept, nowMs);
      } catch {
        // What is recorded of an answer must not change it.
      }
    },
    async flushUsage() {
      const nowMs = clock.nowMs();
      if (notedMs === null || nowMs - notedMs >= hourMs) {
        // Whoever recorded nothing meanwhile has ended the time before.
        await noteRecording(database, toInstant(notedMs === null ? startedMs : nowMs));
        notedMs = nowMs;
      }
      await usage.flush();
    },
  };
}
