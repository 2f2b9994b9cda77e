// What other rooms may import of the rate limits.
export { countingFailures } from './failed-credentials.ts';
export { KeyRowsDay } from './row-counts.ts';
export { openLimits } from './open-limits.ts';
export { unlimited, type CostReport, type Limits, type RequestLimits } from './request-limits.ts';
