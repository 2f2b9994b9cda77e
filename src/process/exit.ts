// How a process ends: at a signal gracefully and once, at a defect with a line in the log, and with its terminal.
import { closeSync, fstatSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { Logger } from 'pino';

/** For the last lines of the log. A statement of SQLite may keep the threads that write them for 2.5 seconds. */
const lastLinesMs = 4_000;
/** A terminal takes all at once, or is paused, perhaps for the night. */
const lastLinesInTerminalMs = 250;
const standardOutput = 1;

/** Node, as it exits, sets back the terminals it was started with, and aborts where one of them has been closed. */
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
 * `end` runs once, however many signals come, and answers with the exit code. When it fails, the log says why: 1. Returns
 * what ends the process as such a signal does.
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
  // begin() rejects never.
  const beginAlone = (signal: NodeJS.Signals): void => void begin(signal);
  for (const signal of signals) process.on(signal, beginAlone);
  return beginAlone;
}

/**
 * What nobody caught, rejections included, ends the process, as Node does by itself; but Node would print all that an error
 * carries, and those of database drivers carry the statement's parameters.
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
 * Tells whether the terminal that the process was begun in has been closed just now, i.e. whether a SIGHUP comes from that. Of
 * one that was closed before, e.g. by leaving the shell of a process in the background, and of none, false. From when a
 * terminal that was there counts as left, the log says so.
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
