// Records what callers did: counts each request, and writes down those that the request log is to have. A request pays some
// microseconds for it; the rest is done by jobs.
import { LRUCache } from 'lru-cache';
import { hourMs, toInstant, type Clock } from '../../../core/clock.ts';
import type { RecordedRequest, Recorder } from '../../../core/recorder.ts';
import { blankSecrets } from '../../../core/logger.ts';
import { newId } from '../../../core/ids.ts';
import type { LogStore } from '../../../db/store/log-store.ts';
import type { StoredRequest } from '../request.entity.ts';
import { noOperation, unlistedOperation } from './operation-book.ts';
import { RequestLogWriter } from './request-log-writer.ts';
import { RequestSampler } from './request-sampler.ts';
import { findUnlogged } from './unlogged-workspaces.ts';
import { noteNoRecording, noteRecording } from './recording-state.ts';
import { UsageLog, type UsageLogOptions } from './usage-log.ts';

export interface RecorderOptions extends UsageLogOptions {
  readonly requestLog: LogStore;
  /** Whether anything is recorded. */
  readonly isOn: boolean;
}

export interface RequestRecorder extends Recorder {
  /** Writes what was counted. A failed write is tried again with the next; a row that the store refuses for what it holds is lost. */
  flushUsage(): Promise<void>;
  /** Writes rows of the request log. */
  flushLog(): Promise<void>;
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

const unnamed: readonly string[] = [noOperation, unlistedOperation];

function rowOf(
  request: RecordedRequest,
  { operationId, weight }: { readonly operationId: string; readonly weight: number },
  clock: Clock,
): StoredRequest {
  const { caller, surface, operationName, status, outcome, reason, missing } = request;
  const { cost, rows, bytes, ip, userAgent, requestId } = request;
  return {
    ...{ id: newId('req', clock), at: toInstant(clock.nowMs()), workspaceId: caller.workspaceId },
    ...{ callerKind: caller.kind, callerId: caller.id, callerLabel: caller.label },
    surface: surface.toUpperCase() as StoredRequest['surface'],
    operationName: operationName === null ? null : blankSecrets(operationName),
    operationId: unnamed.includes(operationId) ? null : operationId,
    ...{ status, outcome, reason, missing, cost, rows, bytes, ip, userAgent, requestId, weight },
    durationMs: Math.round(request.durationMs),
  };
}

function createOffRecorder({ database }: RecorderOptions): RequestRecorder {
  return {
    record: () => undefined,
    // Each time: another server on the store may have begun to record.
    flushUsage: async () => void (await noteNoRecording(database)),
    flushLog: () => Promise.resolve(),
  };
}

export function createRecorder(options: RecorderOptions): RequestRecorder {
  if (!options.isOn) return createOffRecorder(options);
  const { clock, database, requestLog, meter } = options;
  const dropped = (rows: number) => meter?.requestLogDropped(rows);
  const usage = new UsageLog(options);
  const sampler = new RequestSampler();
  const log = new RequestLogWriter(requestLog, dropped, () => findUnlogged(database));
  const startedMs = clock.nowMs();
  let notedMs: number | null = null;
  return {
    record(request: RecordedRequest) {
      const nowMs = clock.nowMs();
      const kept = { ...request, userAgent: agentOf(request.userAgent) };
      try {
        const operationId = usage.note(kept, nowMs);
        const weight = sampler.weigh(kept, operationId, nowMs);
        if (weight > 0) log.add(rowOf(kept, { operationId, weight }, clock));
      } catch {
        // What is recorded of an answer must not change it.
        dropped(1);
        usage.lose(1);
      }
    },
    flushLog: () => log.flush(),
    async flushUsage() {
      const nowMs = clock.nowMs();
      if (notedMs === null || nowMs - notedMs >= hourMs) {
        // Whoever recorded nothing meanwhile has ended the time before.
        await noteRecording(database, {
          begun: toInstant(notedMs === null ? startedMs : nowMs),
          now: toInstant(nowMs),
        });
        notedMs = nowMs;
      }
      await usage.flush();
    },
  };
}
