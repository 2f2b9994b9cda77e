// Where the log goes: a file descriptor that may be slow, full or a terminal that is closed. The server neither waits for it
// nor ends by it.
import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import sonic from 'sonic-boom';

export interface LogOutput {
  /** Takes a line. It is lost when more than 16 MiB wait for a reader that does not read, or for room on a full disk. */
  write(line: string): void;
  /** `done` is called, once, when all that was taken is written or refused: never, while a reader does not read. */
  flush(done: () => void): void;
}

const maximumWaitingBytes = 16 * 1024 * 1024;
/** PIPE_BUF: up to so much is written to a pipe whole or not at all, so the lines of processes that share one stay whole. */
const maximumWriteBytes = 4096;
/** pino's number of the level. */
const fatal = 60;

/** As much of the line as the system takes at once. Returns the rest. */
function writeNow(fd: number, line: string): string {
  const bytes = Buffer.from(line);
  try {
    return bytes.subarray(writeSync(fd, bytes)).toString();
  } catch {
    return line;
  }
}

/**
 * Not the one that pino makes by itself, though of the same kind: what that one cannot write it throws as an `error` that ends
 * the process, and at a fatal line and at the end it tries again for ever, asleep on the main thread (flushSync, which pino
 * must not see). A server whose terminal was closed kept its port and heard no signal.
 */
export function createLogOutput(fd: number): LogOutput {
  // Makes standard output, when it is a pipe, one that refuses rather than waits, before it is written to below.
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
      // Why a process ends is said before all that waits: Node's threads may be busy for longer than the process has. A
      // terminal may be paused, and would be waited for.
      const isUrgent = this.lastLevel >= fatal && !isatty(fd);
      output.write(isUrgent ? writeNow(fd, line) : line);
    },
    flush(done) {
      output.flush(() => done());
    },
  };
}
