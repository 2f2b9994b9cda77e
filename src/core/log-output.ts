// Where the log goes: a file descriptor that may be slow, full or a terminal that is closed. The server neither waits for it
// nor ends by it.
import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import sonic from 'sonic-boom';

export interface LogOutput {
  /**
   * Accepts a line. The line is lost when more than 16 MiB wait for a reader that does not read, or for room on a full
   * disk.
   */
  write(line: string): void;
  /**
   * Calls `done` exactly once, after every accepted line was written or rejected. While the reader does not read, it is
   * not called.
   */
  flush(done: () => void): void;
}

const maximumWaitingBytes = 16 * 1024 * 1024;
/**
 * PIPE_BUF: writes up to this size reach a pipe whole or not at all, so that lines of processes that share a pipe do
 * not mix.
 */
const maximumWriteBytes = 4096;
/** pino's number of the level. */
const fatal = 60;

/** Writes as much of the line as the system accepts at once. Returns the rest. */
function writeNow(fd: number, line: string): string {
  const bytes = Buffer.from(line);
  try {
    return bytes.subarray(writeSync(fd, bytes)).toString();
  } catch {
    return line;
  }
}

/**
 * Replaces pino's own destination, which is of the same kind. That one throws what it cannot write as an `error` event
 * that ends the process. At a fatal line and at exit it retries for ever, asleep on the main thread (flushSync, which
 * pino must not see): a server whose terminal was closed kept its port and received no signal.
 */
export function createLogOutput(fd: number): LogOutput {
  // Makes standard output non-blocking when it is a pipe, before the first write below.
  void process.stdout;
  const output = new sonic.SonicBoom({
    ...{ fd, sync: false, minLength: 1 },
    ...{ maxWrite: maximumWriteBytes, maxLength: maximumWaitingBytes },
  });
  // Refused, e.g. EIO of a closed terminal, EPIPE, ENOSPC. It is tried again with the next line.
  output.on('error', () => undefined);
  // Also with one that has no room to wait, or nothing would ever be tried again.
  output.on('drop', () => output.flush());
  return {
    // pino then notes the level of each line in `lastLevel`.
    ...{ [Symbol.for('pino.metadata')]: true, lastLevel: 0 },
    write(this: LogOutput & { lastLevel: number }, line) {
      // A fatal line is written before everything that waits: Node's threads may be busy for longer than the process
      // lives. A terminal may be paused, and a write to it would wait.
      const isUrgent = this.lastLevel >= fatal && !isatty(fd);
      output.write(isUrgent ? writeNow(fd, line) : line);
    },
    flush(done) {
      output.flush(() => done());
    },
  };
}
