// Which requests the log gets, and how many each of them stands for. Everything while there is little; of a flood one in ten, one
// in a hundred, and so on.
import { LRUCache } from 'lru-cache';
import { minuteMs } from '../../../core/clock.ts';
import type { RecordedRequest } from '../../../core/recorder.ts';

/** Requests of one key and operation in a minute that have a row each. */
const plainRows = 60;
/**
 * Refusals and errors of one key and outcome. Not all of them: a revoked key that is tried 500 times a second would fill ten
 * gigabytes a day.
 */
const refusalRows = 600;
const maxFlows = 20_000;

/** What one key does again and again. */
interface Flow {
  minute: number;
  /** Requests of this minute. */
  seen: number;
  /** Requests since the last one that has a row. */
  unlogged: number;
}

/** One in so many has a row, after `seen` requests of a minute. */
function oneIn(seen: number, plain: number): number {
  let every = 1;
  for (let limit = plain; seen > limit; limit *= 10) every *= 10;
  return every;
}

export class RequestSampler {
  private readonly flows = new LRUCache<string, Flow>({ max: maxFlows });

  /**
   * How many requests a row of this one stands for; 0 = it gets none, and a later one stands for it. So the weights of a flow add
   * up to its requests, but for those since its last row.
   */
  weigh({ caller, outcome, reason }: RecordedRequest, operationId: string, nowMs: number): number {
    const isRefusal = outcome !== 'ok';
    const key = `${caller.id} ${isRefusal ? `${outcome} ${reason}` : operationId}`;
    const minute = Math.floor(nowMs / minuteMs);
    const flow = this.flows.get(key) ?? { minute, seen: 0, unlogged: 0 };
    if (flow.seen === 0) this.flows.set(key, flow);
    if (flow.minute !== minute) Object.assign(flow, { minute, seen: 0 });
    flow.seen += 1;
    flow.unlogged += 1;
    if (flow.unlogged < oneIn(flow.seen, isRefusal ? refusalRows : plainRows)) return 0;
    const weight = flow.unlogged;
    flow.unlogged = 0;
    return weight;
  }
}
