// How a process ends: gracefully at a signal, with a line in the log at a defect, and when its terminal is closed.
import { closeSync, fstatSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { Logger } from 'pino';

/**
 * Time to write the last lines of the log. A statement of SQLite may occupy the threads that write them for 2.5
 * seconds.
 */
const lastLinesMs = 4_000;
/** The same for a terminal, which takes everything at once or is paused for an unknown time. */
const lastLinesInTerminalMs = 250;
const standardOutput = 1;

/** At exit Node resets the terminals that it was started with, and aborts when one of them has been closed. */
function leaveClosedTerminals(): void {
  for (const fd of [0, 1, 2]) {
    // What is closed needs no leaving; /dev/null is a character device as well, and needs nothing either.
    if (!isatty(fd) && fstatSync(fd).isCharacterDevice()) closeSync(fd);
  }
}

/**
 * Ends the process when the log is written. While nobody reads it, e.g. in a terminal that is paused, exit() itself would
 * wait for the write that waits for the reader, and keep the port: such a process kills itself, after `mostMs` (a terminal has
 * less).
 */
export function endWith(code: number, logger: Logger, mostMs = lastLinesMs): void {
  const limitMs = isatty(standardOutput) ? lastLinesInTerminalMs : mostMs;
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), limitMs);
  logger.flush(() => {
    leaveClosedTerminals();
    process.exit(code);
  });
}

/**
 * `end` runs once, however many signals come, and resolves with the exit code. When it rejects, the log says why and
 * the exit code is 1. Returns a function that ends the process as a signal does.
 */
export function endAtSignals(
  signals: readonly NodeJS.Signals[],
  logger: Logger,
  end: (signal: NodeJS.Signals) => Promise<number>,
): (signal: NodeJS.Signals) => void {
  let isEnding = false;
  const begin = async (signal: NodeJS.Signals): Promise<void> => {
    if (isEnding) return;
    isEnding = true;
    const code = await end(signal).catch((error: unknown) => {
      logger.fatal({ err: error, signal }, 'closing failed');
      return 1;
    });
    endWith(code, logger);
  };
  // begin() never rejects.
  const beginAlone = (signal: NodeJS.Signals): void => void begin(signal);
  for (const signal of signals) process.on(signal, beginAlone);
  return beginAlone;
}

/**
 * Ends the process at an uncaught exception or rejection, as Node itself does. Node would print everything that an
 * error carries, and errors of database drivers carry the statement's parameters.
 */
export function endAtDefects(logger: Logger): void {
  let isEnding = false;
  process.on('uncaughtException', (error, origin) => {
    // The first one is the cause; what breaks in the moment until the line is written says nothing new.
    if (isEnding) return;
    isEnding = true;
    logger.fatal({ err: error, origin }, 'defect');
    endWith(1, logger);
  });
}

const lookMs = 1_000;

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}

/**
 * Tells whether the terminal in which the process was started has just been closed, i.e. whether a SIGHUP comes from
 * that. False without a terminal, and for one that was closed earlier, e.g. by leaving the shell of a background
 * process. The log says from when a terminal counts as left.
 */
export function watchTerminal(logger: Logger): { isJustClosed(): boolean } {
  /** How many looks in a row have not found it. The first may fall between the closing and its signal. */
  let missed = hasTerminal() ? 0 : 2;
  const look = () => {
    missed = hasTerminal() ? 0 : missed + 1;
    if (missed < 2) return;
    clearInterval(looking);
    logger.debug('the terminal was left');
  };
  const looking = setInterval(look, lookMs).unref();
  if (missed >= 2) clearInterval(looking);
  return { isJustClosed: () => missed < 2 && !hasTerminal() };
}
