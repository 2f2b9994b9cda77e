// Where the log goes: a file descriptor that may be slow, full or a terminal that is closed. The server neither waits for it
// nor ends by it.
import { write, writeFileSync } from 'node:fs';

export interface LogOutput {
  /** Takes a line. It is lost when the system refuses it, or when too much waits for a reader that does not read. */
  write(line: string): void;
  /** `done` is called, once, when all that was taken is written or lost: never, while a reader does not read. */
  flush(done: () => void): void;
}

const maximumWaitingCharacters = 16 * 1024 * 1024;
const askAgainMs = 100;

/**
 * Not pino's own: what that one cannot write it throws as an `error` that ends the process, and at the end it tries again
 * for ever, asleep on the main thread. A server whose terminal was closed kept its port and heard no signal.
 */
export function createLogOutput(fd: number): LogOutput {
  let waiting = '';
  let current: Uint8Array = Buffer.alloc(0);
  let isWriting = false;
  let flushes: (() => void)[] = [];

  function settle(): void {
    const settled = flushes;
    flushes = [];
    for (const done of settled) done();
  }

  function writeOn(): void {
    if (current.length === 0) {
      current = Buffer.from(waiting);
      waiting = '';
    }
    isWriting = current.length > 0;
    if (isWriting) write(fd, current, hear);
    else settle();
  }

  function hear(error: NodeJS.ErrnoException | null, written: number): void {
    if (error?.code === 'EAGAIN') {
      setTimeout(writeOn, askAgainMs);
      return;
    }
    // Refused, e.g. EIO of a closed terminal, EPIPE, ENOSPC. The next lines are tried: a full disk does not stay full.
    current = error ? Buffer.alloc(0) : current.subarray(written);
    writeOn();
  }

  // For an end that does not flush. What is being written is finished by the thread that writes it.
  process.once('exit', () => {
    try {
      if (waiting !== '') writeFileSync(fd, waiting);
    } catch {
      // Nobody is left to tell.
    }
  });

  return {
    write(line) {
      if (waiting.length + line.length > maximumWaitingCharacters) return;
      waiting += line;
      if (!isWriting) writeOn();
    },
    flush(done) {
      flushes.push(done);
      if (!isWriting) writeOn();
    },
  };
}
