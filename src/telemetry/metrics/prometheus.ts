// The meter that Prometheus reads. Names follow its conventions: base units, `_total` for what only grows.
import { AggregatorRegistry, collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Meter } from '../../core/meter.ts';

const requestSeconds = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 10];
const statementSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 3];
/** A decision that was made before takes microseconds. */
const decisionSeconds = [0.000_005, 0.000_025, 0.0001, 0.0005, 0.0025, 0.01, 0.05];

export interface Exposition {
  readonly contentType: string;
  text(): Promise<string>;
}

export interface PrometheusMeter extends Meter, Exposition {
  readonly register: Registry;
}

/** What was to be recorded and is lost. */
function lossCounters(register: Registry) {
  const counter = (name: string, help: string) => new Counter({ name, help, registers: [register] });
  return {
    log: counter(
      'latchkey_request_log_dropped_total',
      'Rows of the request log that were lost: it was away, slow or full.',
    ),
    usage: counter(
      'latchkey_usage_dropped_total',
      'Requests that are in no sum: there was no room, or the store refused the sum.',
    ),
    reads: counter(
      'latchkey_reads_dropped_total',
      'Records that keys were answered and that are not noted: the store refused them.',
    ),
  };
}

/** Also Node's own metrics: event loop lag, memory, garbage collection, CPU. */
export function createPrometheusMeter(): PrometheusMeter {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const registers = [register];
  const requests = new Histogram({
    ...{ name: 'latchkey_request_duration_seconds', help: 'HTTP requests, by how they were answered.' },
    ...{ labelNames: ['operation', 'status', 'outcome'] as const, buckets: requestSeconds, registers },
  });
  const decisions = new Histogram({
    ...{
      name: 'latchkey_access_decision_duration_seconds',
      help: 'Deciding which fields an operation may have.',
    },
    ...{ buckets: decisionSeconds, registers },
  });
  const statements = new Histogram({
    ...{
      name: 'latchkey_statement_duration_seconds',
      help: 'SQL statements, waiting for a connection included.',
    },
    ...{ labelNames: ['kind'] as const, buckets: statementSeconds, registers },
  });
  const waiting = new Gauge({
    ...{ name: 'latchkey_writes_waiting', help: 'Transactions that have not begun yet.', registers },
  });
  const limited = new Counter({
    ...{ name: 'latchkey_limiter_decisions_total', help: 'What the rate limiter decided.' },
    ...{ labelNames: ['decision', 'store'] as const, registers },
  });
  const dropped = lossCounters(register);
  return {
    request: ({ operation, status, outcome, seconds }) =>
      requests.observe({ operation, status, outcome }, seconds),
    decision: (seconds) => decisions.observe(seconds),
    statement: (kind, seconds) => statements.observe({ kind }, seconds),
    waitingWrites: (change) => waiting.inc(change),
    limiter: (decision, store) => limited.inc({ decision, store }),
    requestLogDropped: (rows) => dropped.log.inc(rows),
    usageDropped: (requests) => dropped.usage.inc(requests),
    readsDropped: (records) => dropped.reads.inc(records),
    register,
    contentType: register.contentType,
    text: () => register.metrics(),
  };
}

/** The meter of a worker. The primary asks for its figures and adds up those of all workers. */
export function createWorkerMeter(): Meter {
  const meter = createPrometheusMeter();
  AggregatorRegistry.setRegistries(meter.register);
  // Making one is what begins to listen for the primary's question.
  new AggregatorRegistry();
  return meter;
}

/**
 * The metrics of the primary of a cluster: sums over the workers. A gauge such as memory is a sum, event loop lag an
 * average.
 */
export function clusterExposition(): Exposition {
  const register = new AggregatorRegistry();
  return { contentType: register.contentType, text: () => register.clusterMetrics() };
}
