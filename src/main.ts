// Start and stop: settings -> app -> listen; on SIGTERM or SIGINT the server drains and ends.
import 'reflect-metadata';
import { createApp, resolveSecrets, type App } from './app.ts';
import { ConfigError, readConfig, type Config } from './config.ts';
import { createLogger } from './core/logger.ts';
import { createDemoWorkspace, describeDemo } from './demo/demo-workspace.ts';

/** Under the 10 seconds after which most supervisors kill. */
const shutdownLimitMs = 9_500;

async function start(config: Config): Promise<App> {
  const logger = createLogger({ level: config.logLevel });
  const app = await createApp({ config, logger, secrets: resolveSecrets(config) });
  const demo = config.demo && config.mode === 'local' ? await createDemoWorkspace(app) : null;
  await app.sweep();
  const { url } = await app.http.listen(config.host, config.port);
  const graphql = new URL('/graphql', url).href;
  process.stdout.write(`Latchkey is listening at ${graphql}\n`);
  if (demo) process.stdout.write(describeDemo(demo, graphql));
  return app;
}

function stopOnSignals(app: App): void {
  let isStopping = false;
  const stop = async () => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => process.exit(1), shutdownLimitMs).unref();
    await app.close();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
}

try {
  stopOnSignals(await start(readConfig()));
} catch (error) {
  // A faulty setting is told in words; anything else is a defect and keeps its trace.
  process.stderr.write(
    `${error instanceof ConfigError ? error.message : String((error as Error).stack ?? error)}\n`,
  );
  process.exit(1);
}
