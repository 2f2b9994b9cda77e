// Start and stop: settings -> app -> listen; on SIGTERM, SIGINT or SIGHUP the server drains and ends. Nothing that main.ts
// loads may await at its top level.
import 'reflect-metadata';
import cluster from 'node:cluster';
import type { Logger } from 'pino';
import { createApp, type App } from '../app.ts';
import { resolveSecrets } from '../services.ts';
import { readConfig, type Config } from '../config/config.ts';
import { createLogger } from '../core/logger.ts';
import type { Meter } from '../core/meter.ts';
import type { Tracer } from '../core/tracer.ts';
import { createDemoWorkspace, describeDemo } from '../demo/demo-workspace.ts';
import { routes } from '../http/routes.ts';
import { listenForScrapes } from '../telemetry/metrics/listener.ts';
import { endAtDefects, endAtSignals, endWith } from './exit.ts';
import { describeStartupError } from './startup-error.ts';

/** Below the 10 seconds after which most supervisors kill a process. */
const shutdownLimitMs = 9_500;
const lastMomentMs = 250;
/** Time in which requests that were sent before the signal, but not accepted yet, still get their answer. */
const closeGraceMs = 300;

/** A worker's figures are asked for by its primary. */
async function startMeter({ metrics }: Config): Promise<Meter | null> {
  if (!metrics) return null;
  const { createPrometheusMeter, createWorkerMeter } = await import('../telemetry/metrics/prometheus.ts');
  if (cluster.isWorker) return createWorkerMeter();
  const meter = createPrometheusMeter();
  await listenForScrapes(meter, metrics);
  return meter;
}

/** Loaded on demand, as the metrics are: its packages cost time and memory. */
async function startTracer({ tracing }: Config, logger: Logger): Promise<Tracer | null> {
  if (!tracing) return null;
  const { createOpenTelemetryTracer } = await import('../telemetry/tracing/open-telemetry.ts');
  return createOpenTelemetryTracer({ ...tracing, logger });
}

function stopOnSignals(app: App, logger: Logger): void {
  // A closed terminal sends SIGHUP to the whole group; of a cluster the primary alone knows what it means.
  if (cluster.isWorker) process.on('SIGHUP', () => undefined);
  const signals: NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];
  if (cluster.isPrimary) signals.push('SIGHUP');
  endAtSignals(signals, logger, async (signal) => {
    logger.info({ signal }, 'closing');
    const giveUp = () => {
      logger.fatal({ signal, shutdownLimitMs }, 'closing took too long');
      endWith(1, logger, lastMomentMs);
    };
    setTimeout(giveUp, shutdownLimitMs).unref();
    await app.close(closeGraceMs);
    logger.info({ signal }, 'closed');
    return 0;
  });
}

async function start(config: Config, logger: Logger): Promise<void> {
  const meter = await startMeter(config);
  const tracer = await startTracer(config, logger);
  const app = await createApp({
    config,
    logger,
    secrets: resolveSecrets(config),
    ...(meter ? { meter } : {}),
    ...(tracer ? { tracer } : {}),
  });
  const demo = config.demo && config.mode === 'local' ? await createDemoWorkspace(app) : null;
  const { url } = await app.http.listen(config.host, config.port);
  // Comes before the address is printed: a signal that comes at once would end the process with its log unwritten.
  stopOnSignals(app, logger);
  // Only the shutdown waits for it.
  void app.sweepInTurn();
  const graphql = new URL(routes.graphql.path, url).href;
  // In a cluster the primary says it once for all workers.
  if (cluster.isPrimary) process.stdout.write(`Latchkey is listening at ${graphql}\n`);
  if (demo) process.stdout.write(describeDemo(demo, graphql));
}

async function serve(): Promise<void> {
  let logger: Logger | undefined;
  try {
    const config = readConfig();
    logger = createLogger({ level: config.logLevel });
    endAtDefects(logger);
    await start(config, logger);
  } catch (error) {
    process.stderr.write(`${describeStartupError(error)}\n`);
    if (logger) endWith(1, logger);
    else process.exit(1);
  }
}

// It ends the process itself when it fails.
void serve();
