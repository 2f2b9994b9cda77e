// How a process ends: at a signal gracefully and once, at a defect with a line in the log.
import type { Logger } from 'pino';

/** `end` runs once, however many signals come, and answers with the exit code. When it fails, the log says why: 1. */
export function endAtSignals(
  signals: readonly NodeJS.Signals[],
  logger: Logger,
  end: (signal: NodeJS.Signals) => Promise<number>,
): void {
  let isEnding = false;
  const begin = async (signal: NodeJS.Signals): Promise<void> => {
    if (isEnding) return;
    isEnding = true;
    const code = await end(signal).catch((error: unknown) => {
      logger.fatal({ err: error, signal }, 'closing failed');
      return 1;
    });
    process.exit(code);
  };
  // begin() rejects never.
  for (const signal of signals) process.on(signal, () => void begin(signal));
}

/**
 * What nobody caught, rejections included, ends the process, as Node does by itself; but Node would print all that an error
 * carries, and those of database drivers carry the statement's parameters.
 */
export function endAtDefects(logger: Logger): void {
  process.on('uncaughtException', (error, origin) => {
    logger.fatal({ err: error, origin }, 'defect');
    process.exit(1);
  });
}
