// A meter that adds up what was lost.
import type { Meter } from '../../../../../src/core/meter.ts';

interface Lost {
  requests: number;
  records: number;
}

export function lossMeter(): { readonly meter: Meter; readonly lost: Lost } {
  const lost = { requests: 0, records: 0 };
  const nothing = () => undefined;
  const meter: Meter = {
    ...{ request: nothing, decision: nothing, statement: nothing, waitingWrites: nothing, limiter: nothing },
    requestLogDropped: nothing,
    usageDropped: (requests) => void (lost.requests += requests),
    readsDropped: (records) => void (lost.records += records),
  };
  return { meter, lost };
}
