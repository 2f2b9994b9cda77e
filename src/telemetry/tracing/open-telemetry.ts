// The tracer that sends OpenTelemetry spans. serve.ts loads it when traces are wanted; its packages cost time and
// memory. Nothing is registered globally: the request carries its trace, and current-trace.ts finds it for statements.
import { randomUUID } from 'node:crypto';
import { diag, DiagLogLevel } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
  type Resource,
} from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Logger } from 'pino';
import type { Tracer } from '../../core/tracer.ts';
import { beginRequest } from './request-trace.ts';
import { logOutageOnce, type OutageLoggingExporter } from './log-outage-once.ts';

/** Time for the last spans: of the 9.5 s of a shutdown, requests may have used 8.3. */
const flushLimitMs = 1_000;

export interface TracingOptions {
  /** Where spans are posted, path and all. What else there is to set, the SDK reads from OTEL_* itself. */
  readonly url: string;
  readonly logger: Logger;
}

/** OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES come before ours. */
function resourceOf(): Resource {
  const ours = { 'service.name': 'latchkey', 'service.instance.id': randomUUID() };
  const fromEnvironment = detectResources({ detectors: [envDetector] });
  return defaultResource().merge(resourceFromAttributes(ours)).merge(fromEnvironment);
}

/** The SDK's messages go to the log only while it reads its settings. Later there would be one for each batch. */
function tellingFaults<T>(logger: Logger, make: () => T): T {
  const tell = (message: string) => logger.warn(`OpenTelemetry: ${message}`);
  const silent = () => undefined;
  const listener = { error: tell, warn: tell, info: silent, debug: silent, verbose: silent };
  diag.setLogger(listener, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  try {
    return make();
  } finally {
    diag.disable();
  }
}

/** Resolves when everything was sent or failed, or when the time is over. */
async function shutDown(provider: BasicTracerProvider, exporter: OutageLoggingExporter): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      exporter.noteLost(new Error(`Nobody took the last traces within ${flushLimitMs} ms.`));
      resolve();
    }, flushLimitMs);
  });
  // What could not be sent is in the log by then.
  const sent = provider.shutdown().catch(() => undefined);
  await Promise.race([sent, tooLate]);
  clearTimeout(timer);
}

export function createOpenTelemetryTracer({ url, logger }: TracingOptions): Tracer {
  const { provider, exporter } = tellingFaults(logger, () => {
    const made = logOutageOnce(new OTLPTraceExporter({ url }), logger);
    const spanProcessors = [new BatchSpanProcessor(made)];
    return { exporter: made, provider: new BasicTracerProvider({ resource: resourceOf(), spanProcessors }) };
  });
  const tracer = provider.getTracer('latchkey');
  let closed: Promise<void> | undefined;
  return {
    begin: (request) => beginRequest(tracer, request),
    close: () => (closed ??= shutDown(provider, exporter)),
  };
}
