// Several server processes on one machine: the settings, what is done once for all of them, and the signals.
// SIGTERM, SIGINT and the end of its terminal end all of them gracefully; SIGHUP renews them one by one, e.g. after a new build.
import 'reflect-metadata';
import type { Address } from 'node:cluster';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Logger } from 'pino';
import { openServices, resolveSecrets } from '../services.ts';
import { ConfigError, readConfig, type Config } from '../config/config.ts';
import { createLogger } from '../core/logger.ts';
import { createWorkers, type Workers } from './workers.ts';
import { createDemoWorkspace, describeDemo, type Demo } from '../demo/demo-workspace.ts';
import { listenForScrapes } from '../telemetry/metrics/listener.ts';
import { endAtDefects, endAtSignals, endWith, watchTerminal } from './exit.ts';
import { describeStartupError } from './startup-error.ts';
import { routes } from '../http/routes.ts';

const maximumWorkers = 64;
const usage = 'Accepted on the command line: --workers N alone; all else is set in the environment.';

function readWorkers(args: string[]): number {
  const { values, positionals } = parseArgs({
    args,
    options: { workers: { type: 'string' } },
    strict: false,
    allowPositionals: true,
  });
  const others = [...Object.keys(values).filter((name) => name !== 'workers'), ...positionals];
  if (others.length > 0) throw new ConfigError([usage]);
  if (values.workers === undefined) return availableParallelism();
  const workers = Number(values.workers);
  if (/^\d{1,3}$/.test(String(values.workers)) && workers >= 1 && workers <= maximumWorkers) return workers;
  throw new ConfigError([`--workers: Accepted: a whole number from 1 to ${maximumWorkers}.`]);
}

/** What must happen once: the secrets of local mode, migrations, the demo workspace. */
async function prepare(config: Config, logger: Logger): Promise<Demo | null> {
  const house = await openServices({ config, logger, secrets: resolveSecrets(config) });
  try {
    return config.demo && config.mode === 'local' ? await createDemoWorkspace(house) : null;
  } finally {
    await house.close();
  }
}

function urlOf({ address, port }: Address, path: string): string {
  return new URL(path, `http://${address.includes(':') ? `[${address}]` : address}:${port}`).href;
}

function stopOnSignals(workers: Workers, logger: Logger): void {
  const terminal = watchTerminal(logger);
  const end = endAtSignals(['SIGTERM', 'SIGINT'], logger, async (signal) => {
    logger.info({ signal }, 'closing all workers');
    return (await workers.stop()) ? 0 : 1;
  });
  process.on('SIGHUP', (signal) => {
    // The same signal says that the terminal was closed, and then ends this process as it ends every program.
    if (terminal.isJustClosed()) {
      end(signal);
      return;
    }
    logger.info('renewing all workers');
    // A new process that does not start is no reason to lose the old ones.
    workers.renew().then(
      () => logger.info('all workers are renewed'),
      (error: unknown) => logger.error({ err: error }, 'the workers were not renewed; the old ones go on'),
    );
  });
}

async function start(size: number, config: Config, logger: Logger): Promise<void> {
  endAtDefects(logger);
  if (config.redisUrl === null && size > 1)
    logger.warn('REDIS_URL is not set: each worker keeps rate limits by itself');
  const demo = await prepare(config, logger);
  const program = fileURLToPath(new URL('../main.js', import.meta.url));
  const workers = createWorkers({ program, size, env: { DEMO: '0' }, logger });
  const address = await workers.start();
  if (config.metrics) {
    const { clusterExposition } = await import('../telemetry/metrics/prometheus.ts');
    await listenForScrapes(clusterExposition(), config.metrics);
  }
  stopOnSignals(workers, logger);
  const graphql = urlOf(address, routes.graphql.path);
  process.stdout.write(`Latchkey is listening at ${graphql}, with ${size} workers\n`);
  if (demo) process.stdout.write(describeDemo(demo, graphql));
}

let logger: Logger | undefined;
try {
  const size = readWorkers(process.argv.slice(2));
  const config = readConfig();
  logger = createLogger({ level: config.logLevel });
  await start(size, config, logger);
} catch (error) {
  process.stderr.write(`${describeStartupError(error)}\n`);
  if (logger) endWith(1, logger);
  else process.exit(1);
}
