// An exporter that logs once when traces stop arriving, and once when they arrive again.
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Logger } from 'pino';

/** ExportResultCode.SUCCESS of the SDK's core, which is not worth a dependency of its own. */
const success = 0;

export interface OutageLoggingExporter extends SpanExporter {
  noteLost(error: unknown): void;
}

export function logOutageOnce(exporter: SpanExporter, logger: Logger): OutageLoggingExporter {
  let isAway = false;
  const noteLost = (error: unknown) => {
    if (!isAway) logger.warn({ err: error }, 'traces cannot be sent; requests are not concerned');
    isAway = true;
  };
  const noteBack = () => {
    if (isAway) logger.info('traces are sent again');
    isAway = false;
  };
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.code === success) noteBack();
        else noteLost(result.error);
        done(result);
      });
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
    noteLost,
  };
}
